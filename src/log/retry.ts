// Repeats calls that do no harm when repeated: reads, and writes that detect an earlier try that has
// succeeded.

import { type Clock, elapsedMs, momentOf, type Random } from '../clock.ts';
import { StoreError } from './store.ts';

const PAUSE_BASE_MS = 20;
const PAUSE_MAX_MS = 1000;

/** @throws StoreError of the last try, if it is not retryable or `timeoutMs` is over. */
export async function repeat<T>(
  { clock, random, timeoutMs }: { clock: Clock; random: Random; timeoutMs: number },
  call: () => Promise<T>,
): Promise<T> {
  const startedAt = momentOf(clock);
  for (let failures = 1; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_BASE_MS * 2 ** failures) * random.fraction();
      const late = elapsedMs(clock, startedAt) + pauseMs > timeoutMs;
      if (!(error instanceof StoreError) || !error.retryable || late) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
