// A fair queue of leases, on which locks and elections are built. The lease at the head holds the lock.
// Leases reach the head in the order in which they joined.
//
// Each place is two keys that go with the lease. One is numbered by the position of the command that made it:
// these keys are the queue, in order. The other is found by the lease. Both are created by the same command,
// so the number of the first is the `created` of the second. That number is the fencing token: places come to
// the head in their order, so tokens only grow.

import type { Failed, Rejected } from '../api/common.ts';
import { type ByteString, joined, ofText, toText } from '../encoding/byte-string.ts';
import type { Check, Conditional, Expire, Operation } from '../state-machine/kernel/command.ts';
import type { Entry } from '../state-machine/kernel/entry.ts';
import { numberedKey } from '../state-machine/kernel/numbered-keys.ts';
import { prefixRange, type Range } from '../state-machine/kernel/range.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';
import type { LeaseExpiry } from './lease-expiry.ts';
import { run } from './outcome.ts';

/** A place in a queue. */
export interface Place {
  readonly lease: string;
  /** The fencing token that the place has, or will have at the head. */
  readonly token: number;
}

type Left =
  | { readonly kind: 'left'; readonly position: number }
  | { readonly kind: 'no-place'; readonly position: number };

export interface Joining {
  readonly lease: string;
  /** Makes the lease in the same step, if it is not there. */
  readonly ttlMs: number | undefined;
  /**
   * How many places form the head. All leases in one queue name the same number, which is kept with each
   * place.
   */
  readonly heads: number;
  /** Kept with the place, for others to see. */
  readonly value: ByteString;
  /** Join only at the head, if this room is there. Undefined: behind all others. */
  readonly room?: Room | undefined;
}

/** The conditions under which a lease that joins is at the head. */
export interface Room {
  /** There is no place with a greater token. */
  readonly after: number;
  /** These places have gone with their leases, which are due. */
  readonly gone: readonly number[];
}

/** The room in a queue that this process does not know. */
export const ROOM_IF_EMPTY: Room = { after: 0, gone: [] };

/** The most places of ended leases that a try removes. */
const GONE_MAX = 64;

/** Why `waitMs` is no time to wait; undefined when it is one. */
export function waitFault(waitMs: number): string | undefined {
  return waitMs >= 0 ? undefined : 'waitMs is a number of milliseconds, and not less than 0';
}

/** What follows the prefix of the kind in the two keys of a place. They are stored: they never change. */
export const NUMBERS = 'queue/';
export const LEASES = 'lease/';

export class Queue {
  readonly #numbers: ByteString;
  readonly #leases: ByteString;

  /** @param family the prefix of the queue's kind, such as `lock/` @param name without the character NUL */
  constructor(family: string, name: string) {
    this.#numbers = ofText(`${family}${NUMBERS}${name}\0`);
    this.#leases = ofText(`${family}${LEASES}${name}\0`);
  }

