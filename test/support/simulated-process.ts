// The processes of a simulation: each has clocks of its own, and can be frozen, thawed and killed at any
// await.

import type { Clock } from '../../src/clock.ts';
import { deferred } from './deferred.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly #scheduler: Scheduler;
  readonly #death = deferred();
  #alive = true;
  #thawsAtMs = 0;
  #stoodStillMs = 0;
  skewMs = 0;

  constructor(name: string, scheduler: Scheduler, random: SeededRandom) {
    this.name = name;
    this.random = random;
    this.#scheduler = scheduler;
    this.clock = {
      nowMs: () => Math.floor(EPOCH_MS + scheduler.nowMs + this.skewMs),
      monotonicMs: () => scheduler.nowMs - this.#stoodStillMs,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Resolves when the process is killed. */
  get death(): Promise<void> {
    return this.#death.promise;
  }

  get frozen(): boolean {
    return this.#thawsAtMs > this.#scheduler.nowMs;
  }

  kill(): void {
    this.#alive = false;
    this.#death.resolve();
  }

  /**
   * What comes in meanwhile waits. With `clockStops` the monotonic clock does not see the time that passes.
   */
  freeze(ms: number, clockStops: boolean): void {
    this.#thawsAtMs = this.#scheduler.nowMs + ms;
    if (clockStops) this.#stoodStillMs += ms;
  }

  /** Runs `step` in this process after `delayMs`: later if it is frozen then, never if it is dead. */
  schedule(delayMs: number, step: () => void): void {
    this.#scheduler.schedule(delayMs, () => {
      if (!this.#alive) return;
      const waitMs = this.#thawsAtMs - this.#scheduler.nowMs;
      if (waitMs > 0) this.schedule(waitMs, step);
      else step();
    });
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      signal?.addEventListener('abort', wake);
      // As the timers of Node.js do it: whole milliseconds, and one at least, so that time passes.
      this.schedule(ms <= 0 ? 0 : Math.max(1, Math.trunc(ms)), wake);
    });
  }
}

export const EPOCH_MS = 1_700_000_000_000;
