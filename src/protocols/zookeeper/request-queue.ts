// The requests of a connection that were not answered yet, in their order.
//
// - A write is submitted as soon as it comes, and is answered when this server's replica applies it.
// - A read waits for the writes before it. It is answered in the moment in which the last of them is applied,
//   before the next command is: so it sees that write, and no later one.
// - A request that must see the newest state, such as `sync`, waits for a look at the log that begins after
//   it has come. What comes later waits for it, and writes behind it are not submitted before: a read between
//   the two must not see them.

import type { Moment } from '../../clock.ts';
import type { Identity } from './tree/acl.ts';
import type { ErrorCode } from './tree/error-code.ts';
import type { Request } from './wire/request.ts';

/** Why a request is refused, whatever the state is. */
export interface Refusal {
  readonly error: ErrorCode;
  /** In the header of the answer. Default: the position of the state. */
  readonly zxid?: number;
  /** The answer is the last one of the connection. */
  readonly closes: boolean;
}

export interface Entry {
  readonly xid: number;
  readonly request: Request;
  readonly refusal: Refusal | undefined;
  /** Who the client was when it sent the request. */
  readonly identities: readonly Identity[];
  /** When it came, on the monotonic clock. */
  readonly atMs: number;
  /** Of its message. */
  readonly bytes: number;
  /** When it was submitted, and as which command of the connection: 1, 2, 3 … */
  submitted?: { readonly sentAt: Moment; readonly number: number };
}

export interface RequestQueueParts {
  needsLook(request: Request): boolean;
  /** Answers a request that is no write, from the state as it is now. */
  answer(entry: Entry): void;
  /** Sends writes on their way, in this order. */
  submit(entries: readonly Entry[]): void;
  /** Begins a look at the end of the log. `looked` must be called once it is done. */
  look(): void;
}

interface Queued {
  readonly entry: Entry;
  readonly isWrite: boolean;
  /** It waits for a look. */
  needsLook: boolean;
  isSubmitted: boolean;
}

export class RequestQueue {
  readonly #parts: RequestQueueParts;
  readonly #queue: Queued[] = [];
  /** Writes that are to be submitted together. */
  #unsent: Entry[] = [];
  #looksNeeded = 0;
  /** How many of the first in the queue a look that is on its way serves; 0 when there is none. */
  #lookServes = 0;
  #bytes = 0;

  constructor(parts: RequestQueueParts) {
    this.#parts = parts;
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Of the messages that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a write was submitted that was not applied yet. */
  get hasSubmitted(): boolean {
    return this.#queue[0]?.isSubmitted ?? false;
  }

  /** Writes are submitted by the next `send`. */
  push(entry: Entry): void {
    const { request } = entry;
    const isWrite = isWriteRequest(request);
    const needsLook = !isWrite && this.#parts.needsLook(request);
    if (!isWrite && !needsLook && this.#queue.length === 0) {
      this.#parts.answer(entry);
      return;
    }
    const isSubmitted = isWrite && this.#looksNeeded === 0;
    this.#queue.push({ entry, isWrite, needsLook, isSubmitted });
    this.#bytes += entry.bytes;
    if (needsLook) this.#looksNeeded += 1;
    if (isSubmitted) this.#unsent.push(entry);
  }

  /** Sends on its way what has come. */
  send(): void {
    if (this.#unsent.length > 0) {
      const entries = this.#unsent;
      this.#unsent = [];
      this.#parts.submit(entries);
    }
    if (this.#lookServes === 0 && this.#queue[0]?.needsLook) {
      this.#lookServes = this.#queue.length;
      this.#parts.look();
    }
  }

  /** The write that is answered next; undefined when none was submitted. */
  get nextWrite(): Entry | undefined {
    const next = this.#queue[0];
    return next?.isSubmitted ? next.entry : undefined;
  }

  /** The next write was applied and answered: what has waited for it is answered. */
  writeAnswered(): void {
    this.#shift();
    this.#answerReads();
    this.send();
  }

  /** The look is done. */
  looked(): void {
    for (const queued of this.#queue.slice(0, this.#lookServes)) {
      if (!queued.needsLook) continue;
      queued.needsLook = false;
      this.#looksNeeded -= 1;
    }
    this.#lookServes = 0;
    this.#answerReads();
    this.#submitWrites();
    this.send();
  }

  /** Forgets everything. */
  clear(): void {
    this.#queue.length = 0;
    this.#unsent = [];
    this.#bytes = 0;
  }

  #answerReads(): void {
    for (let next = this.#queue[0]; next && !next.isWrite && !next.needsLook; next = this.#queue[0]) {
      this.#shift();
      this.#parts.answer(next.entry);
    }
  }

  /** Those that no look is before. */
  #submitWrites(): void {
    for (const queued of this.#queue) {
      if (queued.needsLook) return;
      if (!queued.isWrite || queued.isSubmitted) continue;
      queued.isSubmitted = true;
      this.#unsent.push(queued.entry);
    }
  }

  #shift(): void {
    const first = this.#queue.shift();
    if (first) this.#bytes -= first.entry.bytes;
  }
}

function isWriteRequest({ kind }: Request): boolean {
  return kind === 'write' || kind === 'multi' || kind === 'close-session';
}
