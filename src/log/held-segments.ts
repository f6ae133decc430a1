// The segments of the records that one log holds for another.

import type { Origin } from './origin.ts';
import type { Segment } from './segment.ts';
import { type Store, StoreError } from './store.ts';
import { trimPointOf } from './trim-point.ts';

export type Held = Pick<Origin, 'log' | 'incarnation' | 'upTo'>;

/**
 * The segment that holds what comes after `after`. It is in the chain, and no zombie.
 *
 * @throws StoreError where it is gone
 */
export async function holderOf(store: Store, held: Held, after: number): Promise<Segment> {
  const segment = await segmentAt(store, held, after);
  const { sweptTo } = trimPointOf(await store.metadataRecord(held.log, 'trim-point'));
  if (sweptTo > segment.base) throw gone(held.log);
  return segment;
}

/** The same, which may be a zombie. @throws StoreError */
export async function segmentAt(store: Store, { log, incarnation }: Held, after: number): Promise<Segment> {
  // A log that has an origin begins with the segment at the base of its incarnation.
  const { segment } = await store.last(log, Math.max(after, incarnation));
  if (segment?.metadata.incarnation !== incarnation) throw gone(log);
  return segment;
}

export function gone(log: string): StoreError {
  return new StoreError(`the records of ${log} are no longer held`, { definite: true, retryable: true });
}
