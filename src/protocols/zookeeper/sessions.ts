// The sessions that connections of this server hold, or have held last: when their clients were heard, which
// are to be renewed in the log, and which sessions of the namespace are over.
//
// The clock stands still while this server is suspended, or too busy to look: what its clients have sent in
// that time it has not seen, so it must not hold their silence against them.

import type { Clock } from '../../clock.ts';
import type { Holder } from './tree/command.ts';
import { sessionOf, sessionsOf } from './tree/sessions.ts';
import type { TreeState } from './tree/state.ts';

export interface HeldSession<Connection> {
  readonly id: bigint;
  readonly attachedAt: number;
  readonly timeoutMs: number;
  /** When the client was heard last. */
  touchedAtMs: number;
  /** When a command that renews it was sent last. */
  renewedAtMs: number;
  connection: Connection | undefined;
}

/** A session whose time is over, at the renewal that this server has seen. */
export interface Due {
  readonly session: bigint;
  readonly renewedAt: number;
}

interface Seen {
  readonly renewedAt: number;
  readonly atMs: number;
}

/**
 * Renewals wait for each other for this part of the time-out of the session. So a session that another server
 * holds has perhaps been heard so much later than the log says.
 */
const GATHERED = 1 / 3;
/** What is nearly as old goes with it. */
const GATHERED_WITH = 1 / 6;

export class Sessions<Connection> {
  readonly #clock: Clock;
  readonly #lookEveryMs: number;
  readonly #held = new Map<bigint, HeldSession<Connection>>();
  /** Of sessions that no connection here holds: the last renewal that was seen, and when. */
  #seen: Map<bigint, Seen> = new Map();
  #stoodStillMs = 0;
  #lookedAtMs: number;

  constructor(clock: Clock, lookEveryMs: number) {
    this.#clock = clock;
    this.#lookEveryMs = lookEveryMs;
    this.#lookedAtMs = clock.monotonicMs();
  }

  nowMs(): number {
    return this.#clock.monotonicMs() - this.#stoodStillMs;
  }

  get(id: bigint): HeldSession<Connection> | undefined {
    return this.#held.get(id);
  }

  hold(held: HeldSession<Connection>): void {
    this.#held.set(held.id, held);
  }

  forget(id: bigint): void {
    this.#held.delete(id);
  }

  values(): Iterable<HeldSession<Connection>> {
    return this.#held.values();
  }

  /** Must be called every `lookEveryMs`. What is later than twice that was no time for clients. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs();
    const lateMs = nowMs - this.#lookedAtMs - 2 * this.#lookEveryMs;
    if (lateMs > 0) this.#stoodStillMs += lateMs;
    this.#lookedAtMs = nowMs;
  }

  /** The sessions to renew now, all in one go; none while there is none that is urgent. */
  toRenew(): Holder[] {
    const nowMs = this.nowMs();
    const isOlderThan = (part: number) => (held: HeldSession<Connection>) =>
      held.touchedAtMs > held.renewedAtMs && nowMs - held.renewedAtMs >= held.timeoutMs * part;
    const touched = [...this.#held.values()].filter(isOlderThan(GATHERED_WITH));
    if (!touched.some(isOlderThan(GATHERED))) return [];
    for (const held of touched) held.renewedAtMs = nowMs;
    return touched.map(({ id: session, attachedAt }) => ({ session, attachedAt }));
  }

  /**
   * The sessions whose time is over. Of those that are held here this server knows best, the others it must
   * look for in the log once more.
   */
  due(state: TreeState): { readonly here: Due[]; readonly elsewhere: Due[] } {
    const nowMs = this.nowMs();
    const due: { here: Due[]; elsewhere: Due[] } = { here: [], elsewhere: [] };
    const seen = new Map<bigint, Seen>();
    for (const { session, attachedAt, renewedAt, timeoutMs } of sessionsOf(state)) {
      const held = this.#held.get(session);
      if (held?.attachedAt === attachedAt) {
        if (nowMs - held.touchedAtMs >= timeoutMs) due.here.push({ session, renewedAt });
        continue;
      }
      const before = this.#seen.get(session);
      const one = before?.renewedAt === renewedAt ? before : { renewedAt, atMs: nowMs };
      seen.set(session, one);
      if (nowMs - one.atMs >= timeoutMs * (1 + GATHERED)) due.elsewhere.push({ session, renewedAt });
    }
    this.#seen = seen;
    return due;
  }

  /** The sessions held here that have moved or ended, as far as the state tells. */
  lost(state: TreeState): HeldSession<Connection>[] {
    return [...this.#held.values()].filter(
      ({ id, attachedAt }) => sessionOf(state, id)?.attachedAt !== attachedAt,
    );
  }
}
