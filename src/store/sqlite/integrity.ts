// Whether a database is sound: SQLite's own check of the pages, and a check that each entry has its segment
// and its bytes.

import type { Database } from './database.ts';
import { openDatabase } from './database.ts';
import { describe } from './result-codes.ts';
import { DATABASE_FILE, textIn } from './schema.ts';

/** The most faults that are named; one is enough to distrust the rest. */
const FAULTS_MAX = 20;

/** What rows must not have, and how many have it. */
const FAULTS = [
  [
    'entries belong to no segment',
    'SELECT count(*) FROM entries WHERE segment NOT IN (SELECT number FROM segments)',
  ],
  [
    'entries are without their bytes',
    `SELECT count(*) FROM entries
     WHERE long_entry IS NOT NULL AND long_entry NOT IN (SELECT number FROM long_entries)`,
  ],
  [
    'rows of long bytes belong to no entry',
    `SELECT count(*) FROM long_entries
     WHERE number NOT IN (SELECT long_entry FROM entries WHERE long_entry IS NOT NULL)`,
  ],
] as const;

/**
 * The faults in the database of `directory`; empty when it is sound. Reads all of it.
 *
 * @throws Error when it cannot be opened
 */
export function faultsOf(directory: string): string[] {
  const database = openDatabase(directory, 'read');
  try {
    return faultsIn(database);
  } finally {
    database.close();
  }
}

function faultsIn(database: Database): string[] {
  try {
    const check = database.prepare(`PRAGMA integrity_check(${FAULTS_MAX})`, { returnArrays: true });
    const lines = (check.all() as [string][]).map(([line]) => line);
    if (lines[0] !== 'ok') return lines.map((line) => `${DATABASE_FILE}: ${line}`);
    return FAULTS.flatMap(([what, sql]) => {
      const count = textIn(database, sql);
      return count === '0' ? [] : [`${DATABASE_FILE}: ${count} ${what}`];
    });
  } catch (cause) {
    return [`${DATABASE_FILE}: ${describe(cause)}`];
  }
}
