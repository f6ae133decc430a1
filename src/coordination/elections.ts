// Elections: a fair queue of candidates, whose head leads. The queue's token is the term.

import type { ReadOptions } from '../api/common.ts';
import type * as api from '../api/elections.ts';
import type { Random } from '../clock.ts';
import { toBytes } from '../encoding/byte-string.ts';
import { CANDIDATES_COUNTED_MAX } from '../limits.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';
import { ELECTIONS } from './keys.ts';
import { leaseAsked } from './leases.ts';
import { invalid, run, storedValue } from './outcome.ts';
import { Queue } from './queue.ts';
import { leaseFault, nameFault } from './resource-name.ts';

export class Elections implements api.Elections {
  readonly #kernel: Kernel;
  readonly #random: Random;

  constructor(kernel: Kernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  async campaign(name: string, options: api.CampaignOptions): Promise<api.CampaignResult> {
    const { value, waitMs = 0, signal } = options;
    const fault = nameFault('election', name);
    if (fault !== undefined) return invalid(fault);
    const asked = leaseAsked(options, this.#random);
    if (asked.kind === 'rejected') return asked;
    const { lease, ttlMs } = asked;
    const queue = new Queue(ELECTIONS, name);
    const joining = { lease, ttlMs, heads: 1, value: storedValue(value), onlyIfEmpty: false };
    const first = this.#kernel.glance((state) => queue.expireHeads(state, this.#kernel.expiry));
    const joined = await run(this.#kernel, queue.join(joining), first);
    if (joined.kind !== 'transaction') return joined;
    const stand = (state: KernelState) => standing(state, queue, lease);
    return this.#kernel.settle(stand, (stood) => stood.kind !== 'waiting', waitMs, signal);
  }

  async proclaim(name: string, lease: string, value: string | Uint8Array): Promise<api.ProclaimResult> {
    const fault = nameFault('election', name) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const queue = new Queue(ELECTIONS, name);
    const read = await this.#kernel.read((state) => queue.headOf(state, lease, 1));
    if (read.kind === 'failed') return read;
    const place = read.kind === 'read' ? read.value : undefined;
    if (!place) return { kind: 'not-leader', position: read.position };
    const result = await run(this.#kernel, queue.change(place, storedValue(value)));
    if (result.kind === 'lease-not-found') return { ...result, kind: 'not-leader' };
    if (result.kind !== 'transaction') return result;
    return { kind: result.succeeded ? 'proclaimed' : 'not-leader', position: result.position };
  }

  async resign(name: string, lease: string): Promise<api.ResignResult> {
    const fault = nameFault('election', name) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const left = await new Queue(ELECTIONS, name).leave(this.#kernel, lease);
    if (left.kind === 'left') return { kind: 'resigned', position: left.position };
    return left.kind === 'no-place' ? { kind: 'not-candidate', position: left.position } : left;
  }

  async lookUp(name: string, options?: ReadOptions): Promise<api.LookUpLeaderResult> {
    const fault = nameFault('election', name);
    if (fault !== undefined) return invalid(fault);
    const queue = new Queue(ELECTIONS, name);
    const read = await this.#kernel.read((state) => {
      const candidates = queue.places(state, CANDIDATES_COUNTED_MAX).length;
      return { leader: leaderOf(state, queue), candidates };
    }, options);
    return read.kind === 'read' ? { kind: 'leader', position: read.position, ...read.value } : read;
  }

  observe(name: string, signal?: AbortSignal): AsyncIterable<api.Leader | undefined> {
    const fault = nameFault('election', name);
    if (fault !== undefined) throw new RangeError(fault);
    const queue = new Queue(ELECTIONS, name);
    return this.#kernel.observe((state) => {
      const [first] = queue.places(state, 1);
      const version = first ? `${first.token} ${queue.modified(state, first)}` : '';
      return { value: leaderOf(state, queue), version };
    }, signal);
  }
}

function standing(state: KernelState, queue: Queue, lease: string) {
  const place = queue.placeOf(state, lease);
  if (!place) return { kind: 'lease-not-found' } as const;
  if (queue.headOf(state, lease, 1)) return { kind: 'elected', lease, term: place.token } as const;
  return {
    kind: 'waiting',
    lease,
    leader: leaderOf(state, queue),
    place: queue.before(state, place),
  } as const;
}

function leaderOf(state: KernelState, queue: Queue): api.Leader | undefined {
  const [first] = queue.places(state, 1);
  return first && { lease: first.lease, term: first.token, value: toBytes(queue.valueOf(state, first)) };
}
