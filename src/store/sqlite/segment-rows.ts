// Segments as rows: reading and writing them with statements that are prepared once for each connection.

import type { StatementSyncInstance } from '@photostructure/sqlite';
import { recordCount } from '../../log/batch.ts';
import { type LogMetadata, type Segment, startOf } from '../../log/segment.ts';
import type { Database } from './database.ts';
import { EntryRows } from './entry-rows.ts';
import { rulesOf, rulesText } from './rules.ts';

/** A row of `segments`, and those of its entries that begin after position `after`. */
export interface SegmentPart {
  /** Identifies the segment for good: entries once seen under it stay its first ones. */
  readonly number: number;
  readonly base: number;
  readonly tail: number;
  readonly bytes: number;
  readonly cap: number;
  readonly metadata: LogMetadata;
  readonly after: number;
  readonly entries: readonly Uint8Array[];
}

/** The part of a segment that the caller has already: all entries up to `tail`. */
export interface Have {
  readonly number: number;
  readonly tail: number;
}

const COLUMNS = 'number, base, tail, bytes, cap, incarnation, content_type, fence, ended, rules';

type Row = [
  number: number,
  base: number,
  tail: number,
  bytes: number,
  cap: number,
  incarnation: number,
  contentType: string | null,
  fence: number | null,
  ended: 'sealed' | 'deleted' | null,
  rules: string | null,
];

export class SegmentRows {
  readonly #at: StatementSyncInstance;
  readonly #last: StatementSyncInstance;
  readonly #from: StatementSyncInstance;
  readonly #entries: EntryRows;
  readonly #insert: StatementSyncInstance;
  readonly #update: StatementSyncInstance;
  readonly #remove: StatementSyncInstance;

  constructor(database: Database) {
    const rows = { returnArrays: true };
    this.#at = database.prepare(`SELECT ${COLUMNS} FROM segments WHERE log = ? AND base = ?`, rows);
    this.#last = database.prepare(
      `SELECT ${COLUMNS} FROM segments WHERE log = ? AND base <= ? ORDER BY base DESC LIMIT 1`,
      rows,
    );
    this.#from = database.prepare(
      `SELECT ${COLUMNS} FROM segments WHERE log = ? AND base >= ? ORDER BY base`,
      rows,
    );
    this.#entries = new EntryRows(database);
    this.#insert = database.prepare(
      `INSERT INTO segments (log, base, tail, bytes, cap, incarnation, content_type, fence, ended, rules)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING number`,
      rows,
    );
    this.#update = database.prepare(
      'UPDATE segments SET tail = ?, bytes = ?, fence = ?, ended = ?, rules = ? WHERE number = ?',
    );
    this.#remove = database.prepare('DELETE FROM segments WHERE log = ? AND base = ?');
  }

  /** The segment, with the entries that the caller does not have. */
  at(log: string, base: number, have?: Have): SegmentPart | undefined {
    const row = this.#at.get(log, base) as Row | undefined;
    return row && this.#part(row, have);
  }

  /** The segment with the greatest base up to `atMost`. */
  last(log: string, atMost: number, have?: Have): SegmentPart | undefined {
    const row = this.#last.get(log, atMost) as Row | undefined;
    return row && this.#part(row, have);
  }

  /** Ascending, until the caller has had enough. */
  *from(log: string, fromBase: number, have?: Have): Generator<SegmentPart, void, undefined> {
    for (const row of this.#from.iterate(log, fromBase)) yield this.#part(row as Row, have);
  }

  /** Answers the number of the new segment, or undefined when there is one at that base. */
  insert(log: string, { base, tail, entries, bytes, cap, metadata }: Segment): number | undefined {
    const { incarnation, contentType, fence, ended } = metadata;
    const row = [log, base, tail, bytes, cap, incarnation, contentType ?? null, fence ?? null, ended ?? null];
    const [number] = (this.#insert.get(...row, rulesText(metadata)) as [number] | undefined) ?? [];
    if (number === undefined) return undefined;
    let position = startOf({ base, metadata }) + 1;
    for (const entry of entries) {
      this.insertEntry(number, position, entry);
      position += recordCount(entry);
    }
    return number;
  }

  /** `position` is that of its first record. */
  insertEntry(segment: number, position: number, entry: Uint8Array): void {
    this.#entries.insert(segment, position, entry);
  }

  /** Writes the changes that an append makes to the segment itself. */
  update(number: number, { tail, bytes, metadata }: Segment): void {
    const { fence = null, ended = null } = metadata;
    this.#update.run(tail, bytes, fence, ended, rulesText(metadata), number);
  }

  remove(log: string, base: number): void {
    this.#entries.remove(log, base);
    this.#remove.run(log, base);
  }

  #part(row: Row, have: Have | undefined): SegmentPart {
    const after = have && have.number === row[0] ? have.tail : row[1];
    const [number, , tail] = row;
    return partOf(row, after, tail === after ? [] : this.#entries.after(number, after));
  }
}

function partOf(row: Row, after: number, entries: readonly Uint8Array[]): SegmentPart {
  const [number, base, tail, bytes, cap, incarnation, contentType, fence, ended, rules] = row;
  const metadata: LogMetadata = {
    incarnation,
    ...(contentType === null ? {} : { contentType }),
    ...(fence === null ? {} : { fence }),
    ...(ended === null ? {} : { ended }),
    ...rulesOf(rules),
  };
  return { number, base, tail, bytes, cap, metadata, after, entries };
}

/**
 * The part as a segment of its own: to be asked whether it takes a write. Right as long as it begins at the
 * base.
 */
export function segmentOf({ base, tail, entries, bytes, cap, metadata }: SegmentPart): Segment {
  return { base, tail, entries, bytes, cap, metadata };
}
