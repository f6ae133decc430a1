// The entries of segments as rows.
//
// `entries` is ordered by its key alone: SQLite keeps such a table as an index, and loads a whole row for
// each comparison of a search that meets one with overflow pages. So the bytes of an entry that does not fit
// its page are in a table of their own, which is searched by number.

import type { StatementSyncInstance } from '@photostructure/sqlite';
import type { Database } from './database.ts';

/** A row of an index has up to 1,002 bytes in a page of 4,096. The rest is for the other columns. */
export const INLINE_BYTES_MAX = 960;

const ELSEWHERE = new Uint8Array(0);

export class EntryRows {
  readonly #after: StatementSyncInstance;
  readonly #insert: StatementSyncInstance;
  readonly #insertLong: StatementSyncInstance;
  readonly #removeLong: StatementSyncInstance;
  readonly #remove: StatementSyncInstance;

  constructor(database: Database) {
    const rows = { returnArrays: true };
    this.#after = database.prepare(
      `SELECT CASE WHEN long_entry IS NULL THEN entry ELSE long_entries.bytes END FROM entries
       LEFT JOIN long_entries ON long_entries.number = entries.long_entry
       WHERE segment = ? AND position > ? ORDER BY position`,
      rows,
    );
    this.#insert = database.prepare(
      'INSERT INTO entries (segment, position, entry, long_entry) VALUES (?, ?, ?, ?)',
    );
    this.#insertLong = database.prepare('INSERT INTO long_entries (bytes) VALUES (?) RETURNING number', rows);
    const inSegment = 'segment = (SELECT number FROM segments WHERE log = ? AND base = ?)';
    this.#removeLong = database.prepare(
      `DELETE FROM long_entries WHERE number IN (SELECT long_entry FROM entries WHERE ${inSegment})`,
    );
    this.#remove = database.prepare(`DELETE FROM entries WHERE ${inSegment}`);
  }

  /** Those of the segment that begin after the position. @throws Error when the database is damaged */
  after(segment: number, position: number): Uint8Array[] {
    return (this.#after.all(segment, position) as [Uint8Array | null][]).map(([entry]) => {
      if (!entry) throw new Error('an entry is without its bytes; `doctor` says more');
      return entry;
    });
  }

  /** `position` is that of its first record. */
  insert(segment: number, position: number, entry: Uint8Array): void {
    if (entry.length <= INLINE_BYTES_MAX) {
      this.#insert.run(segment, position, entry, null);
      return;
    }
    const [number] = this.#insertLong.get(entry) as [number];
    this.#insert.run(segment, position, ELSEWHERE, number);
  }

  /** All of the segment, which must still be there. */
  remove(log: string, base: number): void {
    this.#removeLong.run(log, base);
    this.#remove.run(log, base);
  }
}
