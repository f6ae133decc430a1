// Whether other processes still find the files that this process has open. Writes to a directory that was
// removed or replaced succeed as before, and are lost when the process ends.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from './result-codes.ts';
import { DATABASE_FILE } from './schema.ts';

/** A look takes some microseconds, which slow a read down. So reads look this often, and each write looks. */
const READ_INTERVAL_MS = 10;

export class Presence {
  readonly #directory: string;
  readonly #files: readonly { readonly path: string; readonly identity: string | undefined }[];
  #lookedAtMs = 0;

  /** The directory must be in use: its write-ahead log is there as long as a connection is open. */
  constructor(directory: string) {
    this.#directory = directory;
    const database = join(directory, DATABASE_FILE);
    this.#files = [database, `${database}-wal`].map((path) => ({ path, identity: identityOf(path) }));
  }

  /** The fault at this moment, or undefined. */
  fault(): string | undefined {
    this.#lookedAtMs = performance.now();
    try {
      if (this.#files.every(({ path, identity }) => identityOf(path) === identity)) return undefined;
      return `${this.#directory} was removed or replaced while it was in use`;
    } catch (cause) {
      return `${this.#directory} cannot be looked at: ${describe(cause)}`;
    }
  }

  /** The fault as of at most a few milliseconds ago, or undefined. */
  recentFault(): string | undefined {
    return performance.now() - this.#lookedAtMs < READ_INTERVAL_MS ? undefined : this.fault();
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}/${found.ino}`;
}
