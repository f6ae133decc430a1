// Plain appends of one client to one stream. One request is on its way at a time; what is appended meanwhile
// goes with the next one. That keeps the order of the calls, and makes few requests of many appends.

import type { AppendOptions, AppendResult, StreamRejected } from '../api/streams.ts';
import { type Clock, elapsedMs, type Moment, momentOf } from '../clock.ts';
import { type AppendBatch, frontBatch, halves, type PlainAppend, sharesOf } from './append-batch.ts';
import type { BatchProducer } from './batch-producer.ts';

/** `lostAnswer`: an earlier try of the request, or its last one, may have had an effect. */
export interface SentAppend {
  readonly result: AppendResult;
  readonly lostAnswer: boolean;
}

export type SendAppend = (body: string | Uint8Array, options: AppendOptions) => Promise<SentAppend>;

export interface AppendQueueOptions {
  readonly send: SendAppend;
  readonly clock: Clock;
  /** For how long an append waits for its turn while requests fail. */
  readonly timeoutMs: number;
  /** Also a lone append is a request of the producer. */
  readonly alwaysOnce: boolean;
  readonly producer: BatchProducer;
  /** Told when nothing waits any more. */
  readonly emptied: () => void;
}

interface WaitingAppend extends PlainAppend {
  readonly since: Moment;
  readonly settle: (result: AppendResult) => void;
}

type Batch = AppendBatch<WaitingAppend>;

/** A stream that forgets the producer again and again has more of them than it remembers. */
const BEGINNINGS_MAX = 3;

/** Refusals for the sake of the stream or of the sender. They hold for each append of a batch alike. */
const SHARED_REFUSALS = new Set([
  'content-type-mismatch',
  'forbidden',
  'stream-closed',
  'stream-fenced',
  'unauthenticated',
]);

export class AppendQueue {
  readonly #options: AppendQueueOptions;
  readonly #producer: BatchProducer;
  #waiting: WaitingAppend[] = [];
  #running: Promise<void> | undefined;
  #last: Promise<unknown> | undefined;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
    this.#producer = options.producer;
  }

  append(body: string | Uint8Array, contentType: string): Promise<AppendResult> {
    const since = momentOf(this.#options.clock);
    const appended = new Promise<AppendResult>((settle) => {
      this.#waiting.push({ body, contentType, since, settle });
    });
    this.#last = appended;
    this.#running ??= this.#run();
    return appended;
  }

  /** Resolves when nothing waits and no request is on its way. */
  async idle(): Promise<void> {
    while (!this.isIdle) await this.#running;
  }

  /** Resolves when the appends that were called before are settled. */
  async settled(): Promise<void> {
    await this.#last;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  get producer(): BatchProducer {
    return this.#producer;
  }

  async #run(): Promise<void> {
    // Appends that are called together go together, from the first request on.
    await this.#options.clock.sleep(0);
    for (let batch = frontBatch(this.#waiting); batch; batch = frontBatch(this.#waiting)) {
      this.#waiting.splice(0, batch.appends.length);
      await this.#sendOrFail(batch, this.#waiting.length > 0);
    }
    this.#running = undefined;
    this.#options.emptied();
  }

  /** After a bug the callers get a failure, and the queue goes on. */
  async #sendOrFail(batch: Batch, others: boolean): Promise<void> {
    try {
      await this.#send(batch, others);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.#producer.beginAnew();
      tell(batch, { kind: 'failed', definite: false, message });
    }
  }

  /** @param others whether more appends wait, or have been refused together with these */
  async #send(batch: Batch, others: boolean): Promise<void> {
    const isLone = batch.appends.length === 1 && !others && !this.#producer.begun;
    const alone = isLone && !this.#options.alwaysOnce;
    const result = alone ? await this.#sendPlain(batch) : await this.#sendOnce(batch);
    if (batch.appends.length > 1 && isRefusal(result) && !isShared(result)) {
      // One of them was refused, and the others must not suffer.
      for (const half of halves(batch)) await this.#sendAll(half);
      return;
    }
    tell(batch, result);
    if (result.kind === 'failed') this.#giveUpLate(result.message);
  }

  async #sendAll(appends: readonly WaitingAppend[]): Promise<void> {
    const batch = frontBatch(appends);
    if (!batch) return;
    await this.#sendOrFail(batch, true);
    await this.#sendAll(appends.slice(batch.appends.length));
  }

  async #sendPlain({ body, contentType }: Batch): Promise<AppendResult> {
    return (await this.#options.send(body, { contentType })).result;
  }

  async #sendOnce({ body, contentType }: Batch): Promise<AppendResult> {
    const producer = this.#producer;
    for (let beginnings = 0; ; beginnings += 1) {
      const { result, lostAnswer } = await this.#options.send(body, {
        contentType,
        producer: producer.next(),
      });
      if (result.kind === 'appended' || result.kind === 'repeated') {
        producer.accepted();
        return appended(result);
      }
      if (result.kind === 'failed') {
        if (!result.definite) producer.beginAnew();
        return result;
      }
      if (lostAnswer) {
        producer.beginAnew();
        const reason = isRejected(result) ? result.message : result.kind;
        const message = `an earlier try was not answered, and now it is refused: ${reason}`;
        return { kind: 'failed', definite: false, message };
      }
      if (!isForgotten(result) || beginnings === BEGINNINGS_MAX) return result;
      // Nothing of it has happened, so it may go under another number.
      producer.beginAnew(isRejected(result) ? result.producer?.epoch : undefined);
    }
  }

  /** In an outage the appends that wait must not wait for each other's time-outs. */
  #giveUpLate(message: string): void {
    const { clock, timeoutMs } = this.#options;
    const late = (append: WaitingAppend) => elapsedMs(clock, append.since) >= timeoutMs;
    const failed = { kind: 'failed', definite: true, message: `not sent: ${message}` } as const;
    for (const append of this.#waiting.filter(late)) append.settle(failed);
    this.#waiting = this.#waiting.filter((append) => !late(append));
  }
}

function tell(batch: Batch, result: AppendResult): void {
  for (const [index, share] of sharesOf(batch, result).entries()) batch.appends[index]?.settle(share);
}

/** The caller has numbered nothing, and is told of a repetition only where its positions are not known. */
function appended(result: Extract<AppendResult, { kind: 'appended' | 'repeated' }>): AppendResult {
  const { first, last } = result;
  if (first === undefined || last === undefined) return result;
  return { kind: 'appended', first, last, closed: false };
}

function isRejected(result: AppendResult): result is StreamRejected {
  return result.kind === 'rejected';
}

function isRefusal({ kind }: AppendResult): boolean {
  return kind === 'rejected' || kind === 'missing';
}

function isShared(result: AppendResult): boolean {
  return result.kind === 'missing' || (isRejected(result) && SHARED_REFUSALS.has(result.code));
}

/** The stream was created anew, or has had more producers than it remembers; or it knows a greater epoch. */
function isForgotten(result: AppendResult): boolean {
  return isRejected(result) && (result.code === 'producer-gap' || result.code === 'producer-stale');
}
