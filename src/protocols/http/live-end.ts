// Ends a live read when the client leaves, the server closes or the time is over. `AbortSignal.any` would do,
// but on Node 20 it leaks a little memory per read in a signal that lives as long as the process.

export interface LiveEnd {
  readonly signal: AbortSignal;
  /** Ends the read now. */
  stop(): void;
  /** Must be called when the read is over, however it ended. */
  release(): void;
}

export function firstOf(signals: readonly AbortSignal[], afterMs: number | undefined): LiveEnd {
  const controller = new AbortController();
  const end = () => controller.abort();
  const timer = afterMs === undefined ? undefined : setTimeout(end, afterMs);
  for (const signal of signals) {
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  }
  return {
    signal: controller.signal,
    stop: end,
    release() {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', end);
    },
  };
}
