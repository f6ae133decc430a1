// The connection that writes: carries out jobs, many in one transaction, and answers each with the truth
// about it.

import { join } from 'node:path';
import { openDatabase } from './database.ts';
import { FreeSpace } from './free-space.ts';
import { Reserve } from './reserve.ts';
import { describe, isBusy, isSqliteError, resultCodeOf } from './result-codes.ts';
import { DATABASE_FILE } from './schema.ts';
import { Tables } from './tables.ts';
import { TransactionError, Transactions } from './transaction.ts';
import { perform, type Write, type Written } from './write.ts';

export interface Job {
  readonly id: number;
  readonly write: Write;
}

export interface Answer {
  readonly id: number;
  readonly written?: Written;
  readonly failure?: Failure;
}

export interface Failure {
  readonly message: string;
  /** Nothing has happened, and nothing will. */
  readonly definite: boolean;
  /** The same write can succeed soon. */
  readonly retryable: boolean;
  /** There is no room on the disk. */
  readonly full?: boolean;
}

interface Connection {
  readonly tables: Tables;
  readonly transactions: Transactions;
  readonly freeSpace: FreeSpace;
  close(): void;
}

const GIVEN_UP: Failure = {
  message: 'the disk is full: until there is room again, only removals are carried out',
  definite: true,
  retryable: false,
  full: true,
};

export class Committer {
  readonly #directory: string;
  readonly #reserve: Reserve;
  #connection: Connection | undefined;

  /** Opens nothing yet. A failure to open is the answer to the first job, and the next job tries again. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#reserve = new Reserve(directory);
  }

  /** Every answer is about something durable. Never throws: the next commit begins with a new connection. */
  commit(jobs: readonly Job[]): Answer[] {
    try {
      return this.#commit(jobs);
    } catch (cause) {
      this.close();
      return failedAll(jobs, failureOf(cause, false));
    }
  }

  #commit(jobs: readonly Job[]): Answer[] {
    if (this.#reserve.isGivenUp()) this.#makeRoom();
    if (this.#reserve.isGivenUp()) return this.#removeOnly(jobs);
    const answers = this.#attempt(jobs);
    const full = answers.some(({ failure }) => failure?.full);
    if (!full || !jobs.some(isRemoval) || !this.#reserve.release()) return answers;
    return this.#removeOnly(jobs);
  }

  /** Gives some of the storage that was freed back to the disk; answers whether there is more to give. */
  giveBack(): boolean {
    if (this.#connection?.freeSpace.giveBack()) return true;
    this.#reserve.keep();
    return false;
  }

  close(): void {
    try {
      this.#connection?.close();
    } catch (cause) {
      if (!isSqliteError(cause)) throw cause;
    }
    this.#connection = undefined;
  }

  /** Takes the whole log over at once: only removals can go on before that. */
  #makeRoom(): void {
    while (this.#connection?.freeSpace.giveBack());
    this.#reserve.keep();
  }

  /**
   * The disk is full, and the reserve leaves a little room for removals: one after the other, and the
   * write-ahead log is begun anew in between.
   */
  #removeOnly(jobs: readonly Job[]): Answer[] {
    this.#connection?.freeSpace.takeLogOver();
    return jobs.flatMap((job) => {
      if (!isRemoval(job)) return failedAll([job], GIVEN_UP);
      const answers = this.#attempt([job]);
      this.#connection?.freeSpace.takeLogOver();
      return answers;
    });
  }

  #attempt(jobs: readonly Job[]): Answer[] {
    let connection: Connection;
    try {
      connection = this.#connected();
    } catch (cause) {
      return failedAll(jobs, failureOf(cause, true));
    }
    const { tables, transactions } = connection;
    try {
      return transactions.run(() => jobs.map((job) => answerTo(tables, job)));
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      const { cause, definite } = error;
      if (resultCodeOf(cause).reopen) this.close();
      return failedAll(jobs, failureOf(cause, definite));
    }
  }

  #connected(): Connection {
    if (!this.#connection) {
      this.#connection = connect(this.#directory);
      this.#reserve.keep();
    }
    return this.#connection;
  }
}

/** Whether no job was written because another process has had the lock for too long. */
export function isLockedOut(answers: readonly Answer[]): Failure | undefined {
  const failure = answers[0]?.failure;
  return failure?.definite && failure.retryable ? failure : undefined;
}

function connect(directory: string): Connection {
  const database = openDatabase(directory, 'write');
  return {
    tables: new Tables(database),
    transactions: new Transactions(database, join(directory, DATABASE_FILE)),
    freeSpace: new FreeSpace(database),
    close: () => database.close(),
  };
}

/**
 * A fault in one write has changed nothing and does not concern the others. An error that SQLite reports
 * concerns them all.
 */
function answerTo(tables: Tables, { id, write }: Job): Answer {
  try {
    return { id, written: perform(tables, write) };
  } catch (cause) {
    if (isSqliteError(cause)) throw cause;
    return { id, failure: { message: describe(cause), definite: true, retryable: false } };
  }
}

function failureOf(cause: unknown, definite: boolean): Failure {
  const message = isBusy(cause) ? 'another process holds the write lock' : describe(cause);
  // The caller repeats a write of unknown outcome under the same id, and then learns the outcome.
  const { retryable, name } = resultCodeOf(cause);
  return { message, definite, retryable: !definite || retryable, full: name === 'SQLITE_FULL' };
}

export function isRemoval({ write }: Job): boolean {
  return write.kind === 'remove' || write.kind === 'remove-blob';
}

export function failedAll(jobs: readonly Job[], failure: Failure): Answer[] {
  return jobs.map(({ id }) => ({ id, failure }));
}
