// Detects that no operation makes progress: an endless loop, or an operation that waits for ever.

/** A simulation that goes on for so long in virtual time is stuck. */
const VIRTUAL_MS_MAX = 1000 * 86_400_000;
/**
 * A loop shows in calls of the store long before it shows in time. Between two answers there are a hundred at
 * most.
 */
const CALLS_MAX = 2000;

export class Progress {
  readonly #callsMax: number;
  #calls = 0;
  /** How often each call was made since the last operation was answered. */
  readonly #counts = new Map<string, number>();

  constructor(callsMax = CALLS_MAX) {
    this.#callsMax = callsMax;
  }

  called(what: string): void {
    this.#calls += 1;
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  answered(): void {
    this.#calls = 0;
    this.#counts.clear();
  }

  /** What is wrong, or undefined. */
  stuck(nowMs: number): string | undefined {
    if (nowMs > VIRTUAL_MS_MAX) return 'somebody waits for ever';
    if (this.#calls <= this.#callsMax) return undefined;
    const [most = ['', 0]] = [...this.#counts].sort(([, a], [, b]) => b - a);
    return `an endless loop: ${this.#callsMax} calls of the store since an operation was answered, ${most[1]} of them '${most[0]}'`;
  }
}
