// Cached reads of last segments. They are valid until another connection commits (`data_version`).

import type { LastResult } from '../../log/store.ts';

/** Each look holds a segment of up to 320 KB, so only the latest looks are kept. */
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
