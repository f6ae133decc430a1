// Where the records of a producer's request are, for a writer that has lost the answer and repeats it.

import type { ProducerRequest } from './producers.ts';
import { batchesAfter, type Segment } from './segment.ts';
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
  const batch = batchesAfter(segment, segment.base).find(
    ({ producer }) => producer && isSame(producer, request),
  );
  if (!batch) return undefined;
  return { first: batch.firstPosition, last: batch.firstPosition + batch.records.length - 1 };
}

function isSame(a: ProducerRequest, b: ProducerRequest): boolean {
  return a.id === b.id && a.epoch === b.epoch && a.sequence === b.sequence;
}
