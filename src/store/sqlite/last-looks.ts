// Looks at the end of logs. They hold until another connection commits, which SQLite tells by one number.

import type { LastResult } from '../../log/store.ts';

/** Each has a segment, of 320 KB at the most: what nobody reads again is not kept for long. */
const LOOKS_MAX = 64;

export class LastLooks {
  readonly #looks = new Map<string, LastResult>();
  /** All looks are from the state of the database that has this number. */
  #dataVersion = -1;

  at(dataVersion: number, log: string): LastResult | undefined {
    return dataVersion === this.#dataVersion ? this.#looks.get(log) : undefined;
  }

  keep(dataVersion: number, log: string, look: LastResult): void {
    if (dataVersion !== this.#dataVersion || this.#looks.size >= LOOKS_MAX) this.#looks.clear();
    this.#dataVersion = dataVersion;
    this.#looks.set(log, look);
  }
}
