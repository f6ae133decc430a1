// Elections: a fair queue of candidates, whose head leads. The queue's token is the term.

import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import type * as api from '../api/elections.ts';
import { OrdinalError } from '../api/error.ts';
import type { Random } from '../clock.ts';
import { toBytes } from '../encoding/byte-string.ts';
import { CANDIDATES_COUNTED_MAX } from '../limits.ts';
import { leaseFault, nameFault } from '../resource-names.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel, Look, Observed } from './kernel.ts';
import { ELECTIONS } from './keys.ts';
import { leaseAsked } from './leases.ts';
import { invalid, run, storedValue } from './outcome.ts';
import { Queue, waitFault } from './queue.ts';

export class Elections implements api.Elections {
  readonly #kernel: Kernel;
  readonly #random: Random;

  constructor(kernel: Kernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  async campaign(name: string, options: api.CampaignOptions): Promise<api.CampaignResult> {
    const { value, waitMs = 0, signal } = options;
    const fault = nameFault('election', name) ?? waitFault(waitMs);
    if (fault !== undefined) return invalid(fault);
    const asked = leaseAsked(options, this.#random);
    if (asked.kind === 'rejected') return asked;
    const { lease, ttlMs } = asked;
    const queue = new Queue(ELECTIONS, name);
    const waits = await queue.hasPlace(this.#kernel, lease);
    if (typeof waits !== 'boolean') return waits;
    const joining = queue.join({ lease, ttlMs, heads: 1, value: storedValue(value) });
    const first = this.#kernel.glance((state) => queue.expireDue(state, this.#kernel.expiry));
    const joined = waits ? undefined : await run(this.#kernel, joining, first);
    if (joined && joined.kind !== 'transaction') return joined;
    const stand = (state: KernelState) => standing(state, queue, lease);
    const mustWait = (state: KernelState) => queue.isBehind(state, lease, 1);
    return this.#kernel.settle(stand, mustWait, waitMs, signal);
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
    const read = await this.#kernel.read((state) => electionState(state, name), options);
    return read.kind === 'read' ? { kind: 'leader', position: read.position, ...read.value } : read;
  }

  async list(options: ListPageOptions = {}): Promise<api.ListElectionsResult> {
    const { listElections } = await import('./lists.ts');
    return listElections(this.#kernel, options, electionState);
  }

  async *observe(
    name: string,
    signal?: AbortSignal,
  ): AsyncGenerator<api.Leader | undefined, void, undefined> {
    for await (const { value } of this.observeVersions(name, signal)) yield value;
  }

  /** Observes the leader together with its version. */
  observeVersions(
    name: string,
    signal?: AbortSignal,
  ): AsyncGenerator<Observed<api.Leader | undefined>, void, undefined> {
    const fault = nameFault('election', name);
    if (fault !== undefined) throw new OrdinalError('invalid-request', fault);
    const queue = new Queue(ELECTIONS, name);
    const look: Look<api.Leader | undefined> = {
      version: (state) => {
        const [first] = queue.places(state, 1);
        return first ? `${first.token}-${queue.modified(state, first)}` : '0';
      },
      value: (state) => leaderOf(state, queue),
    };
    return this.#kernel.observe(look, signal);
  }
}

function standing(state: KernelState, queue: Queue, lease: string) {
  const place = queue.placeOf(state, lease);
  if (!place && !state.lease(lease)) return { kind: 'lease-not-found' } as const;
  if (!place) return { kind: 'waiting', lease, leader: leaderOf(state, queue), place } as const;
  if (queue.headOf(state, lease, 1)) return { kind: 'elected', lease, term: place.token } as const;
  return {
    kind: 'waiting',
    lease,
    leader: leaderOf(state, queue),
    place: queue.before(state, place),
  } as const;
}

function electionState(state: KernelState, name: string) {
  const queue = new Queue(ELECTIONS, name);
  const candidates = queue.places(state, CANDIDATES_COUNTED_MAX).length;
  return { leader: leaderOf(state, queue), candidates };
}

function leaderOf(state: KernelState, queue: Queue): api.Leader | undefined {
  const [first] = queue.places(state, 1);
  return first && { lease: first.lease, term: first.token, value: toBytes(queue.valueOf(state, first)) };
}
