// Saves and loads snapshots: chunks as write-once blobs, and one note that names the newest.

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Note, Store } from '../log/store.ts';
import { decodeState, encodeState } from '../machine/snapshot-codec.ts';
import type { State } from '../machine/state.ts';

const snapshotSchema = z.object({
  position: z.number(),
  /** SHA-256 over all chunks, in hexadecimal. Two replicas at one position have the same. */
  digest: z.string(),
  chunks: z.number(),
});

const noteSchema = z.object({
  newest: snapshotSchema,
  /** Kept for those who are reading it just now. */
  previous: snapshotSchema.optional(),
});

export type SnapshotRef = z.infer<typeof snapshotSchema>;

export function newestSnapshot(note: Note | undefined): SnapshotRef | undefined {
  return snapshotsOf(note).newest;
}

/** The snapshots that there are: the newest, and the one before it. */
export function snapshotsOf(note: Note | undefined): Partial<z.infer<typeof noteSchema>> {
  return note ? noteSchema.parse(JSON.parse(note.value)) : {};
}

/** A snapshot that the note names is incomplete, or its bytes are not those that were written. */
export class SnapshotDamagedError extends Error {
  override readonly name = 'SnapshotDamagedError';
}

/** The state of a snapshot; undefined when it has been replaced meanwhile: look at the note again. */
export async function loadSnapshot(store: Store, log: string, ref: SnapshotRef): Promise<State | undefined> {
  const chunks: Uint8Array[] = [];
  const hash = createHash('sha256');
  for (let index = 0; index < ref.chunks; index += 1) {
    const chunk = await store.blob(chunkKey(log, ref, index));
    if (!chunk) return undefined;
    hash.update(chunk);
    chunks.push(chunk);
  }
  if (hash.digest('hex') !== ref.digest) {
    throw new SnapshotDamagedError(`the snapshot of ${log} at ${ref.position} does not have its digest`);
  }
  return decodeState(chunks);
}

/**
 * Saves `state`, which must not change meanwhile, and removes the snapshot before the previous one. Safe to repeat and to run in
 * several processes: equal states have equal chunks and keys.
 *
 * @throws StoreError
 */
export async function saveSnapshot(
  store: Store,
  log: string,
  state: State,
  pause: () => Promise<void>,
): Promise<SnapshotRef> {
  const chunks: Uint8Array[] = [];
  for (const chunk of encodeState(state)) {
    chunks.push(chunk);
    // A large state takes long to encode, and others want to be served meanwhile.
    await pause();
  }
  const ref = describe(state.position, chunks);
  for (const [index, chunk] of chunks.entries()) await store.putBlob(chunkKey(log, ref, index), chunk);
  const outdated = await nameNewest(store, log, ref);
  if (outdated) await removeSnapshot(store, log, outdated);
  return ref;
}

/** Position, digest and number of chunks of a state. */
export function describeState(state: State): SnapshotRef {
  return describe(state.position, [...encodeState(state)]);
}

function describe(position: number, chunks: readonly Uint8Array[]): SnapshotRef {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return { position, digest: hash.digest('hex'), chunks: chunks.length };
}

/** Names `ref` in the note unless a newer one is there; answers the snapshot that nobody needs any more. */
async function nameNewest(store: Store, log: string, ref: SnapshotRef): Promise<SnapshotRef | undefined> {
  for (;;) {
    const note = await store.note(log, 'snapshot');
    const before = note && noteSchema.parse(JSON.parse(note.value));
    if (before && before.newest.position > ref.position) return ref;
    if (before && before.newest.digest === ref.digest) return undefined;
    const value = JSON.stringify({ newest: ref, ...(before ? { previous: before.newest } : {}) });
    if ((await store.setNote(log, 'snapshot', value, note?.version ?? 0)) === 'set') return before?.previous;
  }
}

async function removeSnapshot(store: Store, log: string, ref: SnapshotRef): Promise<void> {
  for (let index = 0; index < ref.chunks; index += 1) await store.removeBlob(chunkKey(log, ref, index));
}

function chunkKey(log: string, ref: SnapshotRef, index: number): string {
  return `${log}/snapshot/${ref.position}/${ref.digest.slice(0, 16)}/${index}`;
}
