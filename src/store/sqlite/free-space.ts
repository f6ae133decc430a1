// Gives the storage of removed items back to the disk, a little at a time, so that no request waits long for
// it.

import type { StatementSyncInstance } from '@photostructure/sqlite';
import type { Database } from './database.ts';
import { isSqliteError } from './result-codes.ts';

/** Kept for the next writes: to shrink a file that grows again is wasted work. */
const PAGES_KEPT = 256;
const PAGES_PER_STEP = 64;

export class FreeSpace {
  readonly #database: Database;
  readonly #freePages: StatementSyncInstance;

  constructor(database: Database) {
    this.#database = database;
    this.#freePages = database.prepare('PRAGMA freelist_count', { returnArrays: true });
  }

  /**
   * Takes the write-ahead log over into the database, as far as readers allow, so that the log can be begun
   * anew.
   */
  takeLogOver(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch (cause) {
      // The log stays as it is: nothing is lost by that.
      if (!isSqliteError(cause)) throw cause;
    }
  }

  /** One transaction of a few milliseconds at the most. Answers whether there is more to give. */
  giveBack(): boolean {
    try {
      const [pages] = this.#freePages.get() as [number];
      if (pages <= PAGES_KEPT) return false;
      this.#database.exec(`PRAGMA incremental_vacuum(${Math.min(PAGES_PER_STEP, pages - PAGES_KEPT)})`);
      // The file itself becomes shorter when the pages of the log are taken over into it.
      if (pages - PAGES_PER_STEP <= PAGES_KEPT) this.takeLogOver();
      return true;
    } catch (cause) {
      // Another process is writing, or the disk is full. The next removal comes back to it.
      if (isSqliteError(cause)) return false;
      throw cause;
    }
  }
}
