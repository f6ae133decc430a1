// Holds: a log keeps records for another one, whose first records they are. A hold is in the same item as the
// trim point, so that of a hold and a trim one is first, and the other knows.

import { HOLDS_BYTES_MAX } from '../limits.ts';
import type { Store } from './store.ts';
import { type Hold, type TrimPoint, trimPointOf } from './trim-point.ts';

/**
 * `held`: the records stay until the hold is released. `trimmed`: some are gone. `overtaken`: a later
 * incarnation of the other log holds this one. `too-many`: there is no room for another hold.
 */
type HoldResult = 'held' | 'trimmed' | 'overtaken' | 'too-many';

/** To hold twice is to hold once. @throws StoreError. It can be repeated. */
export async function holdLog(store: Store, log: string, hold: Hold): Promise<HoldResult> {
  for (;;) {
    const record = await store.metadataRecord(log, 'trim-point');
    const trimPoint = trimPointOf(record);
    const { holds = [] } = trimPoint;
    const before = holds.find((other) => other.log === hold.log);
    if (before && before.incarnation > hold.incarnation) return 'overtaken';
    const isOlder = before?.incarnation === hold.incarnation;
    if (isOlder && before.after <= hold.after) return 'held';
    if (trimPoint.trimmedTo > hold.after) return 'trimmed';
    const others = holds.filter((other) => other !== before);
    const value = textOf({ ...trimPoint, holds: [...others, hold] });
    if (!before && value.length > HOLDS_BYTES_MAX) return 'too-many';
    if ((await store.setMetadataRecord(log, 'trim-point', value, record?.version ?? 0)) === 'set')
      return 'held';
  }
}

/** Releases the hold of one incarnation. @throws StoreError. It can be repeated. */
export async function releaseLog(
  store: Store,
  log: string,
  { log: holder, incarnation }: Pick<Hold, 'log' | 'incarnation'>,
): Promise<void> {
  for (;;) {
    const record = await store.metadataRecord(log, 'trim-point');
    const { holds = [], ...trimPoint } = trimPointOf(record);
    const left = holds.filter((hold) => hold.log !== holder || hold.incarnation !== incarnation);
    if (!record || left.length === holds.length) return;
    const value = textOf({ ...trimPoint, ...(left.length > 0 ? { holds: left } : {}) });
    if ((await store.setMetadataRecord(log, 'trim-point', value, record.version)) === 'set') return;
  }
}

function textOf(trimPoint: TrimPoint): string {
  return JSON.stringify(trimPoint);
}
