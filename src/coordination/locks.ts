// Locks: a fair queue with one head, or with several (a semaphore).

import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import type * as api from '../api/locks.ts';
import type { Random } from '../clock.ts';
import { ofText } from '../encoding/byte-string.ts';
import { LOCK_HOLDERS_MAX, LOCK_PLACES_SHOWN_MAX } from '../limits.ts';
import { leaseFault, nameFault } from '../resource-names.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';
import { LOCKS } from './keys.ts';
import { leaseAsked } from './leases.ts';
import { invalid, run } from './outcome.ts';
import { Queue, ROOM_IF_EMPTY, type Room, waitFault } from './queue.ts';

export class Locks implements api.Locks {
  readonly #kernel: Kernel;
  readonly #random: Random;

  constructor(kernel: Kernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  async acquire(name: string, options: api.AcquireOptions): Promise<api.AcquireResult> {
    const { waitMs = 0, holders = 1, signal } = options;
    const fault = nameFault('lock', name) ?? holdersFault(holders) ?? waitFault(waitMs);
    if (fault !== undefined) return invalid(fault);
    const asked = leaseAsked(options, this.#random);
    if (asked.kind === 'rejected') return asked;
    const { lease, ttlMs } = asked;
    const asking = { queue: new Queue(LOCKS, name), lease, ttlMs, holders };
    return waitMs > 0 ? this.#wait(asking, waitMs, signal) : this.#try(asking);
  }

  async #wait(asking: Asking, waitMs: number, signal: AbortSignal | undefined): Promise<api.AcquireResult> {
    const { queue, lease } = asking;
    const waits = await queue.hasPlace(this.#kernel, lease);
    if (typeof waits !== 'boolean') return waits;
    const joined = waits ? undefined : await this.#join(asking);
    if (joined && joined.kind !== 'transaction') return joined;
    const stand = (state: KernelState) => standing(state, asking, true);
    const mustWait = (state: KernelState) => queue.isBehind(state, lease, asking.holders);
    return this.#kernel.settle(stand, mustWait, waitMs, signal);
  }

  /** Joins at the head only, so a lease that only tries never stands before others in the queue. */
  async #try(asking: Asking): Promise<api.AcquireResult> {
    const { queue, ttlMs, holders } = asking;
    const { expiry } = this.#kernel;
    const stand = (state: KernelState) => standing(state, asking, ttlMs === undefined);
    for (;;) {
      const answered = await this.#answeredAlready(queue, stand);
      if (answered) return answered;
      const room = this.#kernel.glance((state) => queue.room(state, holders, expiry)) ?? ROOM_IF_EMPTY;
      const joined = await this.#join(asking, room);
      if (joined.kind !== 'transaction') return joined;
      const stood = await this.#kernel.settle(stand, () => false, 0);
      // Others were faster, or this process knew nothing of the lock: neither of its holders, nor that the
      // time of one of them is over.
      const isOver = this.#kernel.glance((state) => queue.expireDue(state, expiry)) !== undefined;
      if (!hasRoom(stood) && !(isOver && isRefused(stood))) return stood;
    }
  }

  #join({ queue, lease, ttlMs, holders }: Asking, room?: Room) {
    const first = this.#kernel.glance((state) => queue.expireDue(state, this.#kernel.expiry));
    const joining = queue.join({ lease, ttlMs, heads: holders, value: ofText(''), room });
    return run(this.#kernel, joining, first);
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
    const read = await this.#kernel.read((state) => lockState(state, name), options);
    if (read.kind !== 'read') return read;
    return { kind: 'lock', position: read.position, ...read.value };
  }

  async list(options: ListPageOptions = {}): Promise<api.ListLocksResult> {
    const { listLocks } = await import('./lists.ts');
    return listLocks(this.#kernel, options, lockState);
  }

  /**
   * A try that would change nothing needs no record: a linearizable look at the tail proves it as well, for a
   * fifth of the units. Looks only where this process expects that, and no lease in the queue is due.
   */
  async #answeredAlready(
    queue: Queue,
    stand: (state: KernelState) => Standing,
  ): Promise<api.AcquireResult | undefined> {
    const answer = (state: KernelState) => {
      const stood = stand(state);
      return hasRoom(stood) || queue.expireDue(state, this.#kernel.expiry) ? undefined : stood;
    };
    if (!this.#kernel.glance(answer)) return undefined;
    const look = await this.#kernel.read(answer);
    if (look.kind === 'failed') return look;
    return look.kind === 'read' && look.value ? { ...look.value, position: look.position } : undefined;
  }
}

function lockState(state: KernelState, name: string): api.LockState {
  const queue = new Queue(LOCKS, name);
  const places = queue.places(state, LOCK_PLACES_SHOWN_MAX);
  const heads = queue.heads(state) ?? 1;
  return { holders: places.slice(0, heads), waiters: places.slice(heads) };
}

interface Asking {
  readonly queue: Queue;
  readonly lease: string;
  readonly ttlMs: number | undefined;
  readonly holders: number;
}

type Standing = DistributiveOmit<
  Extract<api.AcquireResult, { kind: 'acquired' | 'held' | 'holders-mismatch' | 'lease-not-found' }>,
  'position'
>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** @param isThere the lease must be there by now */
function standing(state: KernelState, { queue, lease, holders }: Asking, isThere: boolean): Standing {
  const heads = queue.heads(state);
  if (heads !== undefined && heads !== holders) return { kind: 'holders-mismatch' };
  const head = queue.headOf(state, lease, holders);
  if (head) return { kind: 'acquired', ...head };
  if (isThere && !state.lease(lease)) return { kind: 'lease-not-found' };
  const place = queue.placeOf(state, lease);
  const first = queue.places(state, holders);
  // Among several holders there may be room, which the next request gets.
  const holder = first.length < holders ? undefined : first[0];
  return { kind: 'held', lease, holder, place: place && queue.before(state, place) };
}

function isRefused(stood: Standing): boolean {
  return stood.kind === 'held' && stood.place === undefined;
}

/** Whether the lease neither waits nor holds, and no holder refuses it. */
function hasRoom(stood: Standing): boolean {
  return isRefused(stood) && 'holder' in stood && stood.holder === undefined;
}

function holdersFault(holders: number): string | undefined {
  if (Number.isInteger(holders) && holders >= 1 && holders <= LOCK_HOLDERS_MAX) return undefined;
  return `a lock has from 1 to ${LOCK_HOLDERS_MAX} holders`;
}
