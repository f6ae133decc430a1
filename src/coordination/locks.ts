// Locks: a fair queue with one head, or with several (a semaphore).

import type { ReadOptions } from '../api/common.ts';
import type * as api from '../api/locks.ts';
import type { Random } from '../clock.ts';
import { ofText } from '../encoding/byte-string.ts';
import { LOCK_HOLDERS_MAX, LOCK_PLACES_SHOWN_MAX } from '../limits.ts';
import type { Expire } from '../state-machine/kernel/command.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';
import { LOCKS } from './keys.ts';
import { leaseAsked } from './leases.ts';
import { invalid, run } from './outcome.ts';
import { type Joining, Queue } from './queue.ts';
import { leaseFault, nameFault } from './resource-name.ts';

export class Locks implements api.Locks {
  readonly #kernel: Kernel;
  readonly #random: Random;

  constructor(kernel: Kernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  async acquire(name: string, options: api.AcquireOptions): Promise<api.AcquireResult> {
    const { waitMs = 0, holders = 1, signal } = options;
    const fault = nameFault('lock', name) ?? holdersFault(holders);
    if (fault !== undefined) return invalid(fault);
    const asked = leaseAsked(options, this.#random);
    if (asked.kind === 'rejected') return asked;
    const { lease, ttlMs } = asked;
    const queue = new Queue(LOCKS, name);
    const waits = waitMs > 0;
    const stand = (state: KernelState) =>
      standing(state, queue, { lease, holders, isThere: waits || ttlMs === undefined });
    const refused = waits ? undefined : await this.#refusedAlready(queue, stand);
    if (refused) return refused;
    const joining = { lease, ttlMs, heads: holders, value: ofText(''), onlyIfEmpty: !waits && holders === 1 };
    const joined = await run(this.#kernel, queue.join(joining), this.#due(queue));
    if (joined.kind !== 'transaction') return joined;
    if (!waits) {
      const ended = await this.#triedAgain(queue, joining, stand);
      if (ended) return ended;
    }
    const stood = await this.#kernel.settle(stand, isSettled, waitMs, signal);
    if (waits || stood.kind !== 'held' || stood.place === undefined) return stood;
    // One that only tries keeps no place among several holders either.
    const left = await queue.leave(this.#kernel, lease);
    return left.kind === 'left' || left.kind === 'no-place' ? { ...stood, place: undefined } : joinedBefore(left);
  }

  /**
   * A server that knew nothing of the queue has seen only now that the time of a holder is over: so a try
   * takes one more round trip there. Answers why it failed.
   */
  async #triedAgain(
    queue: Queue,
    joining: Joining,
    stand: (state: KernelState) => Standing,
  ): Promise<api.AcquireResult | undefined> {
    if (this.#kernel.glance(stand)?.kind !== 'held') return undefined;
    const due = this.#due(queue);
    if (!due) return undefined;
    const again = await run(this.#kernel, queue.join(joining), due);
    if (again.kind === 'transaction') return undefined;
    return joining.onlyIfEmpty ? again : joinedBefore(again);
  }

  #due(queue: Queue): Expire | undefined {
    return this.#kernel.glance((state) => queue.expireHeads(state, this.#kernel.expiry));
  }

  async release(name: string, lease: string): Promise<api.ReleaseLockResult> {
    const fault = nameFault('lock', name) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const left = await new Queue(LOCKS, name).leave(this.#kernel, lease);
    if (left.kind === 'left') return { kind: 'released', position: left.position };
    return left.kind === 'no-place' ? { kind: 'not-held', position: left.position } : left;
  }

  async lookUp(name: string, options?: ReadOptions): Promise<api.LookUpLockResult> {
    const fault = nameFault('lock', name);
    if (fault !== undefined) return invalid(fault);
    const queue = new Queue(LOCKS, name);
    const read = await this.#kernel.read((state) => {
      const places = queue.places(state, LOCK_PLACES_SHOWN_MAX);
      const heads = queue.heads(state) ?? 1;
      return { holders: places.slice(0, heads), waiters: places.slice(heads) };
    }, options);
    if (read.kind !== 'read') return read;
    return { kind: 'lock', position: read.position, ...read.value };
  }

  /**
   * A try that would only be refused needs no record: a linearizable look at the tail proves it as well,
   * for a fifth of the units. Asked only where this process expects a refusal, and no holder's time is
   * over.
   */
  async #refusedAlready(
    queue: Queue,
    stand: (state: KernelState) => Standing,
  ): Promise<api.AcquireResult | undefined> {
    const refusal = (state: KernelState) => {
      const stood = stand(state);
      const isHeld = stood.kind === 'held' && stood.place === undefined && stood.holder !== undefined;
      return isHeld && !queue.expireHeads(state, this.#kernel.expiry) ? stood : undefined;
    };
    if (!this.#kernel.glance(refusal)) return undefined;
    const look = await this.#kernel.read(refusal);
    if (look.kind === 'failed') return look;
    return look.kind === 'read' && look.value ? { ...look.value, position: look.position } : undefined;
  }
}

type Standing = DistributiveOmit<
  Extract<api.AcquireResult, { kind: 'acquired' | 'held' | 'holders-mismatch' | 'lease-not-found' }>,
  'position'
>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** @param asked.isThere the lease must be there by now */
function standing(
  state: KernelState,
  queue: Queue,
  { lease, holders, isThere }: { lease: string; holders: number; isThere: boolean },
): Standing {
  const heads = queue.heads(state);
  if (heads !== undefined && heads !== holders) return { kind: 'holders-mismatch' };
  const head = queue.headOf(state, lease, holders);
  if (head) return { kind: 'acquired', ...head };
  if (isThere && !state.lease(lease)) return { kind: 'lease-not-found' };
  const place = queue.placeOf(state, lease);
  const first = queue.places(state, holders);
  // Among several holders there may be room, which the next who asks is given.
  const holder = first.length < holders ? undefined : first[0];
  return { kind: 'held', lease, holder, place: place && queue.before(state, place) };
}

/** What fails after the lease has got a place has not failed for certain. */
function joinedBefore<Result extends { readonly kind: string }>(result: Result): Result {
  return result.kind === 'failed' ? { ...result, definite: false } : result;
}

function isSettled(stood: Standing): boolean {
  return stood.kind !== 'held' || stood.place === undefined;
}

function holdersFault(holders: number): string | undefined {
  if (Number.isInteger(holders) && holders >= 1 && holders <= LOCK_HOLDERS_MAX) return undefined;
  return `a lock has from 1 to ${LOCK_HOLDERS_MAX} holders`;
}
