// Keeps a replica up with its log while it has watchers. All watchers share one poll of the tail.

import type { Clock } from '../clock.ts';
import { StoreError } from '../log/store.ts';

export interface FollowerOptions {
  readonly clock: Clock;
  /** Applies the log up to its tail. */
  readonly catchUp: () => Promise<void>;
  /** Resolves when the log may have grown, or `signal` aborts. */
  readonly waitForMore: (signal: AbortSignal) => Promise<void>;
}

/** The pause after the store has failed. */
const PAUSE_MS = 1000;

interface Waiter {
  readonly after: number;
  readonly settle: (error?: unknown) => void;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #waiters = new Set<Waiter>();
  #watchers = 0;
  #stop: AbortController | undefined;
  #loop: Promise<void> | undefined;
  /** Why the replica cannot go on. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** How many have begun and not ended. */
  get count(): number {
    return this.#watchers;
  }

  /** Keeps the replica up with the log until the caller calls the function that this answers. */
  begin(): () => void {
    this.#watchers += 1;
    if (!this.#stop) {
      this.#stop = new AbortController();
      this.#loop = this.#run(this.#stop.signal);
    }
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      this.#stop?.abort();
      this.#stop = undefined;
    };
  }

  /**
   * Resolves when more than `after` has been applied, or `signal` aborts. Rejects when the replica cannot
   * go on.
   */
  wait(after: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    if (this.#failure) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        after,
        settle: (error) => {
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', aborted);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const aborted = () => waiter.settle();
      signal.addEventListener('abort', aborted);
      this.#waiters.add(waiter);
    });
  }

  /** The replica has applied the log up to `position`. */
  reached(position: number): void {
    for (const waiter of this.#waiters) if (waiter.after < position) waiter.settle();
  }

  /** Resolves when no read for watchers is on its way. */
  async idle(): Promise<void> {
    if (this.#watchers === 0) await this.#loop;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, catchUp, waitForMore } = this.#options;
    while (!signal.aborted) {
      try {
        await catchUp();
        await waitForMore(signal);
      } catch (error) {
        if (error instanceof StoreError) await clock.sleep(PAUSE_MS, signal);
        else return this.#fail(error);
      }
    }
  }

  #fail(error: unknown): void {
    // Also for those that are busy with what they were told, and wait only later.
    this.#failure = { error };
    for (const waiter of this.#waiters) waiter.settle(error);
  }
}
