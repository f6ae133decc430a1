// Whether the files that this process has open are still those that others find under their names. A directory that was removed, or
// replaced, takes writes as before, and they are gone with the process.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from './schema.ts';

export class Presence {
  readonly #directory: string;
  readonly #path: string;
  readonly #identity: string | undefined;

  /** Of a directory in use. One file stands for all: the write-ahead log, which is there as long as a connection is open. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, `${DATABASE_FILE}-wal`);
    this.#identity = identityOf(this.#path);
  }

  /** What is wrong, or undefined. */
  fault(): string | undefined {
    if (identityOf(this.#path) === this.#identity) return undefined;
    return `${this.#directory} was removed or replaced while it was in use`;
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}/${found.ino}`;
}
