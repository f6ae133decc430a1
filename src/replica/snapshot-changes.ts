// How the record of a log about its snapshots changes, as pure functions.

import type { SnapshotRecord, SnapshotRef } from './snapshot-record.ts';

/** Longer than a function may run. A saver that takes longer learns it when it names its snapshot. */
const ABANDONED_AFTER_MS = 900_000;

/** The record before the first chunk of `ref` is written: from now on there may be chunks of it. */
export function withSaving(record: SnapshotRecord, ref: SnapshotRef, nowMs: number): SnapshotRecord {
  // An earlier try of the same saver, whose answer was lost.
  if (isBeingSaved(record, ref)) return record;
  return { ...record, saving: [...record.saving, { ...ref, startedAtMs: nowMs }] };
}

/**
 * The record without attempts that began so long ago that no saver can be at work on them. They are left
 * over.
 */
export function withoutAbandoned(record: SnapshotRecord, nowMs: number): SnapshotRecord {
  const abandoned = record.saving.filter(({ startedAtMs }) => !isRecent(startedAtMs, nowMs));
  if (abandoned.length === 0) return record;
  return {
    ...record,
    saving: record.saving.filter(({ startedAtMs }) => isRecent(startedAtMs, nowMs)),
    leftOver: [...record.leftOver, ...abandoned.map(refOf)],
  };
}

/** A clock that is far ahead must not keep an attempt for ever. */
function isRecent(atMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) <= ABANDONED_AFTER_MS;
}

/**
 * The chunks of `ref` are all there. It becomes the newest snapshot, unless a newer one is there, or other
 * savers have taken it for abandoned and may have removed some chunks. Then it is left over itself.
 */
export function withNewest(record: SnapshotRecord, ref: SnapshotRef): SnapshotRecord {
  if (isKept(record, ref)) return record;
  const { newest, previous } = record;
  const isAbandoned = !isBeingSaved(record, ref);
  if (isAbandoned || (newest && newest.position >= ref.position)) return withGivenUp(record, ref);
  const saving = record.saving.filter(({ attempt }) => attempt !== ref.attempt);
  const leftOver = previous ? [...record.leftOver, previous] : record.leftOver;
  return { newest: ref, ...(newest ? { previous: newest } : {}), saving, leftOver };
}

/** The record after the saver of `ref` has given it up. */
export function withGivenUp(record: SnapshotRecord, ref: SnapshotRef): SnapshotRecord {
  const saving = record.saving.filter(({ attempt }) => attempt !== ref.attempt);
  return isKept(record, ref) ? record : { ...record, saving, leftOver: [...record.leftOver, ref] };
}

/** The record after the log was deleted at `position`: earlier snapshots are no longer needed. */
export function withoutUpTo(record: SnapshotRecord, position: number): SnapshotRecord {
  const isGone = (one: { position: number } | undefined) => one !== undefined && one.position <= position;
  const gone = [record.newest, record.previous, ...record.saving].filter((one) => one && isGone(one));
  if (gone.length === 0) return record;
  const { newest, previous } = record;
  return {
    ...(newest && !isGone(newest) ? { newest } : {}),
    ...(previous && !isGone(previous) ? { previous } : {}),
    saving: record.saving.filter((one) => !isGone(one)),
    leftOver: [...record.leftOver, ...gone.flatMap((one) => (one ? [refOf(one)] : []))],
  };
}

export function withoutLeftOver(record: SnapshotRecord, removed: readonly SnapshotRef[]): SnapshotRecord {
  const gone = new Set(removed.map(({ attempt }) => attempt));
  return { ...record, leftOver: record.leftOver.filter(({ attempt }) => !gone.has(attempt)) };
}

export function isBeingSaved({ saving }: SnapshotRecord, { attempt }: SnapshotRef): boolean {
  return saving.some((one) => one.attempt === attempt);
}

/** Whether the record names `ref`, as an earlier try whose answer was lost may have made it. */
export function isKept({ newest, previous }: SnapshotRecord, { attempt }: SnapshotRef): boolean {
  return newest?.attempt === attempt || previous?.attempt === attempt;
}

function refOf({ position, digest, chunks, attempt }: SnapshotRef): SnapshotRef {
  return { position, digest, chunks, attempt };
}
