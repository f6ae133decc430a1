// Results of applied commands, kept as long as a submit that is on its way may ask for them: a command can
// be applied by a read of the log before its own append has been answered.

const PRUNE_EVERY = 1024;

export class PendingResults<Result> {
  /** By position, in the order of the log. */
  readonly #results = new Map<number, Result>();
  /** For each submit on its way, the position that its record must be after. */
  readonly #floors = new Set<{ readonly after: number }>();

  /** Results after `after` are kept until the function that this answers is called. */
  keepAfter(after: number): () => void {
    const floor = { after };
    this.#floors.add(floor);
    return () => {
      this.#floors.delete(floor);
      if (this.#floors.size === 0) this.#results.clear();
    };
  }

  keep(position: number, result: Result): void {
    if (this.#floors.size === 0) return;
    this.#results.set(position, result);
    if (this.#results.size % PRUNE_EVERY === 0) this.#prune();
  }

  at(position: number): Result | undefined {
    return this.#results.get(position);
  }

  #prune(): void {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { after } of this.#floors) lowest = Math.min(lowest, after);
    for (const position of this.#results.keys()) {
      if (position > lowest) return;
      this.#results.delete(position);
    }
  }
}
