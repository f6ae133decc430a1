// The note of a log about its snapshots, and how it changes, as pure functions. It names every chunk that there is: those of the
// snapshots that are kept, those that are being written, and those that nobody needs. So none is forgotten, whoever dies or is refused.

import * as z from 'zod';
import type { MetadataRecord } from '../log/store.ts';

const content = z.object({
  position: z.number(),
  /** SHA-256 over all chunks, in hexadecimal. Two replicas at one position have the same. */
  digest: z.string(),
  chunks: z.number(),
});

const ref = content.extend({
  /** Of the one attempt to save it. No two have chunks in common, so what is removed of one is not missing in another. */
  attempt: z.string(),
});

const noteSchema = z.object({
  newest: ref.optional(),
  /** Kept for those who are reading it just now. */
  previous: ref.optional(),
  saving: z.array(ref.extend({ startedAtMs: z.number() })).default([]),
  /** Nobody needs their chunks any more, and not all of them may have been removed. */
  leftOver: z.array(ref).default([]),
});

/** What is in a snapshot, whoever saved it. */
export type SnapshotContent = z.infer<typeof content>;
export type SnapshotRef = z.infer<typeof ref>;
export type SnapshotRecord = z.infer<typeof noteSchema>;

/** Longer than a function may run. Whoever takes longer still is told so when it wants to name its snapshot. */
const ABANDONED_AFTER_MS = 900_000;

export function snapshotsOf(note: MetadataRecord | undefined): SnapshotRecord {
  return note ? noteSchema.parse(JSON.parse(note.value)) : { saving: [], leftOver: [] };
}

/** Before its first chunk is written: there may be chunks of `ref` from now on. */
export function withSaving(note: SnapshotRecord, ref: SnapshotRef, nowMs: number): SnapshotRecord {
  // An earlier try of the same saver, whose answer was lost.
  if (note.saving.some(({ attempt }) => attempt === ref.attempt)) return note;
  return { ...note, saving: [...note.saving, { ...ref, startedAtMs: nowMs }] };
}

/** What has been begun so long ago that nobody can be at work on it is left over. */
export function withoutAbandoned(note: SnapshotRecord, nowMs: number): SnapshotRecord {
  const abandoned = note.saving.filter(({ startedAtMs }) => !isRecent(startedAtMs, nowMs));
  if (abandoned.length === 0) return note;
  return {
    ...note,
    saving: note.saving.filter(({ startedAtMs }) => isRecent(startedAtMs, nowMs)),
    leftOver: [...note.leftOver, ...abandoned.map(refOf)],
  };
}

/** A clock that is far ahead must not keep something for ever. */
function isRecent(atMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) <= ABANDONED_AFTER_MS;
}

/**
 * The chunks of `ref` are all there. It becomes the newest snapshot, unless a newer one is there, or others have taken it for abandoned and may
 * have removed some of them: then it is left over itself.
 */
export function withNewest(note: SnapshotRecord, ref: SnapshotRef): SnapshotRecord {
  if (isKept(note, ref)) return note;
  const { newest, previous } = note;
  const isAbandoned = !note.saving.some(({ attempt }) => attempt === ref.attempt);
  if (isAbandoned || (newest && newest.position >= ref.position)) return withGivenUp(note, ref);
  const saving = note.saving.filter(({ attempt }) => attempt !== ref.attempt);
  const leftOver = previous ? [...note.leftOver, previous] : note.leftOver;
  return { newest: ref, ...(newest ? { previous: newest } : {}), saving, leftOver };
}

/** Its saver gives it up. */
export function withGivenUp(note: SnapshotRecord, ref: SnapshotRef): SnapshotRecord {
  const saving = note.saving.filter(({ attempt }) => attempt !== ref.attempt);
  return isKept(note, ref) ? note : { ...note, saving, leftOver: [...note.leftOver, ref] };
}

export function withoutLeftOver(note: SnapshotRecord, removed: readonly SnapshotRef[]): SnapshotRecord {
  const gone = new Set(removed.map(({ attempt }) => attempt));
  return { ...note, leftOver: note.leftOver.filter(({ attempt }) => !gone.has(attempt)) };
}

/** It is named, by an earlier try whose answer was lost. */
export function isKept({ newest, previous }: SnapshotRecord, { attempt }: SnapshotRef): boolean {
  return newest?.attempt === attempt || previous?.attempt === attempt;
}

function refOf({ position, digest, chunks, attempt }: SnapshotRef): SnapshotRef {
  return { position, digest, chunks, attempt };
}
