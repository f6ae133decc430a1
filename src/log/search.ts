// Finds a segment of a log by what it says. Loaded with the first search.

import type { Segment } from './segment.ts';
import type { Store } from './store.ts';

export interface Searched {
  readonly store: Store;
  readonly log: string;
  /** A position that can be read: segments before the one that holds it do not count. */
  readonly after: number;
  /** The last segment. */
  readonly end: Segment;
}

/**
 * The first segment for which `holds` is true, where it stays true for all segments after it. By bisection:
 * at most one read for each bit of a position, and about one for each doubling of the number of segments.
 *
 * @throws StoreError
 */
export async function firstSegment(
  { store, log, after, end }: Searched,
  holds: (segment: Segment) => boolean,
): Promise<Segment | undefined> {
  if (!holds(end)) return undefined;
  let found = end;
  // The segments with a base from `low` on, and before `found`, are still in question.
  for (let low = after; low < found.base; ) {
    const middle = low + Math.floor((found.base - low) / 2);
    const { segment } = await store.last(log, middle);
    // Nothing is left there: it was swept meanwhile.
    if (!segment) low = middle + 1;
    else if (holds(segment)) found = segment;
    else low = Math.max(segment.tail, low + 1);
  }
  return found;
}
