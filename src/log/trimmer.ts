// Trims a log: records can no longer be read at once; their segments are removed when old enough (rule 6).

import type { Clock, Random } from '../clock.ts';
import { removeLargeBytes } from './large-removal.ts';
import type { Missing } from './results.ts';
import type { MetadataRecord, Store } from './store.ts';
import { heldAfter, type TrimPoint, trimPointOf } from './trim-point.ts';
import { trimPointAfter } from './trim-point-move.ts';

export interface TrimmerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: string;
  readonly trimAgeMinMs: number;
}

export interface TrimDone {
  readonly kind: 'trimmed';
  /** The first position that can be read, now or once it is written. */
  readonly first: number;
  readonly segmentsRemoved: number;
  /** A later call has more to remove. */
  readonly pending: boolean;
}

const SWEEP_BYTES = 256 * 1024;

/**
 * Once this has answered, records at or before `position` can no longer be read. A call at least
 * `trimAgeMinMs` later removes their segments, so call it again from a schedule. What another log holds
 * stays: `first` says how far it went.
 *
 * @throws StoreError. Every part can be repeated.
 */
export async function trimLog(options: TrimmerOptions, position: number): Promise<TrimDone | Missing> {
  const { store, log } = options;
  for (;;) {
    const { segment } = await store.last(log);
    if (!segment) return { kind: 'missing' };
    const record = await store.metadataRecord(log, 'trim-point');
    const trimTo = Math.min(position, segment.tail, heldAfter(trimPointOf(record)));
    // No holder: the position lies before the oldest segment left, so there is nothing more to sweep.
    const holder = (await store.last(log, trimTo)).segment;
    const trimPoint = await moveTrimPoint(options, record, trimTo, holder?.base ?? 0);
    if (!trimPoint) continue;
    const segmentsRemoved = await sweep(options, trimPoint.sweptTo);
    const pending = trimPoint.pending !== undefined;
    return { kind: 'trimmed', first: trimPoint.trimmedTo + 1, segmentsRemoved, pending };
  }
}

/** Undefined if another trimmer moved it meanwhile, or another log has begun to hold this one. */
async function moveTrimPoint(
  options: TrimmerOptions,
  record: MetadataRecord | undefined,
  trimTo: number,
  sweepTo: number,
): Promise<TrimPoint | undefined> {
  const { store, log, clock, trimAgeMinMs: ageMinMs } = options;
  const before = trimPointOf(record);
  const after = trimPointAfter(before, { trimTo, sweepTo, nowMs: clock.nowMs(), ageMinMs });
  const value = JSON.stringify(after);
  if (record && value === record.value) return after;
  const { sweptTo } = before;
  if (after.sweptTo > sweptTo && !(await removeLargeBytes(options, record, sweptTo, after.sweptTo))) {
    return undefined;
  }
  return (await store.setMetadataRecord(log, 'trim-point', value, record?.version ?? 0)) === 'set'
    ? after
    : undefined;
}

/** Oldest first, so that a reader or writer that finds a segment finds all that follow it. */
async function sweep({ store, log }: TrimmerOptions, sweptTo: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const { segments, complete } = await store.range(log, 0, SWEEP_BYTES);
    const old = segments.filter((segment) => segment.base < sweptTo);
    for (const segment of old) {
      await store.remove(log, segment.base);
      removed += 1;
    }
    if (complete || old.length < segments.length) return removed;
  }
}
