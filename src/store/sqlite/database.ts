// Opens the database of a directory, always in the same way: settings, checks, schema.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { sqlite } from './driver.ts';
import { Reserve } from './reserve.ts';
import { resultCodeOf, waitingWhileBusy } from './result-codes.ts';
import { assertOurs, DATABASE_FILE, ForeignDatabaseError, migrate, textIn } from './schema.ts';

export type Database = DatabaseSyncInstance;

/**
 * Before this version, a write-ahead log could be reset while another process still read from it, and the
 * database was damaged (sqlite.org/wal.html, "the WAL-reset bug").
 */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;

/** How long opening waits for others who are opening, too: the first one makes the schema. */
const OPEN_TIMEOUT_MS = 5000;

/**
 * A write-ahead log that has grown beyond this, behind a reader that took long, is cut back when it is used
 * again.
 */
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** Creates the directory if need be, so that it survives a crash of the machine. @throws Error */
export function makeDirectory(directory: string): void {
  const made = mkdirSync(directory, { recursive: true });
  if (made === undefined) return;
  // SQLite syncs the directory of its files. This function syncs the directories above.
  const stop = dirname(resolve(made));
  for (let path = resolve(directory); path !== stop; path = dirname(path)) syncDirectory(dirname(path));
}

/**
 * A connection to the database of `directory`. Its own waiting is switched off: see `begin` in
 * `transaction.ts`.
 *
 * @throws ForeignDatabaseError when the directory holds something else; Error when it cannot be used.
 */
export function openDatabase(directory: string, use: 'read' | 'write'): Database {
  if (existsSync(join(directory, 'data.mdb'))) {
    throw new ForeignDatabaseError(
      'it was written by an earlier Ordinal, on LMDB, which this one does not read; use another directory',
    );
  }
  const path = join(directory, DATABASE_FILE);
  const open = () => waitingWhileBusy(OPEN_TIMEOUT_MS, () => openFile(path, use));
  try {
    return open();
  } catch (cause) {
    // The file that processes share beside the database (`-shm`) needs a few pages.
    if (resultCodeOf(cause).name !== 'SQLITE_FULL' || !new Reserve(directory).release()) throw cause;
    return open();
  }
}

function openFile(path: string, use: 'read' | 'write'): Database {
  const database = new (sqlite().DatabaseSync)(path, { timeout: OPEN_TIMEOUT_MS, defensive: true });
  try {
    assertVersion(database);
    // Before anything is changed in it.
    assertOurs(database);
    prepareFile(database);
    migrate(database);
    syncLog(path);
    if (use === 'read') database.exec('PRAGMA query_only = ON');
    database.exec('PRAGMA busy_timeout = 0');
  } catch (cause) {
    database.close();
    throw cause;
  }
  return database;
}

const INCREMENTAL = '2';

/**
 * "Visible means durable" rests on these: with FULL, a commit is shown to others when it is on disk, and not
 * before.
 */
function prepareFile(database: Database): void {
  // Kept in the file. Setting it again would be a write, and opening must also work on a full disk and while
  // others write.
  if (textIn(database, 'PRAGMA auto_vacuum') !== INCREMENTAL)
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  const mode = textIn(database, 'PRAGMA journal_mode = WAL');
  if (mode !== 'wal')
    throw new Error(`this file system does not carry a write-ahead log (journal_mode ${mode})`);
  database.exec('PRAGMA synchronous = FULL');
  // On macOS a plain sync leaves the data in the cache of the drive. Elsewhere these change nothing.
  database.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  database.exec(`PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`);
}

/**
 * A process that was killed between its write and its sync can leave a commit that the next one finds and
 * shows, though it is not on disk yet. So every process that opens the database syncs it first. (Opening and
 * closing this file by ourselves does no harm. With the database file itself it would: POSIX takes all locks
 * of a process away when it closes any descriptor of a file.)
 */
function syncLog(path: string): void {
  const log = `${path}-wal`;
  if (!existsSync(log)) return;
  const file = openSync(log, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function syncDirectory(directory: string): void {
  // Windows opens no directories.
  if (process.platform === 'win32') return;
  const file = openSync(directory, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function assertVersion(database: Database): void {
  const version = textIn(database, 'SELECT sqlite_version()');
  if (isOlder(version)) {
    const least = SQLITE_VERSION_MIN.join('.');
    throw new Error(
      `SQLite ${version} can damage a database that several programs use; ${least} is the oldest that may be used`,
    );
  }
}

/** Whether `version` is older than the oldest that may be used. */
export function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}
