// Reads the records that one log holds for another: of an incarnation that may be deleted by now, and whose
// own first records may be those of a third one.

import { collect } from './collect.ts';
import { gone, type Held, segmentAt } from './held-segments.ts';
import type { ReadLimits } from './reader.ts';
import type { LogRecord } from './results.ts';
import { chainPrefix } from './segment.ts';
import type { Store } from './store.ts';
import { trimPointOf } from './trim-point.ts';

export interface HeldRecords {
  readonly records: readonly LogRecord[];
  /** To read on after. It is `upTo` when there is nothing more. */
  readonly next: number;
  /** Whether there are as many as are wanted. */
  readonly isFull: boolean;
}

/**
 * The records after `after`, up to `upTo`. They are held, or of a log that exists.
 *
 * @throws StoreError where they are gone: the hold has been released meanwhile
 */
export async function heldRecords(
  store: Store,
  held: Held,
  after: number,
  limits: ReadLimits,
): Promise<HeldRecords> {
  const { log } = held;
  const segment = await segmentAt(store, held, after);
  const { origin } = segment.metadata;
  if (origin && after < origin.upTo) {
    const upTo = Math.min(held.upTo, origin.upTo);
    return heldRecords(store, { ...origin, upTo }, after, limits);
  }
  const { segments } = await store.range(log, segment.base, limits.bytesMax);
  // Checked after the read, so that no trim can come between check and read (rule 6).
  const { sweptTo } = trimPointOf(await store.metadataRecord(log, 'trim-point'));
  const chain = chainPrefix(segments);
  if (chain[0]?.base !== segment.base || sweptTo > segment.base) throw gone(log);
  const found = await collect({ store, log, after }, chain, limits);
  if (!found) throw gone(log);
  return upToEnd(found.records, held.upTo, found.isFull, chain.at(-1)?.tail ?? after);
}

/** @param reached where the chain ends. It may be only a part of what there is */
function upToEnd(records: readonly LogRecord[], upTo: number, isFull: boolean, reached: number): HeldRecords {
  const last = records.at(-1)?.position;
  const wanted = records.filter(({ position }) => position <= upTo);
  if (wanted.length < records.length) return { records: wanted, next: upTo, isFull: false };
  return { records, next: isFull && last !== undefined ? last : Math.min(reached, upTo), isFull };
}
