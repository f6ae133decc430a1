// A consistent copy of a directory that servers are using. The servers go on meanwhile: one read transaction
// keeps the state of one moment, and the copy is of that.

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Database, makeDirectory, openDatabase, syncDirectory } from './database.ts';
import { sqlite } from './driver.ts';
import { faultsOf } from './integrity.ts';
import { DATABASE_FILE, numberIn } from './schema.ts';

/** The reason for which there is no copy, as a message for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

export interface BackupOptions {
  readonly from: string;
  /** A directory that is not there yet, or is empty. It can be used as a data directory afterwards. */
  readonly to: string;
  /** Called from time to time with the progress of the copy. */
  readonly onProgress: (progress: { readonly pages: number; readonly pagesInAll: number }) => void;
}

/** The copy is made in this directory beside its destination, until it is whole, verified and on disk. */
const UNFINISHED_DIRECTORY = 'unfinished';
/**
 * Entries that do not count as content: an unfinished copy, and the folder that a file system of its own has.
 */
const NOT_COUNTED = new Set([UNFINISHED_DIRECTORY, 'lost+found']);
const PAGES_PER_STEP = 1024;

/**
 * Answers the size of the copy in bytes.
 *
 * @throws BackupError; Error when the directory cannot be read or written
 */
export async function backUp({ from, to, onProgress }: BackupOptions): Promise<number> {
  if (!existsSync(join(from, DATABASE_FILE)))
    throw new BackupError(`there is no ${DATABASE_FILE} in ${from}`);
  makeDirectory(to);
  const other = readdirSync(to).find((name) => !NOT_COUNTED.has(name));
  if (other !== undefined) throw new BackupError(`${to} is not empty: it holds ${other}`);
  const unfinished = join(to, UNFINISHED_DIRECTORY);
  rmSync(unfinished, { recursive: true, force: true });
  makeDirectory(unfinished);
  const copied = join(unfinished, DATABASE_FILE);
  await copy(from, copied, onProgress);
  const faults = faultsOf(unfinished);
  if (faults.length > 0) {
    throw new BackupError(`the copy is damaged, and so is what it was made of: ${faults.join('; ')}`);
  }
  syncFile(copied);
  const finished = join(to, DATABASE_FILE);
  renameSync(copied, finished);
  syncDirectory(to);
  rmSync(unfinished, { recursive: true, force: true });
  return statSync(finished).size;
}

async function copy(from: string, path: string, onProgress: BackupOptions['onProgress']): Promise<void> {
  const database = openDatabase(from, 'read');
  try {
    holdMoment(database);
    await sqlite().backup(database, path, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) =>
        onProgress({ pages: totalPages - remainingPages, pagesInAll: totalPages }),
    });
  } finally {
    database.close();
  }
}

/** Without it SQLite would begin anew whenever another process commits: under load, for ever. */
function holdMoment(database: Database): void {
  database.exec('BEGIN');
  numberIn(database, 'SELECT count(*) FROM sqlite_schema');
}

function syncFile(path: string): void {
  // No connection has this file open, so no locks can be lost.
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
