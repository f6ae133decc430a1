// Reads a log from any position, across segments. No reader sees a gap, or a record that is not in the log.

import { type Clock, elapsedMs, type Moment, momentOf } from '../clock.ts';
import { collect } from './collect.ts';
import type { Cursor, Ended, LogRecord, ReadResult, Records } from './results.ts';
import { chainPrefix, type LogMetadata, type Segment } from './segment.ts';
import { type MetadataRecords, type Store, StoreError } from './store.ts';
import { holdsIn, trimPointOf } from './trim-point.ts';

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

/** `absent`: there is not even a segment of an earlier incarnation. */
export interface NoTail extends Ended {
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
    if (!segment) return { kind: 'missing', tail: 0, absent: true, freshAt };
    if (segment.metadata.ended === 'deleted') return { ...endedAt(segment, records), absent: false, freshAt };
    const readableAfter = Math.max(
      segment.metadata.incarnation,
      trimPointOf(records['trim-point']).trimmedTo,
    );
    return { kind: 'end', readableAfter, segment, freshAt, records };
  }

  /**
   * Records after `from`: a position, a cursor of an earlier read, or `undefined` for the first record that
   * is left. One round trip with a cursor or near the tail, up to four from any other position.
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
    throw new StoreError('bytes are missing, or the log was trimmed again and again while it was read', {
      definite: true,
      retryable: true,
    });
  }

  /** Looks at the end first. Undefined if the log was trimmed or deleted during the read. */
  async #readFrom(position: number | undefined, limits: ReadLimits): Promise<ReadResult | undefined> {
    const look = await this.checkTail();
    if (look.kind === 'missing') return look.held ? { kind: 'missing', held: true } : { kind: 'missing' };
    const after = position ?? look.readableAfter;
    if (after < look.readableAfter) return trimmedAt(look);
    if (after > look.segment.tail) return { kind: 'beyond-tail', tail: look.segment.tail };
    if (after >= look.segment.base) {
      const at = { after, base: look.segment.base, freshAt: look.freshAt };
      return this.#collect(at, [look.segment], look.freshAt, limits);
    }
    const { segment } = await this.#options.store.last(this.#options.log, after);
    if (!segment) return undefined;
    // It was not marked for removal at the look: marked segments end at `readableAfter` or before. So its
    // whole age is still to come.
    return this.#readOn({ after, base: segment.base, freshAt: look.freshAt }, limits);
  }

  /** Goes on from a cursor. Undefined if its segment is not there, or the incarnation is over. */
  async #readOn(cursor: Cursor, limits: ReadLimits): Promise<ReadResult | undefined> {
    const { store, log, clock } = this.#options;
    const askedAt = momentOf(clock);
    const found = await store.range(log, cursor.base, limits.bytesMax);
    if (!(await this.#isInChain(cursor))) return undefined;
    const chain = chainPrefix(found.segments);
    const [first] = chain;
    const last = chain.at(-1);
    if (!first || !last || first.base !== cursor.base || first.tail < cursor.after) return undefined;
    // A later incarnation has begun, or the log is deleted: a look at the end finds out which.
    if (last.metadata.incarnation > cursor.after || last.metadata.ended === 'deleted') return undefined;
    // `#isInChain` refuses a range that a sweep has torn. The second condition guards against clocks that
    // differ by more than is allowed.
    const reachedEnd = found.complete && chain.length === found.segments.length;
    return this.#collect(cursor, chain, reachedEnd ? askedAt : undefined, limits);
  }

  /**
   * One page. `endSeenAt`: a moment at which `chain` reached the end of the log; undefined if it may not
   * have. Undefined if bytes that an entry names are gone: its segment is being removed.
   */
  async #collect(
    cursor: Cursor,
    chain: readonly Segment[],
    endSeenAt: Moment | undefined,
    limits: ReadLimits,
  ): Promise<Records | undefined> {
    const { store, log } = this.#options;
    const found = await collect({ store, log, after: cursor.after }, chain, limits);
    if (!found) return undefined;
    const { records, segment, isFull } = found;
    const { base, metadata } = segment ?? { base: cursor.base, metadata: { incarnation: 0 } };
    // Later segments are younger than the cursor's, so its `freshAt` is valid for them, too.
    if (isFull) return page(records, { ...cursor, base }, false, metadata);
    const upToDate = endSeenAt !== undefined;
    return page(records, { ...cursor, base, freshAt: endSeenAt ?? cursor.freshAt }, upToDate, metadata);
  }

  /**
   * Rule 6, for readers: the segments read from the cursor on are part of the chain, and no zombies. Checked
   * after the read, so that no freeze can come between check and read.
   */
  async #isInChain(cursor: Cursor): Promise<boolean> {
    const { store, log, clock, trimAgeMinMs } = this.#options;
    if (elapsedMs(clock, cursor.freshAt) < trimAgeMinMs / 2) return true;
    return trimPointOf(await store.metadataRecord(log, 'trim-point')).sweptTo <= cursor.base;
  }
}

function trimmedAt({ readableAfter, segment }: TailResult): ReadResult {
  const { origin } = segment.metadata;
  return { kind: 'trimmed', first: readableAfter + 1, ...(origin ? { origin } : {}) };
}

function endedAt({ tail, metadata }: Segment, records: MetadataRecords): Ended {
  const { origin } = metadata;
  const isHeld = holdsIn(records['trim-point']).length > 0;
  return {
    kind: 'missing',
    tail,
    ...(origin ? { origin } : {}),
    ...(isHeld ? { held: true } : {}),
  };
}

/** How often a read starts again because the log was trimmed or deleted during it. */
const TRIES_MAX = 5;

function page(records: LogRecord[], cursor: Cursor, upToDate: boolean, metadata: LogMetadata): Records {
  const after = records.at(-1)?.position ?? cursor.after;
  return { kind: 'records', records, cursor: { ...cursor, after }, upToDate, metadata };
}
