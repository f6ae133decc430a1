// Time and randomness as ports, so that a simulation can own both. The client loads this file on every
// platform of the web.

export interface Clock {
  /** Wall-clock time in milliseconds since 1970. May jump either way. */
  nowMs(): number;
  /**
   * Milliseconds since an arbitrary start. Never goes back, but may stand still while a machine is frozen.
   */
  monotonicMs(): number;
  /**
   * Resolves after `ms` milliseconds, or earlier when `signal` aborts. Never rejects. 0 milliseconds are long
   * enough for all that has arrived at this process by now.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** A number in [0, 1). */
  fraction(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    if (signal?.aborted) return;
    // A timer takes a millisecond at least.
    await (ms <= 0 ? nextTurn() : timer(ms, signal));
  },
};

/** All that has arrived by now is handled before. Browsers have no `setImmediate`: a timer does the same. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}

/** As of `node:timers/promises`, which makes an error with a stack for each that is aborted. */
function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timeout = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake);
  });
}

/** One system call gives bytes for many uses. */
const RANDOM_BYTES_AT_ONCE = 4096;

let random = new Uint8Array(0);

function takeRandom(count: number): Uint8Array {
  if (random.length < count)
    random = crypto.getRandomValues(new Uint8Array(Math.max(count, RANDOM_BYTES_AT_ONCE)));
  const taken = random.slice(0, count);
  random = random.subarray(count);
  return taken;
}

export const systemRandom: Random = {
  bytes: takeRandom,
  fraction: () => Math.random(),
};

/** A moment on both clocks of a process. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * How long ago `moment` was, at least: the larger answer of the two clocks. A frozen sandbox may stop the
 * monotonic clock, and a wall clock may be set back; only both at once would hide the time that passed.
 */
export function elapsedMs(clock: Clock, moment: Moment): number {
  return elapsedBetweenMs(moment, momentOf(clock));
}

/** The same between two moments of one process. */
export function elapsedBetweenMs(from: Moment, to: Moment): number {
  return Math.max(to.wallMs - from.wallMs, to.monotonicMs - from.monotonicMs);
}
