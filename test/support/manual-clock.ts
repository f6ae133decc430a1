// A clock that moves only when told, or by the naps that are taken on it.

import type { Clock } from '../../src/clock.ts';

export class ManualClock implements Clock {
  wallMs = 1_700_000_000_000;
  monotonic = 0;

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.monotonic;
  }

  async sleep(ms: number): Promise<void> {
    this.pass(ms);
    await new Promise((resolve) => setImmediate(resolve));
  }

  pass(ms: number): void {
    this.wallMs += ms;
    this.monotonic += ms;
  }

  /** Time goes by as for a frozen sandbox: the monotonic clock stands still. */
  freeze(ms: number): void {
    this.wallMs += ms;
  }
}
