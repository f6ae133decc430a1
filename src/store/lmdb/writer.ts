// The writes of one directory, made by a thread of their own: LMDB waits for the disk twice a commit, and a transaction on the
// main thread would wait for its turn there, too.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../../log/store.ts';
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

const WRITE_TIMEOUT_MS = 3000;
/** The first writes wait for the thread to be there, however busy the machine. */
const START_TIMEOUT_MS = 30_000;

export class Writer {
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #started = false;
  #endedBecause: string | undefined;

  constructor(directory: string) {
    this.#thread = startThread(directory);
    this.#thread.on('message', (answers: Answer[]) => {
      this.#started = true;
      for (const answer of answers) this.#settle(answer);
    });
    this.#thread.on('error', (error) => {
      this.#endedBecause = error.message;
    });
    this.#ended = new Promise<void>((resolve) => {
      this.#thread.once('exit', resolve);
    }).then(() => this.#end());
    this.#thread.unref();
  }

  /** Makes `write` alone among all processes; resolves when its effect is on disk. Rejects with StoreError only. */
  write(write: Write): Promise<Written> {
    if (this.#endedBecause !== undefined) {
      const ended: Failure = { message: this.#endedBecause, definite: true };
      return Promise.reject(failed(ended, false));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timeoutMs = this.#started ? WRITE_TIMEOUT_MS : START_TIMEOUT_MS;
      const timer = setTimeout(() => this.#settle({ id, failure: late(timeoutMs) }), timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      // With nothing to do it keeps no program alive.
      if (this.#waiting.size === 1) this.#thread.ref();
      this.#thread.postMessage({ id, write } satisfies Message);
    });
  }

  async close(): Promise<void> {
    this.#thread.ref();
    this.#thread.postMessage('close' satisfies Message);
    await this.#ended;
  }

  #settle({ id, written, failure }: Answer): void {
    const waiting = this.#waiting.get(id);
    // It may have given up waiting.
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (this.#waiting.size === 0) this.#thread.unref();
    if (written) waiting.resolve(written);
    if (failure) waiting.reject(failed(failure, true));
  }

  #end(): void {
    this.#endedBecause ??= 'the thread that writes has ended';
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
function startThread(directory: string): Worker {
  const options = { workerData: directory, execArgv: [] };
  const entry = fileURLToPath(import.meta.url.replace(/writer(\.[jt]s)$/, 'writer-thread$1'));
  if (entry.endsWith('.js')) return new Worker(entry, options);
  // Node 20 does not know TypeScript, and its workers do not take a loader over.
  const tsx = createRequire(import.meta.url).resolve('tsx/cjs/api');
  const load = `require(${JSON.stringify(tsx)}).register(); require(${JSON.stringify(entry)});`;
  return new Worker(load, { ...options, eval: true });
}
