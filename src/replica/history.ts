// The changes that a replica has applied lately, for watchers and for reads in the past. Bounded in bytes.
// Older changes are made again from a snapshot and the log (`replay.ts`).

/** The changes of the command at a position. */
export interface HistoryEntry<Change> {
  readonly position: number;
  readonly changes: readonly Change[];
}

interface HistoryPage<Change> {
  readonly entries: readonly HistoryEntry<Change>[];
  readonly complete: boolean;
}

/** The memory of an entry beside its changes. */
const ENTRY_BYTES = 100;

/** Forgotten entries are cut off when they are as many as those that are kept. */
const CUT_MIN = 1024;

export class History<Change> {
  readonly #bytesMax: number;
  readonly #sizeOf: (change: Change) => number;
  #entries: (HistoryEntry<Change> & { readonly bytes: number })[] = [];
  /** Index of the oldest entry that is kept. */
  #begin = 0;
  #bytes = 0;
  #after = 0;

  constructor(bytesMax: number, sizeOf: (change: Change) => number) {
    this.#bytesMax = bytesMax;
    this.#sizeOf = sizeOf;
  }

  /** Every change after this position is kept. */
  get begin(): number {
    return this.#after;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Begins anew at `position`: earlier changes are unknown. */
  restart(position: number): void {
    this.#entries = [];
    this.#begin = 0;
    this.#bytes = 0;
    this.#after = position;
  }

  add(position: number, changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const bytes = changes.reduce((sum, change) => sum + this.#sizeOf(change), ENTRY_BYTES);
    this.#entries.push({ position, changes, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.#bytesMax) this.#forgetOldest();
  }

  /** The entries after `position`, oldest first; undefined when some of them are forgotten. */
  since(position: number): readonly HistoryEntry<Change>[] | undefined {
    if (position < this.#after) return undefined;
    return this.#entries.slice(this.#firstAfter(position));
  }

  /** The first of them, of about `bytesMax`, but one at least. `complete` when there are no more. */
  pageSince(position: number, bytesMax: number): HistoryPage<Change> | undefined {
    if (position < this.#after) return undefined;
    const from = this.#firstAfter(position);
    let to = from;
    for (let bytes = 0; bytes < bytesMax && to < this.#entries.length; to += 1) {
      bytes += this.#entries[to]?.bytes ?? 0;
    }
    return { entries: this.#entries.slice(from, to), complete: to === this.#entries.length };
  }

  #firstAfter(position: number): number {
    let low = this.#begin;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.position ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #forgetOldest(): void {
    const oldest = this.#entries[this.#begin];
    if (!oldest) return;
    this.#begin += 1;
    this.#bytes -= oldest.bytes;
    this.#after = oldest.position;
    if (this.#begin < CUT_MIN || this.#begin < this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#begin);
    this.#begin = 0;
  }
}
