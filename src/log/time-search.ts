// Finds the place of a time in a log. Loaded with the first search.

import { recordCount, timeOf } from './batch.ts';
import type { TailResult } from './reader.ts';
import { firstSegment } from './search.ts';
import { pastAfter, type Segment } from './segment.ts';
import type { Store } from './store.ts';

interface Searched {
  readonly store: Store;
  readonly log: string;
}

/**
 * The position before the first record whose time is not older than `timeMs`, or before what is left of the
 * log where that record is trimmed. The tail where there is none.
 *
 * Times go back and forth along a log. The greatest time so far does not, and every segment says it of those
 * before it. So it leads to the segment of the first such record, by bisection.
 *
 * @throws StoreError
 */
export async function placeOfTime(
  searched: Searched,
  { segment: end, readableAfter }: TailResult,
  timeMs: number,
): Promise<number> {
  const isReached = (one: Segment): boolean => pastAfter(one).latestMs >= timeMs;
  const segment = await firstSegment({ ...searched, after: readableAfter, end }, isReached);
  if (!segment) return end.tail;
  // A record before this segment is new enough, and trimmed: otherwise its own segment would be the first.
  const isTrimmed = (segment.metadata.past?.latestMs ?? 0) >= timeMs;
  return Math.max(isTrimmed ? segment.base : placeIn(segment, timeMs), readableAfter);
}

/** Without decoding a record: the bytes of large ones are elsewhere. */
function placeIn({ base, entries }: Segment, timeMs: number): number {
  const index = entries.findIndex((entry) => timeOf(entry) >= timeMs);
  return entries.slice(0, index).reduce((position, entry) => position + recordCount(entry), base);
}
