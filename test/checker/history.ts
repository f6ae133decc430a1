// What clients did and saw: one entry per operation. As JSON lines it can be read by other checkers (see test/README.md).

export interface HistoryEntry {
  readonly client: number;
  /** Call and return in one order of moments; null when the client never got an answer. */
  readonly call: number;
  readonly return: number | null;
  readonly operation: string;
  readonly arguments: unknown;
  /** null when the outcome is unknown. */
  readonly result: unknown;
}

export class HistoryRecorder {
  readonly #entries: HistoryEntry[] = [];
  #moment = 0;

  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  /** Notes the call; the function that it answers notes the return, or that there will be none. */
  call(client: number, operation: string, args: unknown): (outcome: { result: unknown } | 'unknown') => void {
    const call = this.#next();
    return (outcome) => {
      const known = outcome !== 'unknown';
      this.#entries.push({
        client,
        call,
        return: known ? this.#next() : null,
        operation,
        arguments: args,
        result: known ? outcome.result : null,
      });
    };
  }

  toJsonLines(): string {
    const sorted = [...this.#entries].sort((a, b) => a.call - b.call);
    return sorted.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}
