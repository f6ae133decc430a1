// The meaning of SQLite's result codes for an operation, in one table: whether it helps to try again, and
// whether the connection may go on. Whether the operation can have happened does not follow from the code
// alone: see `transaction.ts`.

/** The primary result codes that a database in use can answer (sqlite.org/rescode.html). */
const RESULT_CODES = {
  5: { name: 'SQLITE_BUSY', retryable: true, reopen: false, means: 'another connection has the lock' },
  7: { name: 'SQLITE_NOMEM', retryable: true, reopen: true, means: 'there is not enough memory' },
  8: { name: 'SQLITE_READONLY', retryable: false, reopen: true, means: 'the file cannot be written' },
  10: { name: 'SQLITE_IOERR', retryable: false, reopen: true, means: 'the disk has failed' },
  11: {
    name: 'SQLITE_CORRUPT',
    retryable: false,
    reopen: true,
    means: 'the database is damaged; `doctor` says more',
  },
  13: { name: 'SQLITE_FULL', retryable: false, reopen: false, means: 'the disk is full' },
  14: { name: 'SQLITE_CANTOPEN', retryable: false, reopen: true, means: 'a file cannot be opened' },
  15: {
    name: 'SQLITE_PROTOCOL',
    retryable: true,
    reopen: false,
    means: 'too many connections compete for the locks',
  },
  26: { name: 'SQLITE_NOTADB', retryable: false, reopen: true, means: 'the file is not a database' },
} as const satisfies Record<number, ResultCode>;

export interface ResultCode {
  readonly name: string;
  /** The same call can succeed soon by itself. */
  readonly retryable: boolean;
  /** The connection's memory may differ from the disk: it is closed, and another one opened. */
  readonly reopen: boolean;
  readonly means: string;
}

/** For unexpected codes: the call is not repeated, and the connection is not trusted any more. */
const UNEXPECTED: ResultCode = { name: 'SQLITE_ERROR', retryable: false, reopen: true, means: 'unexpected' };

/** An error that SQLite itself has reported, and not one of a program around it. */
interface SqliteError extends Error {
  /** The extended result code: the primary one is its lowest byte. */
  readonly errcode: number;
}

export function isSqliteError(cause: unknown): cause is SqliteError {
  return cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number';
}

export function resultCodeOf(cause: unknown): ResultCode {
  if (!isSqliteError(cause)) return UNEXPECTED;
  const codes: Record<number, ResultCode> = RESULT_CODES;
  return codes[cause.errcode & 0xff] ?? UNEXPECTED;
}

/** The error as a message, with the number under which SQLite's documentation lists it. */
export function describe(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!isSqliteError(cause)) return message;
  return `${resultCodeOf(cause).means} (SQLite ${cause.errcode}: ${message})`;
}

export function isBusy(cause: unknown): boolean {
  return resultCodeOf(cause).name === 'SQLITE_BUSY';
}

/**
 * SQLite's own way of waiting sleeps longer and longer, and gives the lock to the process that happens to
 * ask: one of two writers waited for 5 seconds. With this pause both got their share.
 */
const BUSY_PAUSE_MS = 0.2;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Calls `attempt` until it is not refused because of a lock, for `timeoutMs`. The thread does nothing else
 * meanwhile.
 */
export function waitingWhileBusy<T>(timeoutMs: number, attempt: () => T): T {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return attempt();
    } catch (cause) {
      if (!isBusy(cause) || performance.now() > end) throw cause;
      Atomics.wait(pause, 0, 0, BUSY_PAUSE_MS);
    }
  }
}
