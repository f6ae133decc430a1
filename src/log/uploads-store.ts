// The calls that uploads need: the record of a log's uploads, and their blobs. Each may be made twice.

import type { Clock, Random } from '../clock.ts';
import { blobKeys } from './large-entry.ts';
import { repeat } from './retry.ts';
import type { Store } from './store.ts';
import { type Upload, type Uploads, uploadsOf, withoutUploads } from './uploads.ts';

/** The log that uploads are of, and how long a call is repeated. */
export interface UploadPlace {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: string;
  readonly timeoutMs: number;
}

export async function lookAtUploads({ store, log }: UploadPlace): Promise<Uploads> {
  return uploadsOf(await store.metadataRecord(log, 'uploads'));
}

/**
 * Changes the record while other processes may change it, too. `change` may be called several times, also
 * after a try that took effect.
 *
 * @throws StoreError
 */
export async function changeUploads(
  place: UploadPlace,
  change: (uploads: Uploads) => Promise<Uploads> | Uploads,
): Promise<Uploads> {
  for (;;) {
    const changed = await repeat(place, async () => {
      const { store, log } = place;
      const record = await store.metadataRecord(log, 'uploads');
      const before = uploadsOf(record);
      const after = await change(before);
      if (after === before) return after;
      const set = await store.setMetadataRecord(log, 'uploads', JSON.stringify(after), record?.version ?? 0);
      return set === 'set' ? after : undefined;
    });
    if (changed) return changed;
  }
}

/** Takes uploads off the record: an entry names them, or their blobs are removed. @throws StoreError */
export async function forgetUploads(
  place: UploadPlace,
  uploads: readonly Pick<Upload, 'id'>[],
): Promise<void> {
  const ids = new Set(uploads.map(({ id }) => id));
  await changeUploads(place, (before) => withoutUploads(before, ids));
}

/** Only for those that no entry names, and none ever will. @throws StoreError */
export async function removeBlobs(
  place: UploadPlace,
  { id, chunks }: Pick<Upload, 'id' | 'chunks'>,
): Promise<void> {
  const { store, log } = place;
  for (const key of blobKeys(log, Buffer.from(id, 'hex'), chunks)) {
    await repeat(place, () => store.removeBlob(key));
  }
}
