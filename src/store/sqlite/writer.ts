// The writes of one directory, made by a thread of their own: a commit waits for the disk, and a transaction on the main thread
// would keep everybody else waiting, too.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../../log/store.ts';
import type { Answer, Failure, Job } from './committer.ts';
import { type GuardCells, guard, newGuardCells, unguard } from './exit-guard.ts';
import { Presence } from './presence.ts';
import type { Write, Written } from './write.ts';

export type Message = Job | 'close';

interface Waiting {
  readonly resolve: (written: Written) => void;
  readonly reject: (error: StoreError) => void;
  readonly timer: NodeJS.Timeout;
}

/** What the thread is started with. */
export interface WriterData {
  readonly directory: string;
  readonly guard: GuardCells;
}

/** Longer than the thread itself waits for the write lock, which is definite. This is for a disk that does not answer. */
const WRITE_TIMEOUT_MS = 5000;
/** The first writes wait for the thread to be there, on a busy machine. */
const START_TIMEOUT_MS = 10_000;

export class Writer {
  readonly #presence: Presence;
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #started = false;
  #closing = false;
  #endedBecause: string | undefined;
  #lastFailure: Failure | undefined;

  /** The database is there, and open in this process. */
  constructor(directory: string) {
    this.#presence = new Presence(directory);
    const cells = newGuardCells();
    this.#thread = startThread({ directory, guard: cells });
    guard(cells);
    this.#thread.on('message', (answers: Answer[]) => {
      this.#started = true;
      for (const answer of answers) this.#settle(answer);
    });
    this.#thread.on('error', (error) => {
      this.#endedBecause ??= error.message;
    });
    this.#ended = new Promise<void>((resolve) => {
      this.#thread.once('exit', resolve);
    }).then(() => {
      unguard(cells);
      this.#giveUp('the thread that writes has ended');
    });
    this.#thread.unref();
  }

  /** Why the last write that was tried could not be made; undefined when it could. */
  get lastFailure(): Failure | undefined {
    return this.#lastFailure;
  }

  /** @throws StoreError when this process cannot use the directory any more. */
  assertUsable(): void {
    this.#endedBecause ??= this.#presence.fault();
    if (this.#endedBecause === undefined) return;
    throw failed({ message: this.#endedBecause, definite: true, retryable: false });
  }

  /** Makes `write` alone among all processes; resolves when its effect is on disk. Rejects with StoreError only. */
  async write(write: Write): Promise<Written> {
    // A directory that is removed from now on is removed at the same time as this write, or after it.
    this.assertUsable();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#thread.postMessage({ id, write } satisfies Message);
      const timeoutMs = this.#started ? WRITE_TIMEOUT_MS : START_TIMEOUT_MS;
      const timer = setTimeout(() => this.#settle({ id, failure: late(timeoutMs) }), timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      // With nothing to do it keeps no program alive.
      if (this.#waiting.size === 1) this.#thread.ref();
    });
  }

  /** Ends when everything under way has; without it when the disk does not answer in time. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#thread.ref();
    this.#thread.postMessage('close' satisfies Message);
    let timer: NodeJS.Timeout | undefined;
    const longEnough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, WRITE_TIMEOUT_MS);
    });
    await Promise.race([this.#ended, longEnough]);
    clearTimeout(timer);
    this.#thread.unref();
    this.#giveUp('the store was closed');
  }

  #settle({ id, written, failure }: Answer): void {
    const waiting = this.#waiting.get(id);
    // It may have given up waiting.
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (this.#waiting.size === 0 && !this.#closing) this.#thread.unref();
    this.#lastFailure = failure;
    if (written) waiting.resolve(written);
    if (failure) waiting.reject(failed(failure));
  }

  #giveUp(reason: string): void {
    this.#endedBecause ??= reason;
    const failure: Failure = { message: this.#endedBecause, definite: false, retryable: false };
    for (const id of [...this.#waiting.keys()]) this.#settle({ id, failure });
  }
}

function late(timeoutMs: number): Failure {
  const message = `no answer within ${timeoutMs} ms; the disk may have stalled`;
  return { message, definite: false, retryable: true };
}

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
