// One write transaction, and the truth about one that fails.
//
// Until COMMIT is asked for, a failure is definite: SQLite shows nothing of a transaction without the frame
// that ends it. When COMMIT itself fails, that frame may be in the write-ahead log, where the next program
// that has to recover the log would find it. No result code tells. But the next commit is written to the same
// position of the log: once one of ours is there, the failed one is gone for good. So a failed commit is
// *settled* by an empty one behind it. If that fails, too, there is the length of the log: where it ends
// before a first frame could, there is no commit in it. Otherwise the outcome stays unknown.

import { statSync } from 'node:fs';
import type { StatementSyncInstance } from '@photostructure/sqlite';
import { dataVersionOf } from './data-version.ts';
import type { Database } from './database.ts';
import { isSqliteError, waitingWhileBusy } from './result-codes.ts';
import { numberIn, rewriteHeader } from './schema.ts';

/** How long a transaction waits for the write lock, which another process may hold. */
const LOCK_TIMEOUT_MS = 2000;

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Thrown when a transaction has failed. `definite`: nothing of it has happened, and nothing will. */
export class TransactionError extends Error {
  override readonly name = 'TransactionError';
  readonly definite: boolean;

  constructor(cause: unknown, definite: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.definite = definite;
  }
}

export class Transactions {
  readonly #database: Database;
  readonly #path: string;
  readonly #begin: StatementSyncInstance;
  readonly #commit: StatementSyncInstance;
  readonly #dataVersion: () => number;

  /** `path` is that of the database file. */
  constructor(database: Database, path: string) {
    this.#database = database;
    this.#path = path;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#dataVersion = dataVersionOf(database);
  }

  /**
   * Carries out `body` as a whole, on disk when this returns; or not at all.
   *
   * @throws TransactionError
   */
  run<T>(body: () => T): T {
    let seen: number;
    let result: T;
    try {
      waitingWhileBusy(LOCK_TIMEOUT_MS, () => this.#begin.run());
      seen = this.#dataVersion();
      result = body();
    } catch (cause) {
      this.#rollBack();
      throw new TransactionError(cause, true);
    }
    try {
      this.#commit.run();
    } catch (cause) {
      throw new TransactionError(cause, this.#hasNotHappened(seen));
    }
    return result;
  }

  /** After a commit that has failed: whether it is certain that it never takes effect. */
  #hasNotHappened(seen: number): boolean {
    try {
      this.#rollBack();
      // Another connection's commit may be at that position by now, or another connection has recovered the
      // log and found ours.
      if (this.#dataVersion() !== seen) return false;
      return this.#overwrite(seen) || this.#endsBeforeFrame();
    } catch {
      return false;
    }
  }

  /** Makes a commit of one page, without a change. */
  #overwrite(seen: number): boolean {
    try {
      waitingWhileBusy(LOCK_TIMEOUT_MS, () => this.#begin.run());
      if (this.#dataVersion() !== seen) return false;
      rewriteHeader(this.#database);
      this.#commit.run();
      return true;
    } catch {
      return false;
    } finally {
      this.#rollBack();
    }
  }

  /** Whether the log is too short for even one page behind the last commit. */
  #endsBeforeFrame(): boolean {
    const [, frames] = this.#database
      .prepare('PRAGMA wal_checkpoint(NOOP)', { returnArrays: true })
      .get() as [number, number, number];
    const frameBytes = FRAME_HEADER_BYTES + numberIn(this.#database, 'PRAGMA page_size');
    return statSync(`${this.#path}-wal`).size < WAL_HEADER_BYTES + (frames + 1) * frameBytes;
  }

  /**
   * SQLite has rolled back by itself after some failures. Without a commit there is nothing that could stay
   * behind.
   */
  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch (cause) {
      // The next transaction cannot begin within this one, and then the connection is opened anew.
      if (!isSqliteError(cause)) throw cause;
    }
  }
}
