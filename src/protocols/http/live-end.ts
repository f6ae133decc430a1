// When a live read ends: whatever comes first of the client, the server and the time. `AbortSignal.any` would
// do, but on Node 20 it leaves a little behind in a signal that lives as long as the process, for every read
// that ever was.

export interface LiveEnd {
  readonly signal: AbortSignal;
  /** Ends the read now. */
  stop(): void;
  /** To be called when the read is over, however it ended. */
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
