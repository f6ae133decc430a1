// The tables as one connection sees them: statements that are prepared once.

import type { StatementSyncInstance } from '@photostructure/sqlite';
import {
  type MetadataRecord,
  type MetadataRecordKind,
  type MetadataRecords,
  SHOWN_RECORD_KINDS,
  type ShownRecordKind,
} from '../../log/store.ts';
import { dataVersionOf } from './data-version.ts';
import type { Database } from './database.ts';
import { rewriteHeader } from './schema.ts';
import { SegmentRows } from './segment-rows.ts';

export class Tables {
  readonly segments: SegmentRows;
  readonly records: MetadataRecordRows;
  readonly blobs: BlobRows;
  readonly dataVersion: () => number;
  readonly #database: Database;
  readonly #begin: StatementSyncInstance;
  readonly #end: StatementSyncInstance;

  constructor(database: Database) {
    this.#database = database;
    this.segments = new SegmentRows(database);
    this.records = new MetadataRecordRows(database);
    this.blobs = new BlobRows(database);
    this.#begin = database.prepare('BEGIN');
    this.#end = database.prepare('ROLLBACK');
    this.dataVersion = dataVersionOf(database);
  }

  /** Makes a write that changes nothing. */
  rewriteHeader(): void {
    rewriteHeader(this.#database);
  }

  /** All that `look` reads is from one moment after the call. */
  read<T>(look: () => T): T {
    this.#begin.run();
    try {
      return look();
    } finally {
      this.#end.run();
    }
  }
}

const SHOWN_OF_LOG = `SELECT kind, value, version FROM metadata_records
  WHERE log = ? AND kind IN (${SHOWN_RECORD_KINDS.map((kind) => `'${kind}'`).join()})`;

class MetadataRecordRows {
  readonly #all: StatementSyncInstance;
  readonly #get: StatementSyncInstance;
  readonly #set: StatementSyncInstance;

  constructor(database: Database) {
    const rows = { returnArrays: true };
    this.#all = database.prepare(SHOWN_OF_LOG, rows);
    this.#get = database.prepare(
      'SELECT value, version FROM metadata_records WHERE log = ? AND kind = ?',
      rows,
    );
    this.#set = database.prepare(
      `INSERT INTO metadata_records (log, kind, value, version) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value, version = excluded.version`,
    );
  }

  /** Those that a look shows. */
  of(log: string): MetadataRecords {
    const rows = this.#all.all(log) as [ShownRecordKind, string, number][];
    return Object.fromEntries(rows.map(([kind, value, version]) => [kind, { value, version }]));
  }

  get(log: string, kind: MetadataRecordKind): MetadataRecord | undefined {
    const row = this.#get.get(log, kind) as [string, number] | undefined;
    return row && { value: row[0], version: row[1] };
  }

  set(log: string, kind: MetadataRecordKind, { value, version }: MetadataRecord): void {
    this.#set.run(log, kind, value, version);
  }
}

class BlobRows {
  readonly #get: StatementSyncInstance;
  readonly #put: StatementSyncInstance;
  readonly #remove: StatementSyncInstance;

  constructor(database: Database) {
    this.#get = database.prepare('SELECT bytes FROM blobs WHERE key = ?', { returnArrays: true });
    this.#put = database.prepare('INSERT INTO blobs (key, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#remove = database.prepare('DELETE FROM blobs WHERE key = ?');
  }

  get(key: string): Uint8Array | undefined {
    const row = this.#get.get(key) as [Uint8Array] | undefined;
    return row?.[0];
  }

  /** Whether it was stored: false when there is one under that key. */
  put(key: string, bytes: Uint8Array): boolean {
    return this.#put.run(key, bytes).changes > 0;
  }

  remove(key: string): void {
    this.#remove.run(key);
  }
}
