// Loads snapshots: chunks as write-once blobs, and one record that names them all. `snapshot-writes.ts` saves
// and removes them.

import { createHash } from 'node:crypto';
import type { Store } from '../log/store.ts';
import type { SnapshotContent, SnapshotRef } from './snapshot-record.ts';

/** A snapshot that the record names is incomplete, or its bytes are not those that were written. */
export class SnapshotDamagedError extends Error {
  override readonly name = 'SnapshotDamagedError';
}

/**
 * The chunks of a snapshot; undefined when it has been replaced meanwhile: look at the record again.
 *
 * @throws SnapshotDamagedError, StoreError
 */
export async function loadSnapshot(
  store: Store,
  log: string,
  ref: SnapshotRef,
): Promise<Uint8Array[] | undefined> {
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
  return chunks;
}

/** Position, digest and number of chunks of an encoded state. */
export function describeSnapshot(position: number, chunks: readonly Uint8Array[]): SnapshotContent {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return { position, digest: hash.digest('hex'), chunks: chunks.length };
}

export function chunkKey(log: string, ref: SnapshotRef, index: number): string {
  return `${log}/snapshot/${ref.position}/${ref.digest.slice(0, 16)}-${ref.attempt}/${index}`;
}
