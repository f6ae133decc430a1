// Everyone who waits for a log to grow shares one poll per log and process; appends of this process wake them at once.

import type { Clock } from '../clock.ts';

/** What is known of the end of the log. */
export interface EndSeen {
  readonly tail: number;
  readonly ended: boolean;
}

interface Waiter {
  readonly after: number;
  readonly wake: () => void;
}

export class TailWatch {
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #look: () => Promise<EndSeen>;
  readonly #waiters = new Set<Waiter>();
  #stopPolling: AbortController | undefined;

  constructor(options: { clock: Clock; pollMs: number; look: () => Promise<EndSeen> }) {
    this.#clock = options.clock;
    this.#pollMs = options.pollMs;
    this.#look = options.look;
  }

  /** Resolves when the log may have more than `after`, has ended, `timeoutMs` is over, or `signal` aborts. Never rejects. */
  async wait(after: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const ended = new AbortController();
    const stop = () => ended.abort();
    const waiter: Waiter = { after, wake: stop };
    signal?.addEventListener('abort', stop, { once: true });
    this.#waiters.add(waiter);
    this.#startPolling();
    try {
      await this.#clock.sleep(timeoutMs, ended.signal);
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#stopPolling?.abort();
    }
  }

  notify(seen: EndSeen): void {
    for (const waiter of [...this.#waiters]) {
      if (seen.ended || seen.tail > waiter.after) waiter.wake();
    }
  }

  #startPolling(): void {
    if (this.#stopPolling && !this.#stopPolling.signal.aborted) return;
    const stop = new AbortController();
    this.#stopPolling = stop;
    void this.#poll(stop.signal);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(this.#pollMs, signal);
      if (signal.aborted) return;
      // A look that fails is followed by another; the waiters have time-outs of their own.
      const seen = await this.#look().catch(() => undefined);
      if (seen) this.notify(seen);
    }
  }
}
