// Time-outs of many waits. Waits of one length end in the order in which they began, so they share a timer.
// To wake a thousand readers took twice as long when each had a timer of its own, and a signal to end it.

import type { Clock } from '../clock.ts';

interface Wait {
  readonly endsAtMs: number;
  readonly over: () => void;
}

/** A reason of our own: for none, an error with a stack would be made each time. */
const NOBODY_WAITS = 'nobody waits';

export class Timeouts {
  readonly #clock: Clock;
  readonly #byLengthMs = new Map<number, WaitsOfOneLength>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `over` after `lengthMs`, unless the function that it answers is called before. */
  start(lengthMs: number, over: () => void): () => void {
    const waits = this.#byLengthMs.get(lengthMs) ?? this.#begin(lengthMs);
    return waits.add({ endsAtMs: this.#clock.monotonicMs() + lengthMs, over });
  }

  /** How many lengths there are. */
  get lengths(): number {
    return this.#byLengthMs.size;
  }

  /** A length may never come again, so it is forgotten with its last wait. */
  #begin(lengthMs: number): WaitsOfOneLength {
    const waits = new WaitsOfOneLength(this.#clock, () => this.#byLengthMs.delete(lengthMs));
    this.#byLengthMs.set(lengthMs, waits);
    return waits;
  }
}

/** It is used until nobody waits any more, and not again. */
class WaitsOfOneLength {
  readonly #clock: Clock;
  readonly #emptied: () => void;
  /** In the order in which they end. */
  readonly #waits = new Set<Wait>();
  readonly #stop = new AbortController();

  constructor(clock: Clock, emptied: () => void) {
    this.#clock = clock;
    this.#emptied = emptied;
  }

  add(wait: Wait): () => void {
    this.#waits.add(wait);
    if (this.#waits.size === 1) void this.#run();
    return () => this.#end(wait);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let [first] = this.#waits; first; [first] = this.#waits) {
      await this.#clock.sleep(first.endsAtMs - this.#clock.monotonicMs(), signal);
      if (signal.aborted) return;
      // A timer may be a little early.
      const nowMs = Math.max(first.endsAtMs, this.#clock.monotonicMs());
      for (const wait of this.#waits) {
        if (wait.endsAtMs > nowMs) break;
        this.#end(wait);
        wait.over();
      }
    }
  }

  #end(wait: Wait): void {
    if (!this.#waits.delete(wait) || this.#waits.size > 0) return;
    this.#emptied();
    this.#stop.abort(NOBODY_WAITS);
  }
}
