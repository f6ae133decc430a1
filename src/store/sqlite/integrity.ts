// Whether a database is sound: SQLite's own check of the pages, and a check that each entry has its segment.

import type { Database } from './database.ts';
import { openDatabase } from './database.ts';
import { describe } from './result-codes.ts';
import { DATABASE_FILE, textIn } from './schema.ts';

/** The most faults that are named; one is enough to distrust the rest. */
const FAULTS_MAX = 20;

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
    const orphans = textIn(
      database,
      'SELECT count(*) FROM entries WHERE segment NOT IN (SELECT number FROM segments)',
    );
    return orphans === '0' ? [] : [`${DATABASE_FILE}: ${orphans} entries belong to no segment`];
  } catch (cause) {
    return [`${DATABASE_FILE}: ${describe(cause)}`];
  }
}
