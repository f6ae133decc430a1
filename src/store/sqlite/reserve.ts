// Room that is kept for removals on a full disk: they need some themselves, and on a disk of its own nothing else can make any.

import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const RESERVE_FILE = 'ordinal.reserve';

/**
 * Without it, what is in the write-ahead log may have no room in the database, and then the log is never begun anew. A log of a
 * thousand pages, which is when SQLite takes it over, and the largest write fit in here.
 */
const RESERVE_BYTES = 5 * 1024 * 1024;
const CHUNK = new Uint8Array(1024 * 1024);

export class Reserve {
  readonly #directory: string;
  readonly #path: string;
  #kept = false;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, RESERVE_FILE);
  }

  /** Keeps room, if there is twice as much. Anything that goes wrong leaves things as they were. */
  keep(): void {
    if (this.#kept) return;
    try {
      const { bavail, bsize } = statfsSync(this.#directory);
      if (bavail * bsize < 2 * RESERVE_BYTES) return;
      this.#write();
      this.#kept = true;
    } catch {
      rmSync(this.#path, { force: true });
    }
  }

  /** Gives it up; answers whether this process had kept any. */
  release(): boolean {
    const kept = this.#kept;
    this.#kept = false;
    rmSync(this.#path, { force: true });
    return kept;
  }

  #write(): void {
    const file = openSync(this.#path, 'w');
    try {
      for (let bytes = 0; bytes < RESERVE_BYTES; bytes += CHUNK.length) writeSync(file, CHUNK);
    } finally {
      closeSync(file);
    }
  }
}
