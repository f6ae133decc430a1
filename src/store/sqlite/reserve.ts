// Room that is kept for removals on a full disk: a removal needs some itself, and on a disk of its own only
// removals make more. The state is in the file, so that all processes agree: full size, the room is kept;
// empty, it was given up for removals, and until it is back nothing else is written; not there, the disk
// never had the room for it.

import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, rmSync, statfsSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const RESERVE_FILE = 'ordinal.reserve';

/**
 * Without it the contents of the write-ahead log may have no room in the database, and then the log is never
 * begun anew. A log of a thousand pages, which is when SQLite takes it over, and the largest write fit in
 * here.
 */
const RESERVE_BYTES = 5 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** The time between two looks at the state: a look costs a part of a commit. */
const LOOK_INTERVAL_MS = 20;

export class Reserve {
  readonly #directory: string;
  readonly #path: string;
  #isGivenUp = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, RESERVE_FILE);
  }

  /** Whether only removals may write. */
  isGivenUp(): boolean {
    if (performance.now() - this.#lookedAtMs >= LOOK_INTERVAL_MS) this.#look();
    return this.#isGivenUp;
  }

  /** Keeps the room, if there is enough beside it. A failure changes nothing. */
  keep(): void {
    const bytes = this.#bytes();
    if (bytes === RESERVE_BYTES) {
      this.#look();
      return;
    }
    try {
      const { bavail, bsize } = statfsSync(this.#directory);
      if (bavail * bsize < 2 * RESERVE_BYTES) return;
      this.#write();
    } catch {
      // Not half of it: that would take room from others and be of no use.
      if (bytes === undefined) rmSync(this.#path, { force: true });
      else this.#empty();
    }
    this.#look();
  }

  /** Gives the room up for removals; answers whether there was any. */
  release(): boolean {
    const bytes = this.#bytes();
    if (bytes === undefined) return false;
    this.#empty();
    this.#look();
    return true;
  }

  #look(): void {
    this.#lookedAtMs = performance.now();
    this.#isGivenUp = this.#bytes() === 0;
  }

  #bytes(): number | undefined {
    return statSync(this.#path, { throwIfNoEntry: false })?.size;
  }

  #empty(): void {
    truncateSync(this.#path, 0);
  }

  #write(): void {
    const file = openSync(this.#path, 'w');
    try {
      // Random: some file systems keep no room for what can be compressed.
      const chunk = randomFillSync(new Uint8Array(CHUNK_BYTES));
      for (let bytes = 0; bytes < RESERVE_BYTES; ) {
        bytes += writeSync(file, chunk, 0, Math.min(chunk.length, RESERVE_BYTES - bytes));
      }
    } finally {
      closeSync(file);
    }
  }
}
