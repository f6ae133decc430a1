// Removes the bytes of large appends together with their segments.

import type { Clock, Random } from '../clock.ts';
import type { MetadataRecord, Store } from './store.ts';
import { largeEntriesIn } from './upload-sweep.ts';
import { removeBlobs } from './uploads-store.ts';

export interface LargeRemovalParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: string;
}

const SCAN_BYTES = 256 * 1024;
const CALL_TIMEOUT_MS = 10_000;

/**
 * Removes what the segments with bases from `sweptTo` to `sweepTo` name, before the trim point says that they
 * may be removed. As long as it does not, they are the chain itself. A segment behind it may be a zombie,
 * whose entry another segment has, too; so nothing is removed that only such a segment names. False: the trim
 * point was moved meanwhile.
 *
 * @throws StoreError
 */
export async function removeLargeBytes(
  parts: LargeRemovalParts,
  trimPoint: MetadataRecord | undefined,
  sweptTo: number,
  sweepTo: number,
): Promise<boolean> {
  const { store, log } = parts;
  // The record is made before the first large append, and it stays.
  if (!(await store.metadataRecord(log, 'uploads'))) return true;
  const entries = [];
  for (let from = sweptTo; ; ) {
    const { segments, complete } = await store.range(log, from, SCAN_BYTES);
    const swept = segments.filter(({ base }) => base < sweepTo);
    entries.push(...swept.flatMap(largeEntriesIn));
    const last = swept.at(-1);
    if (complete || !last || swept.length < segments.length) break;
    from = last.base + 1;
  }
  const now = await store.metadataRecord(log, 'trim-point');
  if (now?.version !== trimPoint?.version) return false;
  const place = { ...parts, timeoutMs: CALL_TIMEOUT_MS };
  for (const entry of entries) await removeBlobs(place, entry);
  return true;
}
