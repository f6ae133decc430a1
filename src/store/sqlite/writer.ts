// The writes of one directory, made by a thread of their own: a commit waits for the disk, and a transaction
// on the main thread would keep all other work of the process waiting.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../../log/store.ts';
import type { Answer, Failure, Job } from './committer.ts';
import { type GuardCells, guard, newGuardCells, unguard } from './exit-guard.ts';
import { Presence } from './presence.ts';
import { bytesIn, type Write, type Written } from './write.ts';

export type Message = Job | 'close';

interface Waiting {
  readonly resolve: (written: Written) => void;
  readonly reject: (error: StoreError) => void;
  readonly bytes: number;
}

/** The data with which the thread starts. */
export interface WriterData {
  readonly directory: string;
  readonly guard: GuardCells;
}

/**
 * How long the thread may be silent: longer than it waits for the write lock. This is for a disk that does
 * not answer.
 */
const SILENCE_MAX_MS = 8000;
/** The bound on all waiting writes. A write beyond it is refused, because it would wait for too long. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

export class Writer {
  readonly #directory: string;
  readonly #presence: Presence;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #lastId = 0;
  #waitingBytes = 0;
  #watchdog: NodeJS.Timeout | undefined;
  #closing = false;
  #endedBecause: string | undefined;
  #lastFailure: Failure | undefined;

  /** The database is there, and open in this process. The thread starts with the first write. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#presence = new Presence(directory);
  }

  /** The failure of the last write; undefined when it succeeded. */
  get lastFailure(): Failure | undefined {
    return this.#lastFailure;
  }

  /** @throws StoreError when this process cannot use the directory any more. */
  assertReadable(): void {
    this.#assertUsable(this.#presence.recentFault());
  }

  /**
   * Makes `write` alone among all processes; resolves when its effect is on disk. Rejects with StoreError
   * only.
   */
  async write(write: Write): Promise<Written> {
    // A directory that is removed from now on is removed at the same time as this write, or after it.
    this.#assertUsable(this.#presence.fault());
    const bytes = bytesIn(write);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > WAITING_BYTES_MAX) throw failed(OVERLOADED);
    const thread = this.#started();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      thread.postMessage({ id, write } satisfies Message);
      this.#waiting.set(id, { resolve, reject, bytes });
      this.#waitingBytes += bytes;
      // An idle thread keeps no program alive.
      if (this.#waiting.size > 1) return;
      thread.ref();
      this.#watch();
    });
  }

  /** Resolves when all writes under way have ended, or when the disk has not answered in time. */
  async close(): Promise<void> {
    this.#closing = true;
    const thread = this.#thread;
    if (thread) {
      thread.ref();
      thread.postMessage('close' satisfies Message);
      let timer: NodeJS.Timeout | undefined;
      const longEnough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, SILENCE_MAX_MS);
      });
      await Promise.race([this.#ended, longEnough]);
      clearTimeout(timer);
      thread.unref();
    }
    this.#giveUp('the store was closed');
  }

  #assertUsable(fault: string | undefined): void {
    this.#endedBecause ??= fault;
    if (this.#endedBecause === undefined) return;
    throw failed({ message: this.#endedBecause, definite: true, retryable: false });
  }

  #started(): Worker {
    if (this.#thread) return this.#thread;
    const cells = newGuardCells();
    const thread = startThread({ directory: this.#directory, guard: cells });
    guard(cells);
    thread.on('message', (answers: Answer[]) => {
      for (const answer of answers) this.#settle(answer);
      this.#watch();
    });
    thread.on('error', (error) => {
      this.#endedBecause ??= error.message;
    });
    this.#ended = new Promise<void>((resolve) => {
      thread.once('exit', resolve);
    }).then(() => {
      unguard(cells);
      this.#giveUp('the thread that writes has ended');
    });
    thread.unref();
    this.#thread = thread;
    return thread;
  }

  #settle({ id, written, failure }: Answer): void {
    const waiting = this.#waiting.get(id);
    // The caller may have given up.
    if (!waiting) return;
    this.#waiting.delete(id);
    this.#waitingBytes -= waiting.bytes;
    if (this.#waiting.size === 0 && !this.#closing) this.#thread?.unref();
    this.#lastFailure = failure;
    if (written) waiting.resolve(written);
    if (failure) waiting.reject(failed(failure));
  }

  /**
   * As long as the thread answers anything, no caller gives up: the thread is at work on its write, or on one
   * before it.
   */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    if (this.#waiting.size === 0) return;
    // An answer can be there already: this process itself may have stood still. So it is looked for once
    // more, behind the timers.
    this.#watchdog = setTimeout(() => {
      const watchdog = this.#watchdog;
      setImmediate(() => {
        if (this.#watchdog === watchdog) this.#failAll(SILENT);
      });
    }, SILENCE_MAX_MS);
  }

  #giveUp(reason: string): void {
    this.#endedBecause ??= reason;
    this.#failAll({ message: this.#endedBecause, definite: false, retryable: false });
    this.#watch();
  }

  #failAll(failure: Failure): void {
    for (const id of [...this.#waiting.keys()]) this.#settle({ id, failure });
  }
}

const SILENT: Failure = {
  message: `no answer within ${SILENCE_MAX_MS} ms; the disk may have stalled`,
  definite: false,
  retryable: true,
};

const OVERLOADED: Failure = {
  message: 'too much is waiting to be written',
  definite: true,
  retryable: true,
};

function failed({ message, definite, retryable }: Failure): StoreError {
  return new StoreError(`SQLite: ${message}`, { definite, retryable });
}

/** The thread's module is beside this one, in the same language: built, or as it was written. */
function startThread(workerData: WriterData): Worker {
  const options = { workerData, execArgv: [] };
  // A bundler knows this form, and takes the module along.
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./writer-thread.js', import.meta.url), options);
  }
  // Node 20 does not know TypeScript, and its workers do not take a loader over.
  const tsx = JSON.stringify(createRequire(import.meta.url).resolve('tsx/cjs/api'));
  const entry = JSON.stringify(fileURLToPath(new URL('./writer-thread.ts', import.meta.url)));
  return new Worker(`require(${tsx}).register(); require(${entry});`, { ...options, eval: true });
}
