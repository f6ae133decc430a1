// Where the records of a producer's request are, for a writer that has lost the answer and repeats it.

import { recordCount, sharesOf } from './batch.ts';
import type { ProducerRequest } from './producers.ts';
import { type Segment, startOf } from './segment.ts';
import type { Store } from './store.ts';
import { trimPointOf } from './trim-point.ts';

export interface Positions {
  readonly first: number;
  readonly last: number;
}

/**
 * The positions of the request, if the segment at `base` has it. Undefined: it had no record, it is in
 * another segment, or its segment has been trimmed. @throws StoreError
 */
export async function positionsOf(
  store: Store,
  log: string,
  request: ProducerRequest,
  base: number,
): Promise<Positions | undefined> {
  const { segment } = await store.last(log, base);
  if (segment?.base !== base) return undefined;
  // Rule 6: a zombie can hold the batch at another position. Asked for after the segment, so that it cannot
  // have become one in between.
  const { sweptTo } = trimPointOf(await store.metadataRecord(log, 'trim-point'));
  return sweptTo <= base ? positionsIn(segment, request) : undefined;
}

function positionsIn(segment: Segment, request: ProducerRequest): Positions | undefined {
  let before = startOf(segment);
  for (const entry of segment.entries) {
    const share = sharesOf(entry).find((one) => isSame(one.request, request));
    if (share) {
      const last = before + share.from + share.count;
      return { first: last - share.count + 1, last };
    }
    before += recordCount(entry);
  }
  return undefined;
}

function isSame(a: ProducerRequest, b: ProducerRequest): boolean {
  return a.id === b.id && a.epoch === b.epoch && a.sequence === b.sequence;
}
