// The writes of one directory, made by a thread of their own: LMDB waits for the disk twice a commit, and a transaction on the
// main thread would wait for its turn there, too.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../../log/store.ts';
import { type GateCells, guard, newGateCells, unguard } from './gate.ts';
import type { Write, Written } from './write.ts';

export interface Job {
  readonly id: number;
  readonly write: Write;
}

export type Message = Job | 'close';

export interface Answer {
  readonly id: number;
  readonly written?: Written;
  readonly failure?: Failure;
}

interface Failure {
  readonly message: string;
  /** Nothing has happened, and nothing will. */
  readonly definite: boolean;
}

interface Waiting {
  readonly resolve: (written: Written) => void;
  readonly reject: (error: StoreError) => void;
  readonly timer: NodeJS.Timeout;
}

/** What the thread is started with. */
export interface WriterData {
  readonly directory: string;
  readonly gate: GateCells;
}

const WRITE_TIMEOUT_MS = 3000;
/** The first writes wait for the thread to be there, on a busy machine. */
const START_TIMEOUT_MS = 10_000;

export class Writer {
  readonly #thread: Worker;
  readonly #gate = newGateCells();
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #started = false;
  #closing = false;
  #endedBecause: string | undefined;

  constructor(directory: string) {
    this.#thread = startThread({ directory, gate: this.#gate });
    guard(this.#gate);
    this.#thread.on('message', (answers: Answer[]) => {
      this.#started = true;
      for (const answer of answers) this.#settle(answer);
    });
    this.#thread.on('error', (error) => {
      this.#endedBecause = error.message;
    });
    this.#ended = new Promise<void>((resolve) => {
      this.#thread.once('exit', resolve);
    }).then(() => {
      unguard(this.#gate);
      this.#giveUp('the thread that writes has ended');
    });
    this.#thread.unref();
  }

  /** @throws StoreError when the thread has ended: for good, as whatever ended it may have left the directory locked. */
  assertAlive(): void {
    if (this.#endedBecause === undefined) return;
    throw failed({ message: this.#endedBecause, definite: true }, false);
  }

  /** Makes `write` alone among all processes; resolves when its effect is on disk. Rejects with StoreError only. */
  async write(write: Write): Promise<Written> {
    this.assertAlive();
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

  /** Ends when everything under way has; without it when another process does not give the write lock back in time. */
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
    if (written) waiting.resolve(written);
    if (failure) waiting.reject(failed(failure, true));
  }

  #giveUp(reason: string): void {
    this.#endedBecause ??= reason;
    const failure: Failure = { message: this.#endedBecause, definite: false };
    for (const id of [...this.#waiting.keys()]) this.#settle({ id, failure });
  }
}

/** Another process can hold the write lock for as long as it likes: frozen, or stopped in a debugger. */
function late(timeoutMs: number): Failure {
  return {
    message: `no answer within ${timeoutMs} ms; another process may hold the write lock`,
    definite: false,
  };
}

function failed({ message, definite }: Failure, retryable: boolean): StoreError {
  return new StoreError(`LMDB: ${message}`, { definite, retryable });
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
