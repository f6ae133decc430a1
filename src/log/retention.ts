// What the retention of a log says, and what maintenance does about it. Loaded with the first log that it is
// due for.

import type { Clock } from '../clock.ts';
import type { Log } from './log.ts';
import type { TailResult } from './reader.ts';
import { firstSegment } from './search.ts';
import { type Expiry, pastAfter, type Segment } from './segment.ts';
import type { Store } from './store.ts';
import { trimPointOf } from './trim-point.ts';

/**
 * The position after which all records are still needed by something else, although the retention of the log
 * would trim them. Undefined: nothing is. It is asked before each time that the log is trimmed.
 */
export type HeldAfter = (log: string) => Promise<number | undefined>;

export interface Retained {
  /** The first position that can be read; undefined where there is no such log. */
  readonly earliest: number | undefined;
  readonly segmentsRemoved: number;
  /** As it was when the call began. */
  readonly expiry?: Expiry | undefined;
}

export interface RetentionParts {
  readonly log: Log;
  readonly store: Store;
  readonly clock: Clock;
  readonly trimAgeMinMs: number;
  readonly heldAfter: HeldAfter | undefined;
}

/**
 * Trims the log as its retention says, in whole segments, and removes what was trimmed long enough ago. Safe
 * to repeat, and to run in several processes at once: call it on a schedule. A log for which nothing is due
 * costs one or two round trips.
 *
 * @throws StoreError. Every part can be repeated.
 */
export async function retain(parts: RetentionParts): Promise<Retained> {
  const { log, heldAfter } = parts;
  const look = await log.checkTail();
  // The sweep of deleted logs gives its storage back.
  if (look.kind === 'missing') return { earliest: undefined, segmentsRemoved: 0 };
  const { readableAfter, segment } = look;
  const { expiry } = segment.metadata;
  const wanted = await retainedAfter(look, parts);
  const held = wanted > readableAfter ? await heldAfter?.(log.name) : undefined;
  const trimTo = Math.max(readableAfter, Math.min(wanted, held ?? wanted));
  const { pending } = trimPointOf(look.records['trim-point']);
  if (trimTo === readableAfter && !pending)
    return { earliest: readableAfter + 1, segmentsRemoved: 0, expiry };
  const trimmed = await log.trim(trimTo);
  if (trimmed.kind === 'missing') return { earliest: undefined, segmentsRemoved: 0 };
  return { earliest: trimmed.first, segmentsRemoved: trimmed.segmentsRemoved, expiry };
}

/**
 * The tail of the last segment that the retention no longer keeps. What is younger than `trimAgeMinMs` is
 * kept in any case: its storage could not come back before, so trimming it would win nothing.
 */
async function retainedAfter(
  { segment: end, readableAfter }: TailResult,
  { log, store, clock, trimAgeMinMs }: RetentionParts,
): Promise<number> {
  const { retention } = end.metadata;
  if (!retention) return readableAfter;
  const { ageMs = Number.POSITIVE_INFINITY, bytes: bytesKept = Number.POSITIVE_INFINITY } = retention;
  const nowMs = clock.nowMs();
  const bytesInAll = pastAfter(end).bytes;
  const isKept = (segment: Segment): boolean => {
    const { bytes, latestMs } = pastAfter(segment);
    const oldMs = nowMs - latestMs;
    return oldMs < trimAgeMinMs || (oldMs < ageMs && bytesInAll - bytes < bytesKept);
  };
  // Most of the time the oldest segment is kept, and that is all there is to know.
  const searched = { store, log: log.name, after: readableAfter, end };
  const oldest = readableAfter >= end.base ? end : (await store.last(log.name, readableAfter)).segment;
  if (oldest && isKept(oldest)) return readableAfter;
  const firstKept = await firstSegment(searched, isKept);
  return firstKept ? firstKept.base : end.tail;
}
