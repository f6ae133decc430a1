// The queues of one client, one for each stream that it appends to. All are the same producer: a stream
// remembers one for each client.

import { AppendQueue, type SendAppend } from './append-queue.ts';
import { BatchProducer } from './batch-producer.ts';
import { base64Of } from './bytes.ts';
import type { Sender } from './sender.ts';

/**
 * Which appends a server carries out once even if an answer is lost, so that they can be repeated. `batches`:
 * those that share a request, and all that follow them on the same stream. `all`: lone ones, too. A stream
 * remembers each client that sends such requests, which makes each append to it cost a little more.
 */
export type IdempotentAppends = 'batches' | 'all';

/** Streams whose next number is remembered while nothing waits. */
const AT_REST_MAX = 1000;
/** 96 random bits, as 16 characters. */
const ID_BYTES = 12;

export class AppendQueues {
  readonly #sender: Sender;
  readonly #alwaysOnce: boolean;
  /** The one that was used last is at the end. */
  readonly #queues = new Map<string, AppendQueue>();
  #id: string | undefined;
  /** Greater than all that were used on a stream whose queue is forgotten. */
  #nextEpoch = 0;

  constructor(sender: Sender, idempotentAppends: IdempotentAppends = 'batches') {
    this.#sender = sender;
    this.#alwaysOnce = idempotentAppends === 'all';
  }

  /** `send` must be the same for all calls with one path. */
  of(path: string, send: SendAppend): AppendQueue {
    const queue = this.#queues.get(path) ?? this.#open(path, send);
    this.#queues.delete(path);
    this.#queues.set(path, queue);
    return queue;
  }

  /** Resolves when the appends to the stream at `path` that were called before are settled. */
  async settled(path: string): Promise<void> {
    await this.#queues.get(path)?.settled();
  }

  /** Resolves when no append waits. */
  async idle(): Promise<void> {
    for (;;) {
      const active = [...this.#queues.values()].filter(({ isIdle }) => !isIdle);
      if (active.length === 0) return;
      await Promise.all(active.map((queue) => queue.idle()));
    }
  }

  /** How many streams are remembered. */
  get size(): number {
    return this.#queues.size;
  }

  #open(path: string, send: SendAppend): AppendQueue {
    const { clock, timeoutMs } = this.#sender;
    this.#id ??= base64Of(this.#sender.random.bytes(ID_BYTES)).replaceAll('+', '-').replaceAll('/', '_');
    return new AppendQueue({
      ...{ send, clock, timeoutMs, alwaysOnce: this.#alwaysOnce },
      producer: new BatchProducer(this.#id, this.#nextEpoch),
      emptied: () => this.#forget(path),
    });
  }

  /** `path` has become idle. What no stream knows can go at once, and the rest when there is too much. */
  #forget(path: string): void {
    if (!this.#queues.get(path)?.producer.begun) this.#queues.delete(path);
    for (const [oldest, { isIdle, producer }] of this.#queues) {
      if (this.#queues.size <= AT_REST_MAX) return;
      if (!isIdle) continue;
      this.#queues.delete(oldest);
      this.#nextEpoch = Math.max(this.#nextEpoch, producer.epoch + 1);
    }
  }
}
