// The schema of the embedded store, on this one page. `sqlite3 .ordinal/ordinal.db` shows its contents.

import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** The one file that holds everything; SQLite keeps `-wal` and `-shm` beside it while it is in use. */
export const DATABASE_FILE = 'ordinal.db';

/**
 * Stored in the header of the file, so that no other program's database is taken for ours: "Ordl" in
 * ASCII.
 */
const APPLICATION_ID = 0x4f72646c;

/**
 * The steps that make the schema, oldest first. The version of a database is how many of them it has been
 * through. A step that has been released never changes: each later difference is a step of its own.
 *
 * A segment's number is never used again (AUTOINCREMENT), not even for a segment of the same log and base: so
 * the entries that a reader has seen under a number are a prefix of its present ones. Entries are rows of
 * their own, so that an append writes one row, however much the segment holds.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE segments (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    log          TEXT    NOT NULL,
    base         INTEGER NOT NULL,
    tail         INTEGER NOT NULL CHECK (tail >= base),
    bytes        INTEGER NOT NULL,
    cap          INTEGER NOT NULL,
    incarnation  INTEGER NOT NULL,
    content_type TEXT,
    fence        INTEGER,
    ended        TEXT CHECK (ended IN ('sealed', 'deleted')),
    UNIQUE (log, base)
  ) STRICT;

  -- An encoded batch (src/log/batch.ts) and the position of its first record.
  CREATE TABLE entries (
    segment  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    entry    BLOB    NOT NULL,
    PRIMARY KEY (segment, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE metadata_records (
    log     TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (log, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE blobs (
    key   TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
  ) STRICT;
  `,
  // What few logs have of metadata, as JSON (src/store/sqlite/rules.ts).
  'ALTER TABLE segments ADD COLUMN rules TEXT',
  // The bytes of entries that do not fit a page of `entries` (src/store/sqlite/entry-rows.ts): there the
  // entry is empty. Earlier programs have kept all of them in `entries`, where they stay.
  `
  CREATE TABLE long_entries (
    number INTEGER PRIMARY KEY,
    bytes  BLOB NOT NULL
  ) STRICT;

  ALTER TABLE entries ADD COLUMN long_entry INTEGER;
  `,
];

/** The reason for which the file cannot be used, as a message for the operator. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
}

/**
 * Brings the schema up to this program's version. Takes the write lock only when there is something to do.
 */
export function migrate(database: DatabaseSyncInstance): void {
  if (versionOf(database) === MIGRATIONS.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have done it while this one waited for the lock.
    for (const step of MIGRATIONS.slice(versionOf(database))) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw cause;
  }
}

/** @throws ForeignDatabaseError */
export function assertOurs(database: DatabaseSyncInstance): void {
  versionOf(database);
}

/** 0 for a new, empty database. @throws ForeignDatabaseError */
function versionOf(database: DatabaseSyncInstance): number {
  const version = numberIn(database, 'PRAGMA user_version');
  const applicationId = numberIn(database, 'PRAGMA application_id');
  const tables = numberIn(database, 'SELECT count(*) FROM sqlite_schema');
  if (applicationId !== APPLICATION_ID && (applicationId !== 0 || tables > 0)) {
    throw new ForeignDatabaseError(`${DATABASE_FILE} is the database of another program`);
  }
  if (version > MIGRATIONS.length) {
    throw new ForeignDatabaseError(
      `${DATABASE_FILE} has schema version ${version} of a newer Ordinal; this one knows ${MIGRATIONS.length}`,
    );
  }
  return version;
}

/** The one number that a statement answers. */
export function numberIn(database: DatabaseSyncInstance, sql: string): number {
  return Number(textIn(database, sql));
}

/** The one value that a statement answers, as text. */
export function textIn(database: DatabaseSyncInstance, sql: string): string {
  const [value] = database.prepare(sql, { returnArrays: true }).get() as [unknown];
  return String(value);
}

/** Writes one page, and changes nothing. */
export function rewriteHeader(database: DatabaseSyncInstance): void {
  database.exec(`PRAGMA user_version = ${numberIn(database, 'PRAGMA user_version')}`);
}
