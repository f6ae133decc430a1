// The thread that writes: takes all writes that have come, in their order, into one transaction, and answers
// when it is on disk.

import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Committer, failedAll, isLockedOut, isRemoval, type Job } from './committer.ts';
import { endStart, type GuardCells, guarded } from './exit-guard.ts';
import type { Message, WriterData } from './writer.ts';

/** The most writes that share a transaction: later writes should not wait for too long. */
const JOBS_MAX = 256;

class WriterThread {
  readonly #port: MessagePort;
  readonly #committer: Committer;
  readonly #guard: GuardCells;
  #closing = false;
  #givingBack = false;

  constructor(port: MessagePort, { directory, guard }: WriterData) {
    this.#port = port;
    this.#guard = guard;
    this.#committer = new Committer(directory);
    endStart(guard);
    port.on('message', (first: Message) => this.#work(first));
  }

  #work(first: Message): void {
    const jobs = this.#jobs([first], JOBS_MAX);
    if (jobs.length > 0) this.#commit(jobs);
    if (this.#closing) {
      this.#port.close();
      guarded(this.#guard, () => this.#committer.close());
    }
  }

  #commit(jobs: readonly Job[]): void {
    const answers = guarded(this.#guard, () => this.#committer.commit(jobs));
    const lockedOut = isLockedOut(answers);
    // Writes that have come meanwhile have waited for the same lock.
    if (lockedOut) answers.push(...failedAll(this.#jobs([], Number.POSITIVE_INFINITY), lockedOut));
    this.#port.postMessage(answers);
    if (jobs.some(isRemoval)) this.#giveBack();
  }

  /** Takes up to `most` of the messages that wait, behind `messages`. */
  #jobs(messages: Message[], most: number): Job[] {
    while (messages.length < most) {
      const next = receiveMessageOnPort(this.#port) as { message: Message } | undefined;
      if (!next) break;
      messages.push(next.message);
    }
    if (messages.includes('close')) this.#closing = true;
    return messages.filter((message) => message !== 'close');
  }

  /** Gives storage back between writes, as long as there is some to give. */
  #giveBack(): void {
    if (this.#givingBack) return;
    this.#givingBack = true;
    setImmediate(() => {
      this.#givingBack = false;
      if (this.#closing) return;
      if (guarded(this.#guard, () => this.#committer.giveBack())) this.#giveBack();
    });
  }
}

if (parentPort) new WriterThread(parentPort, workerData as WriterData);
