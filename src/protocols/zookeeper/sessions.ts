// The sessions that connections of this server hold, or have held last: when their clients were heard, which
// are to be renewed in the log, and which sessions of the namespace are over.
//
// - Its clock stands still while this server is suspended, or too busy to look, or cannot reach the store: it
// - No client is answered on a session that others may have ended: not when the whole time-out has passed

import { type Clock, elapsedMs, type Moment, momentOf } from '../../clock.ts';
import { sessionOf, sessionsOf } from './tree/sessions.ts';
import type { TreeState } from './tree/state.ts';

export interface HeldSession<Connection> {
  readonly id: bigint;
  readonly attachedAt: number;
  readonly timeoutMs: number;
  /** When the client was heard last. */
  touchedAtMs: number;
  /** When a command that renews it was sent last, whatever became of it. */
  renewedAtMs: number;
  /** When the last command was sent that has renewed it. */
  provenAt: Moment;
  /** How many writes were submitted since it was attached. */
  writes: number;
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

  get count(): number {
    return this.#held.size;
  }

  get(id: bigint): HeldSession<Connection> | undefined {
    return this.#held.get(id);
  }

  /** `provenAt` is when the command was sent that has attached it. */
  hold(
    session: Pick<HeldSession<Connection>, 'id' | 'attachedAt' | 'timeoutMs' | 'provenAt' | 'connection'>,
  ): HeldSession<Connection> {
    const { id, attachedAt, timeoutMs, provenAt, connection } = session;
    const nowMs = this.nowMs();
    const times = { touchedAtMs: nowMs, renewedAtMs: nowMs, provenAt };
    const held = { id, attachedAt, timeoutMs, connection, writes: 0, ...times };
    this.#held.set(id, held);
    return held;
  }

  forget(id: bigint): void {
    this.#held.delete(id);
  }

  forgetAll(): void {
    this.#held.clear();
    this.#seen.clear();
  }

  values(): Iterable<HeldSession<Connection>> {
    return this.#held.values();
  }

  /** Whether others may have ended the session, for all that this server knows. */
  isDoubtful({ provenAt, timeoutMs }: HeldSession<Connection>): boolean {
    return elapsedMs(this.#clock, provenAt) >= timeoutMs;
  }

  /** Must be called every `lookEveryMs`. What is later than twice that was no time for clients. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs();
    const lateMs = nowMs - this.#lookedAtMs - 2 * this.#lookEveryMs;
    if (lateMs > 0) this.#stoodStillMs += lateMs;
    this.#lookedAtMs = nowMs;
  }

  /** The store can be reached again: all clients have their whole time-outs to come back. */
  restart(): void {
    const nowMs = this.nowMs();
    for (const held of this.#held.values()) held.touchedAtMs = nowMs;
    this.#seen.clear();
  }

  /** The sessions to renew now, all in one go; none while there is none that is urgent. */
  toRenew(): HeldSession<Connection>[] {
    const nowMs = this.nowMs();
    const isOlderThan = (part: number) => (held: HeldSession<Connection>) => {
      const isTouched = held.touchedAtMs > held.renewedAtMs;
      // By every clock: while this one stands still, those of others go on.
      const ageMs = Math.max(nowMs - held.renewedAtMs, elapsedMs(this.#clock, held.provenAt));
      return isTouched && ageMs >= held.timeoutMs * part;
    };
    const touched = [...this.#held.values()].filter(isOlderThan(GATHERED_WITH));
    return touched.some(isOlderThan(GATHERED)) ? touched : [];
  }

  /**
   * Renews the sessions with `send`, which answers whether it has. Those that it has not are renewed later.
   */
  async renew(sessions: readonly HeldSession<Connection>[], send: () => Promise<boolean>): Promise<void> {
    const sentAt = momentOf(this.#clock);
    const before = sessions.map((held) => held.renewedAtMs);
    const nowMs = this.nowMs();
    for (const held of sessions) held.renewedAtMs = nowMs;
    const isRenewed = await send();
    for (const [index, held] of sessions.entries()) {
      if (isRenewed) prove(held, sentAt);
      else if (held.renewedAtMs === nowMs) held.renewedAtMs = before[index] ?? nowMs;
    }
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

/** A command that was sent at this moment has renewed the session. */
export function prove(held: HeldSession<unknown>, sentAt: Moment): void {
  if (sentAt.monotonicMs > held.provenAt.monotonicMs) held.provenAt = sentAt;
}
