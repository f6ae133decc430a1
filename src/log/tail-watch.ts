// Readers in one process that wait for a log to grow share one poll. The process's appends wake them at once.

import type { Clock, Random } from '../clock.ts';
import { Timeouts } from './timeouts.ts';

/** The end of the log, as last seen. */
export interface EndSeen {
  readonly tail: number;
  readonly ended: boolean;
}

export interface TailWatchOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly pollMs: number;
  readonly look: () => Promise<EndSeen>;
}

/** The longest pause between polls in an outage. */
const PAUSE_MAX_MS = 5000;

/** A reason of our own: for none, an error with a stack would be made each time. */
const OVER = 'over';

interface Waiter {
  readonly after: number;
  readonly wake: (seen: EndSeen | undefined) => void;
}

export class TailWatch {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pollMs: number;
  readonly #look: () => Promise<EndSeen>;
  readonly #timeouts: Timeouts;
  readonly #waiters = new Set<Waiter>();
  readonly #underway = new Set<Promise<EndSeen | undefined>>();
  #stopPolling: AbortController | undefined;

  constructor(options: TailWatchOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#pollMs = options.pollMs;
    this.#look = options.look;
    this.#timeouts = new Timeouts(options.clock);
  }

  /**
   * Resolves with the end when the tail may be beyond `after` or the log ends; with nothing at the time-out,
   * or on abort. Never rejects.
   */
  wait(after: number, timeoutMs: number, signal?: AbortSignal): Promise<EndSeen | undefined> {
    if (signal?.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const wake = (seen: EndSeen | undefined) => {
        endTimeout();
        signal?.removeEventListener('abort', leave);
        this.#waiters.delete(waiter);
        if (this.#waiters.size === 0) this.#stopPolling?.abort(OVER);
        resolve(seen);
      };
      const leave = () => wake(undefined);
      const waiter = { after, wake };
      const endTimeout = this.#timeouts.start(timeoutMs, leave);
      signal?.addEventListener('abort', leave);
      this.#waiters.add(waiter);
      this.#startPolling();
    });
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Resolves when no look is in progress. */
  async idle(): Promise<void> {
    await Promise.all(this.#underway);
  }

  notify(seen: EndSeen): void {
    for (const waiter of [...this.#waiters]) {
      if (seen.ended || seen.tail > waiter.after) waiter.wake(seen);
    }
  }

  #startPolling(): void {
    if (this.#stopPolling && !this.#stopPolling.signal.aborted) return;
    const stop = new AbortController();
    this.#stopPolling = stop;
    void this.#poll(stop.signal);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    let pauseMs = this.#pollMs;
    while (!signal.aborted) {
      await this.#clock.sleep(pauseMs, signal);
      if (signal.aborted) return;
      // After a failed look comes another one. The waiters have time-outs of their own.
      const look = this.#look().catch(() => undefined);
      this.#underway.add(look);
      const seen = await look;
      this.#underway.delete(look);
      if (seen) this.notify(seen);
      pauseMs = seen ? this.#pollMs : this.#afterFailure(pauseMs);
    }
  }

  /** Processes spread out and back off, so that a failing store is not asked all the time. */
  #afterFailure(pauseMs: number): number {
    return Math.min(PAUSE_MAX_MS, 2 * pauseMs) * (0.75 + this.#random.fraction() / 2);
  }
}
