// Whether other connections have committed.

import type { Database } from './database.ts';

/**
 * Reads a number that stays the same as long as no other connection has committed anything or has recovered
 * the log.
 */
export function dataVersionOf(database: Database): () => number {
  const statement = database.prepare('PRAGMA data_version', { returnArrays: true });
  return () => {
    const [version] = statement.get() as [number];
    return version;
  };
}
