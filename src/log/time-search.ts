// Finds the place of a time in a log. Loaded with the first search.

import { recordCount, timeOf } from './batch.ts';
import { gone, type Held, holderOf } from './held-segments.ts';
import type { TailResult } from './reader.ts';
import type { Ended } from './results.ts';
import { firstSegment } from './search.ts';
import { pastAfter, type Segment, startOf } from './segment.ts';
import { startOfLog } from './start.ts';
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
  searched: Searched & { look(): Promise<TailResult | Ended> },
  timeMs: number,
): Promise<number | 'missing'> {
  const look = await searched.look();
  if (look.kind === 'missing') return 'missing';
  const { origin } = look.segment.metadata;
  const inherited = origin && (await placeInHeld(searched.store, origin, startOfLog(look), timeMs));
  return inherited ?? placeInOwn(searched, look, timeMs);
}

/**
 * The same in the records that one log holds for another, after `after`. Undefined where there is no such
 * record among them.
 */
async function placeInHeld(
  store: Store,
  held: Held,
  after: number,
  timeMs: number,
): Promise<number | undefined> {
  const { log, upTo } = held;
  if (after >= upTo) return undefined;
  const first = await holderOf(store, held, after);
  const { origin } = first.metadata;
  if (origin && after < origin.upTo) {
    const deeper = { ...origin, upTo: Math.min(upTo, origin.upTo) };
    const place = await placeInHeld(store, deeper, after, timeMs);
    if (place !== undefined) return place;
  }
  const readableAfter = Math.max(after, startOf(first));
  // It ends before the records of the other log's own: what is stored there is of an earlier incarnation.
  if (readableAfter >= upTo) return undefined;
  const { segment: end } = await store.last(log, upTo);
  if (!end) throw gone(log);
  const place = await placeInOwn({ store, log }, { segment: end, readableAfter }, timeMs);
  // Checked after the search, so that no trim can come between check and search (rule 6).
  await holderOf(store, held, after);
  return place < upTo ? place : undefined;
}

async function placeInOwn(
  searched: Searched,
  { segment: end, readableAfter }: Pick<TailResult, 'segment' | 'readableAfter'>,
  timeMs: number,
): Promise<number> {
  const isReached = (one: Segment): boolean => pastAfter(one).latestMs >= timeMs;
  const segment = await firstSegment({ ...searched, after: readableAfter, end }, isReached);
  if (!segment) return end.tail;
  // A record before this segment is new enough, and trimmed: otherwise its own segment would be the first.
  const isTrimmed = (segment.metadata.past?.latestMs ?? 0) >= timeMs;
  return Math.max(isTrimmed ? startOf(segment) : placeIn(segment, timeMs), readableAfter);
}

/** Without decoding a record: the bytes of large ones are elsewhere. */
function placeIn(segment: Segment, timeMs: number): number {
  const { entries } = segment;
  const index = entries.findIndex((entry) => timeOf(entry) >= timeMs);
  return entries.slice(0, index).reduce((place, entry) => place + recordCount(entry), startOf(segment));
}
