// Reads a log from any position, across segments, without ever showing a gap or a record that is not in the order.

import { type Clock, elapsedMs, type Moment, momentOf } from '../clock.ts';
import { boundaryOf } from './boundary.ts';
import {
  type Cursor,
  type LogRecord,
  type Missing,
  type ReadResult,
  type Records,
  recordsOf,
} from './results.ts';
import { batchesAfter, chainPrefix, type Segment } from './segment.ts';
import type { Notes, Store } from './store.ts';

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
export interface EndLook {
  readonly kind: 'end';
  /** The position before the first record that can be read. */
  readonly start: number;
  readonly segment: Segment;
  readonly freshAt: Moment;
  readonly notes: Notes;
}

export class LogReader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** One round trip. */
  async end(): Promise<EndLook | Missing> {
    const { store, log, clock } = this.#options;
    const freshAt = momentOf(clock);
    const { segment, notes } = await store.last(log);
    if (!segment || segment.rules.ended === 'deleted') return { kind: 'missing' };
    const start = Math.max(segment.rules.start, boundaryOf(notes.boundary).trimmedTo);
    return { kind: 'end', start, segment, freshAt, notes };
  }

  /**
   * Records after `from`: a position, a cursor of an earlier read, or `undefined` for the first that there is. One round trip
   * with a cursor or near the tail, up to three from any other position.
   */
  async read(from: number | Cursor | undefined, limits: ReadLimits): Promise<ReadResult> {
    const cursor = typeof from === 'object' ? from : undefined;
    if (cursor && this.#isFresh(cursor)) {
      const result = await this.#readOn(cursor, limits);
      if (result) return result;
    }
    const look = await this.end();
    if (look.kind === 'missing') return look;
    const after = (typeof from === 'object' ? from.after : from) ?? look.start;
    if (after < look.start) return { kind: 'trimmed', first: look.start + 1 };
    if (after > look.segment.tail) return { kind: 'beyond-tail', tail: look.segment.tail };
    if (after >= look.segment.base) {
      const at = { after, base: look.segment.base, freshAt: look.freshAt };
      return collect(at, [look.segment], true, limits);
    }
    return this.#readFromMiddle(after, look, limits);
  }

  async #readFromMiddle(after: number, look: EndLook, limits: ReadLimits): Promise<ReadResult> {
    const { store, log } = this.#options;
    const { segment } = await store.last(log, after);
    const trimmed = { kind: 'trimmed', first: look.segment.base + 1 } as const;
    if (!segment) return trimmed;
    const at: Cursor = { after, base: segment.base, freshAt: look.freshAt };
    return (await this.#readOn(at, limits)) ?? trimmed;
  }

  /** Goes on from a cursor; undefined when what follows is not a continuation of it. */
  async #readOn(cursor: Cursor, limits: ReadLimits): Promise<ReadResult | undefined> {
    const { store, log, clock } = this.#options;
    const freshAt = momentOf(clock);
    const found = await store.range(log, cursor.base, limits.bytesMax);
    const chain = chainPrefix(found.segments);
    const [first] = chain;
    const last = chain.at(-1);
    if (!first || !last || first.base !== cursor.base || first.tail < cursor.after) return undefined;
    // A later life of the log has begun behind the cursor, or the log is deleted: let a look at the end say what that means.
    if (last.rules.start > cursor.after || last.rules.ended === 'deleted') return undefined;
    // Where the prefix ends early, its last segment was the end of the log at the moment it was read.
    const complete = found.complete || chain.length < found.segments.length;
    return collect({ ...cursor, freshAt: complete ? freshAt : cursor.freshAt }, chain, complete, limits);
  }

  /** Segments behind a cursor may be removed, and freed keys taken again, once this time is over (rule 6). */
  #isFresh(cursor: Cursor): boolean {
    return elapsedMs(this.#options.clock, cursor.freshAt) < this.#options.trimAgeMinMs / 2;
  }
}

function collect(cursor: Cursor, chain: readonly Segment[], complete: boolean, limits: ReadLimits): Records {
  const records: LogRecord[] = [];
  let bytes = 0;
  let base = cursor.base;
  for (const segment of chain) {
    base = segment.base;
    for (const record of recordsOf(batchesAfter(segment, cursor.after), cursor.after)) {
      bytes += record.data.length;
      const over = records.length >= limits.recordsMax || (records.length > 0 && bytes > limits.bytesMax);
      if (over) return page(records, { ...cursor, base }, false, segment);
      records.push(record);
    }
  }
  const last = chain.at(-1);
  return page(records, { ...cursor, base }, complete, last);
}

function page(
  records: LogRecord[],
  cursor: Cursor,
  upToDate: boolean,
  segment: Segment | undefined,
): Records {
  const after = records.at(-1)?.position ?? cursor.after;
  return {
    kind: 'records',
    records,
    cursor: { ...cursor, after },
    upToDate,
    rules: segment?.rules ?? { start: 0 },
  };
}
