// Reads a log from any position, across segments, without ever showing a gap or a record that is not in the order.

import { type Clock, elapsedMs, type Moment, momentOf } from '../clock.ts';
import { type Cursor, type LogRecord, type ReadResult, type Records, recordsOf } from './results.ts';
import { batchesAfter, chainPrefix, type LogMetadata, type Segment } from './segment.ts';
import { type MetadataRecords, type Store, StoreError } from './store.ts';
import { trimPointOf } from './trim-point.ts';

export interface ReaderOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: string;
  readonly trimAgeMinMs: number;
}

export interface ReadLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** One linearizable look at the end of a log. */
export interface TailResult {
  readonly kind: 'end';
  /** The position before the first record that can be read. */
  readonly readableAfter: number;
  readonly segment: Segment;
  readonly freshAt: Moment;
  readonly records: MetadataRecords;
}

/** There is no log to be read. `absent`: there is not even a segment of an earlier incarnation. */
export interface NoTail {
  readonly kind: 'missing';
  readonly absent: boolean;
  readonly freshAt: Moment;
}

export class LogReader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** One round trip. */
  async checkTail(): Promise<TailResult | NoTail> {
    const { store, log, clock } = this.#options;
    const freshAt = momentOf(clock);
    const { segment, records } = await store.last(log);
    if (!segment || segment.metadata.ended === 'deleted')
      return { kind: 'missing', absent: !segment, freshAt };
    const readableAfter = Math.max(
      segment.metadata.incarnation,
      trimPointOf(records['trim-point']).trimmedTo,
    );
    return { kind: 'end', readableAfter, segment, freshAt, records };
  }

  /**
   * Records after `from`: a position, a cursor of an earlier read, or `undefined` for the first that there is. One round trip
   * with a cursor or near the tail, up to four from any other position.
   */
  async read(from: number | Cursor | undefined, limits: ReadLimits): Promise<ReadResult> {
    if (typeof from === 'object') {
      const result = await this.#readOn(from, limits);
      if (result) return result;
    }
    const position = typeof from === 'object' ? from.after : from;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const result = await this.#readFrom(position, limits);
      if (result) return result;
    }
    throw new StoreError('the log was trimmed or deleted again and again while it was read', {
      definite: true,
      retryable: true,
    });
  }

  /** Looks at the end first; undefined when the log has changed under it. */
  async #readFrom(position: number | undefined, limits: ReadLimits): Promise<ReadResult | undefined> {
    const look = await this.checkTail();
    if (look.kind === 'missing') return { kind: 'missing' };
    const after = position ?? look.readableAfter;
    if (after < look.readableAfter) return { kind: 'trimmed', first: look.readableAfter + 1 };
    if (after > look.segment.tail) return { kind: 'beyond-tail', tail: look.segment.tail };
    if (after >= look.segment.base) {
      const at = { after, base: look.segment.base, freshAt: look.freshAt };
      return collect(at, [look.segment], look.freshAt, limits);
    }
    const { segment } = await this.#options.store.last(this.#options.log, after);
    if (!segment) return undefined;
    // It was not marked at the look: marked segments hold nothing behind `look.start`. So the whole age still protects it.
    return this.#readOn({ after, base: segment.base, freshAt: look.freshAt }, limits);
  }

  /** Goes on from a cursor; undefined when what follows is not a continuation of it. */
  async #readOn(cursor: Cursor, limits: ReadLimits): Promise<ReadResult | undefined> {
    const { store, log, clock } = this.#options;
    const askedAt = momentOf(clock);
    const found = await store.range(log, cursor.base, limits.bytesMax);
    if (!(await this.#isInChain(cursor))) return undefined;
    const chain = chainPrefix(found.segments);
    const [first] = chain;
    const last = chain.at(-1);
    if (!first || !last || first.base !== cursor.base || first.tail < cursor.after) return undefined;
    // A later incarnation of the log has begun behind the cursor, or the log is deleted: let a look at the end say what that means.
    if (last.metadata.incarnation > cursor.after || last.metadata.ended === 'deleted') return undefined;
    // The second half is for clocks that are worse than they may be: else `#isInChain` has refused a range that a sweep has torn.
    const reachedEnd = found.complete && chain.length === found.segments.length;
    return collect(cursor, chain, reachedEnd ? askedAt : undefined, limits);
  }

  /**
   * Rule 6, for readers: what was read from the cursor's segment on is part of the log, and nothing that was brought back. Asked
   * after the read, so that no freeze comes in between.
   */
  async #isInChain(cursor: Cursor): Promise<boolean> {
    const { store, log, clock, trimAgeMinMs } = this.#options;
    if (elapsedMs(clock, cursor.freshAt) < trimAgeMinMs / 2) return true;
    return trimPointOf(await store.metadataRecord(log, 'trim-point')).sweptTo <= cursor.base;
  }
}

/** Reading starts anew so often when trimming or deleting comes in between. */
const TRIES_MAX = 5;

/** `endSeenAt`: when the last segment of `chain` was the last of the log; undefined when it may not have been. */
function collect(
  cursor: Cursor,
  chain: readonly Segment[],
  endSeenAt: Moment | undefined,
  limits: ReadLimits,
): Records {
  const records: LogRecord[] = [];
  let bytes = 0;
  let base = cursor.base;
  let metadata: LogMetadata = { incarnation: 0 };
  for (const segment of chain) {
    base = segment.base;
    metadata = segment.metadata;
    for (const record of recordsOf(batchesAfter(segment, cursor.after), cursor.after)) {
      bytes += record.data.length;
      const over = records.length >= limits.recordsMax || (records.length > 0 && bytes > limits.bytesMax);
      // What comes after the cursor's segment is younger than it, so its freshness holds for them, too.
      if (over) return page(records, { ...cursor, base }, false, metadata);
      records.push(record);
    }
  }
  const upToDate = endSeenAt !== undefined;
  return page(records, { ...cursor, base, freshAt: endSeenAt ?? cursor.freshAt }, upToDate, metadata);
}

function page(records: LogRecord[], cursor: Cursor, upToDate: boolean, metadata: LogMetadata): Records {
  const after = records.at(-1)?.position ?? cursor.after;
  return { kind: 'records', records, cursor: { ...cursor, after }, upToDate, metadata };
}
