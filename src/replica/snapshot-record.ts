// The record of a log about its snapshots. It names every chunk that there is: those of the snapshots that
// are kept, those that are being written, and those that are no longer needed. So no chunk is forgotten when
// a saver dies or is refused. `snapshot-changes.ts` says how it changes.

import * as z from 'zod/mini';
import type { MetadataRecord } from '../log/store.ts';

const content = z.object({
  position: z.number(),
  /** SHA-256 over all chunks, in hexadecimal. Two replicas at one position have the same. */
  digest: z.string(),
  chunks: z.number(),
});

const ref = z.extend(content, {
  /**
   * Identifies the attempt to save it. Two attempts have no chunks in common, so removing the chunks of one
   * leaves the other whole.
   */
  attempt: z.string(),
});

const recordSchema = z.object({
  newest: z.optional(ref),
  /** Kept for replicas that are reading it just now. */
  previous: z.optional(ref),
  saving: z._default(z.array(z.extend(ref, { startedAtMs: z.number() })), []),
  /** Their chunks are no longer needed, and some may not be removed yet. */
  leftOver: z._default(z.array(ref), []),
});

/** The content of a snapshot, the same for every saver. */
export type SnapshotContent = z.infer<typeof content>;
export type SnapshotRef = z.infer<typeof ref>;
export type SnapshotRecord = z.infer<typeof recordSchema>;

export function snapshotsOf(record: MetadataRecord | undefined): SnapshotRecord {
  return record ? recordSchema.parse(JSON.parse(record.value)) : { saving: [], leftOver: [] };
}