  /**
   * Joins, if the lease has no place yet. `heads` must be the number that the other leases in the queue have
   * named.
   */
  join({ lease, ttlMs, heads, value, room }: Joining): Conditional {
    const queue = prefixRange(this.#numbers);
    const grant: Operation[] = ttlMs === undefined ? [] : [{ kind: 'grant', lease, ttlMs }];
    const enter: Operation[] = [
      ...grant,
      { kind: 'put-numbered', prefix: this.#numbers, value: ofText(String(heads)), lease },
      { kind: 'put', key: this.#keyOf(lease), value, lease },
    ];
    const isEmpty: Check = { range: queue, target: 'version', is: '=', to: 0 };
    const isAlike: Check = { range: queue, target: 'value', is: '=', to: ofText(String(heads)) };
    const behindOthers: Operation = { kind: 'transaction', checks: [isAlike], then: enter, else: [] };
    const joining: Operation = {
      kind: 'transaction',
      checks: [isEmpty],
      then: enter,
      else: [behindOthers],
    };
    return {
      checks: [this.#hasNoPlace(lease), ...(room ? this.#isThere(room) : [])],
      then: [joining],
      else: [],
    };
  }

  /**
   * The room at the head for a lease that joins after the leases that are due have ended; undefined if there
   * is none.
   */
  room(state: KernelState, heads: number, expiry: LeaseExpiry): Room | undefined {
    const { entries, more } = state.range(prefixRange(this.#numbers), { limit: heads + GONE_MAX });
    const mustGo = Math.max(0, entries.length - heads + 1);
    if (more || mustGo > GONE_MAX) return undefined;
    const due = mustGo === 0 ? [] : entries.filter(({ lease }) => isDue(state, lease, expiry));
    if (due.length < mustGo) return undefined;
    return { after: entries.at(-1)?.created ?? 0, gone: due.slice(0, mustGo).map(({ created }) => created) };
  }

  #isThere({ after, gone }: Room): Check[] {
    const { end } = prefixRange(this.#numbers);
    const ranges: Range[] = gone.map((token) => ({ key: numberedKey(this.#numbers, token) }));
    ranges.push({ key: numberedKey(this.#numbers, after + 1), end });
    return ranges.map((range) => ({ range, target: 'version', is: '=', to: 0 }));
  }

  /**
   * Whether the lease has a place, which a linearizable look confirms, so that a repeated request needs no
   * record. False where this process does not expect it.
   */
  async hasPlace(kernel: Kernel, lease: string): Promise<boolean | Failed> {
    const look = (state: KernelState) => this.placeOf(state, lease) !== undefined;
    if (!kernel.glance(look)) return false;
    const read = await kernel.read(look);
    return read.kind === 'failed' ? read : read.kind === 'read' && read.value;
  }

  /** Gives up the place of the lease, wherever it is. */
  async leave(kernel: Kernel, lease: string): Promise<Left | Rejected | Failed> {
    const look = (state: KernelState) => ({ place: this.placeOf(state, lease) });
    for (;;) {
      // The place that this process knows may be old, so the command checks it. If no place is known, a read
      // looks for it.
      let place = kernel.glance(look)?.place;
      if (!place) {
        const read = await kernel.read(look);
        if (read.kind === 'failed') return read;
        if (read.kind === 'read') place = read.value.place;
        if (!place) return { kind: 'no-place', position: read.position };
      }
      const result = await run(kernel, this.#leaving(place));
      if (result.kind === 'lease-not-found') return { kind: 'no-place', position: result.position };
      if (result.kind !== 'transaction') return result;
      // Otherwise the lease has come to another place meanwhile, or ended.
      if (result.succeeded) return { kind: 'left', position: result.position };
    }
  }

  #leaving({ lease, token }: Place): Conditional {
    return {
      checks: [this.#hasPlace(lease, token)],
      then: [
        { kind: 'delete', range: { key: numberedKey(this.#numbers, token) }, previous: false },
        { kind: 'delete', range: { key: this.#keyOf(lease) }, previous: false },
      ],
      else: [],
    };
  }

  /** Changes the value that is kept with the place, if it is the only head. */
  change({ lease, token }: Place, value: ByteString): Conditional {
    const before: Range = { key: this.#numbers, end: numberedKey(this.#numbers, token) };
    return {
      checks: [this.#hasPlace(lease, token), { range: before, target: 'version', is: '=', to: 0 }],
      then: [{ kind: 'put', key: this.#keyOf(lease), value, lease: undefined }],
      else: [],
    };
  }

  /** The place of the lease, if it is at the head. */
  headOf(state: KernelState, lease: string, heads: number): Place | undefined {
    const place = this.placeOf(state, lease);
    return place && this.#isHead(state, place, heads) ? place : undefined;
  }

  #isHead(state: KernelState, { token }: Place, heads: number): boolean {
    const last = this.#entries(state, heads).at(-1);
    return last !== undefined && token <= last.created;
  }

  /** Whether the lease has a place, and it is not at the head. */
  isBehind(state: KernelState, lease: string, heads: number): boolean {
    const place = this.placeOf(state, lease);
    return place !== undefined && !this.#isHead(state, place, heads);
  }

  /** How many places come before this one. */
  before(state: KernelState, { token }: Place): number {
    return state.count({ key: this.#numbers, end: numberedKey(this.#numbers, token) });
  }

  /** The place with this lease, if it has one. */
  placeOf(state: KernelState, lease: string): Place | undefined {
    const entry = state.get(this.#keyOf(lease));
    return entry && { lease, token: entry.created };
  }

  /** The first places, in their order. */
  places(state: KernelState, limit: number): Place[] {
    return this.#entries(state, limit).map(({ lease, created }) => ({ lease, token: created }));
  }

  /** The value that is kept with the place. */
  valueOf(state: KernelState, { lease }: Place): ByteString {
    return state.get(this.#keyOf(lease))?.value ?? ofText('');
  }

  /** The position at which the value was changed last. */
  modified(state: KernelState, { lease }: Place): number {
    return state.get(this.#keyOf(lease))?.modified ?? 0;
  }

  /**
   * How many places form the head, as the leases in the queue have named it; undefined for an empty queue.
   */
  heads(state: KernelState): number | undefined {
    const [first] = this.#entries(state, 1);
    return first && Number(toText(first.value));
  }

  /** The end of the leases that are due, of the heads and some of those behind them. */
  expireDue(state: KernelState, expiry: LeaseExpiry): Expire | undefined {
    const first = this.places(state, (this.heads(state) ?? 1) + GONE_MAX);
    return expiry.proposalFor(first.map(({ lease }) => state.lease(lease)));
  }

  #entries(state: KernelState, limit: number): Entry[] {
    return state.range(prefixRange(this.#numbers), { limit }).entries;
  }

  #keyOf(lease: string): ByteString {
    return joined(this.#leases, ofText(lease));
  }

  #hasNoPlace(lease: string): Check {
    return { range: { key: this.#keyOf(lease) }, target: 'version', is: '=', to: 0 };
  }

  #hasPlace(lease: string, token: number): Check {
    return { range: { key: this.#keyOf(lease) }, target: 'created', is: '=', to: token };
  }
}

function isDue(state: KernelState, id: string, expiry: LeaseExpiry): boolean {
  const lease = state.lease(id);
  return !lease || expiry.leftMs(lease) <= 0;
}
