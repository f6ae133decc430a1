// Leases that are kept alive: renewed at a third of their time to live, on any `Leases`, and reported lost
// when they may be.
//
// A lease is counted from the moment at which its last confirmed renewal was sent. The service counts from a
// later moment, when it has seen that renewal. So the holder gives up before the service can grant the lock
// to another lease, as long as both clocks run at one speed. A holder that is frozen learns of it afterwards,
// which is why locks have fencing tokens.

import { OrdinalError } from '../api/error.ts';
import type { Leases } from '../api/leases.ts';
import { type Clock, elapsedMs, type Moment, momentOf, systemClock } from '../clock.ts';
import { LEASES_PER_COMMAND_MAX } from '../limits.ts';

export interface KeepAliveOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Ends the renewals, as `stop` does. */
  readonly signal?: AbortSignal | undefined;
  /**
   * When the request was sent that granted the lease or renewed it last. Default: the lease is assumed to
   * live, and is renewed at once.
   */
  readonly since?: Moment | undefined;
}

export interface KeptLease {
  readonly lease: string;
  /**
   * Aborts when the lease has ended, and when it may have: no renewal was confirmed for its time to live. The
   * reason is an `OrdinalError` with the code `lease-lost`.
   */
  readonly lost: AbortSignal;
  /** Ends the renewals. The lease lives on for its time to live, unless it is revoked. */
  stop(): void;
}

const RENEWALS_PER_TTL = 3;
/** A renewal that failed is tried again after this share of the time to live. */
const RETRIES_PER_TTL = 12;
/** Longer timers than 2^31 ms would fire at once. */
const SLEEP_MAX_MS = 3_600_000;

/** One keeper for each `Leases` object, so that all its leases are renewed together. */
const keepers = new WeakMap<Leases, Keeper>();

/** Renews the lease until it is stopped or lost. Leases of one `Leases` object share their requests. */
export function keepAlive(
  leases: Leases,
  lease: string,
  ttlMs: number,
  { clock = systemClock, signal, since }: KeepAliveOptions = {},
): KeptLease {
  const keeper = keepers.get(leases) ?? new Keeper(leases);
  keepers.set(leases, keeper);
  const kept = new Kept(lease, ttlMs, clock, since);
  const stop = () => {
    signal?.removeEventListener('abort', stop);
    keeper.forget(kept);
  };
  kept.lost.addEventListener('abort', stop, { once: true });
  signal?.addEventListener('abort', stop);
  if (!signal?.aborted) keeper.keep(kept);
  return { lease, lost: kept.lost, stop };
}

/** One lease, and the state of its renewals. */
class Kept {
  readonly lease: string;
  readonly clock: Clock;
  readonly #ttlMs: number;
  readonly #lost = new AbortController();
  #confirmed: Moment;
  /** The time from `#asked` to the next renewal. */
  #pauseMs: number;
  #asked: Moment;
  #lastFailure = 'no answer has come';

  constructor(lease: string, ttlMs: number, clock: Clock, since: Moment | undefined) {
    this.lease = lease;
    this.clock = clock;
    this.#ttlMs = ttlMs;
    this.#confirmed = since ?? momentOf(clock);
    this.#asked = this.#confirmed;
    this.#pauseMs = since ? ttlMs / RENEWALS_PER_TTL : 0;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The time until a renewal is due. */
  get dueInMs(): number {
    return this.#pauseMs - elapsedMs(this.clock, this.#asked);
  }

  /** At half of its pause a lease goes with others that are due. */
  get canGo(): boolean {
    return elapsedMs(this.clock, this.#asked) >= this.#pauseMs / 2;
  }

  /** The time until the lease may be lost. */
  get leftMs(): number {
    return this.#ttlMs - elapsedMs(this.clock, this.#confirmed);
  }

  ask(): Moment {
    this.#asked = momentOf(this.clock);
    this.#pauseMs = this.#ttlMs / RENEWALS_PER_TTL;
    return this.#asked;
  }

  confirm(sent: Moment): void {
    // Answers may overtake each other.
    if (elapsedMs(this.clock, sent) < elapsedMs(this.clock, this.#confirmed)) this.#confirmed = sent;
  }

  fail(message: string): void {
    this.#lastFailure = message;
    this.#pauseMs = Math.min(
      this.#pauseMs,
      elapsedMs(this.clock, this.#asked) + this.#ttlMs / RETRIES_PER_TTL,
    );
  }

  lose(message = `no renewal was confirmed in time: ${this.#lastFailure}`): void {
    this.#lost.abort(new OrdinalError('lease-lost', `the lease ${this.lease}: ${message}`));
  }
}

class Keeper {
  readonly #leases: Leases;
  readonly #kept = new Set<Kept>();
  #wake = new AbortController();
  #isRunning = false;

  constructor(leases: Leases) {
    this.#leases = leases;
  }

  keep(kept: Kept): void {
    this.#kept.add(kept);
    if (this.#isRunning) this.#wake.abort();
    else void this.#run(kept.clock);
  }

  forget(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#wake.abort();
  }

  async #run(clock: Clock): Promise<void> {
    this.#isRunning = true;
    while (this.#kept.size > 0) {
      // After a long pause of the process this comes before anything is renewed.
      for (const kept of [...this.#kept]) if (kept.leftMs <= 0) kept.lose();
      const isDue = [...this.#kept].some(({ dueInMs }) => dueInMs <= 0);
      if (isDue) this.#renewAll();
      this.#wake = new AbortController();
      const nextMs = [...this.#kept].map(({ leftMs, dueInMs }) => Math.min(leftMs, dueInMs));
      if (nextMs.length > 0) {
        await clock.sleep(
          Math.min(SLEEP_MAX_MS, Math.max(1, Math.ceil(Math.min(...nextMs)))),
          this.#wake.signal,
        );
      }
    }
    this.#isRunning = false;
  }

  /** Waits for no answer: one that hangs must hold up neither the next renewal nor the news of a loss. */
  #renewAll(): void {
    const due = [...this.#kept].filter(({ canGo }) => canGo);
    for (let from = 0; from < due.length; from += LEASES_PER_COMMAND_MAX) {
      void this.#renew(due.slice(from, from + LEASES_PER_COMMAND_MAX));
    }
  }

  async #renew(due: readonly Kept[]): Promise<void> {
    const sent = due.map((kept) => kept.ask());
    try {
      const renewed = await this.#leases.renew(due.map(({ lease }) => lease));
      for (const [index, kept] of due.entries()) {
        const moment = sent[index];
        if (renewed.kind !== 'renewed') kept.fail(renewed.message);
        else if (renewed.ttlsMs[index] === undefined) kept.lose('it has ended');
        else if (moment) kept.confirm(moment);
      }
    } catch (error) {
      for (const kept of due) kept.fail(error instanceof Error ? error.message : String(error));
    }
    this.#wake.abort();
  }
}
