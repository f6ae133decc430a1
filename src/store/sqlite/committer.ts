// The connection that writes: carries out jobs, many in one transaction, and answers each with the truth about it.

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

export class Committer {
  readonly #directory: string;
  readonly #reserve: Reserve;
  #connection: Connection | undefined;

  /** @throws Error when the directory cannot be used */
  constructor(directory: string) {
    this.#directory = directory;
    this.#connection = connect(directory);
    this.#reserve = new Reserve(directory);
    this.#reserve.keep();
  }

  /** Every answer is about something durable. */
  commit(jobs: readonly Job[]): Answer[] {
    let connection: Connection;
    try {
      this.#connection ??= connect(this.#directory);
      connection = this.#connection;
    } catch (cause) {
      return failedAll(jobs, failureOf(cause, true));
    }
    const answers = this.#attempt(connection, jobs);
    const full = answers.some(({ failure }) => failure?.full);
    if (!full || !jobs.some(isRemoval) || !this.#reserve.release()) return answers;
    return this.#removeOnly(connection, jobs, answers);
  }

  /** Gives some of the space that was freed back to the disk; answers whether there is more to give. */
  giveBack(): boolean {
    if (this.#connection?.freeSpace.giveBack()) return true;
    this.#reserve.keep();
    return false;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** The disk is full, and there is a little room for those who make more: one after the other, and the log is begun anew in between. */
  #removeOnly(connection: Connection, jobs: readonly Job[], refused: readonly Answer[]): Answer[] {
    connection.freeSpace.takeLogOver();
    return jobs.flatMap((job, index) => {
      const answers = isRemoval(job) ? this.#attempt(connection, [job]) : refused.slice(index, index + 1);
      if (isRemoval(job)) connection.freeSpace.takeLogOver();
      return answers;
    });
  }

  #attempt({ tables, transactions }: Connection, jobs: readonly Job[]): Answer[] {
    try {
      return transactions.run(() => jobs.map((job) => answerTo(tables, job)));
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      const { cause, definite } = error;
      if (resultCodeOf(cause).reopen) this.close();
      return failedAll(jobs, failureOf(cause, definite));
    }
  }
}

/** Whether nobody could write, because another process has had the lock for too long. */
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

/** What is wrong with one write has changed nothing, and is no matter of the others. What SQLite reports is. */
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
  // What may have happened is asked for again, under the same id: then it is known.
  const { retryable, name } = resultCodeOf(cause);
  return { message, definite, retryable: !definite || retryable, full: name === 'SQLITE_FULL' };
}

export function isRemoval({ write }: Job): boolean {
  return write.kind === 'remove' || write.kind === 'remove-blob';
}

export function failedAll(jobs: readonly Job[], failure: Failure): Answer[] {
  return jobs.map(({ id }) => ({ id, failure }));
}
