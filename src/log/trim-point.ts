// The position up to which a log is trimmed. This metadata record is never removed: it tells zombies from the
// chain (rule 6).

import * as z from 'zod/mini';
import type { MetadataRecord } from './store.ts';

const schema = z.object({
  /** Records at or before it can no longer be read. */
  trimmedTo: z.number(),
  /** Segments with a smaller base may be removed, or have been. Stored before the first is removed. */
  sweptTo: z.number(),
  /** A mark that waits for its age: segments below `sweepTo` existed at `atMs` on the trimmer's clock. */
  pending: z.optional(z.object({ sweepTo: z.number(), atMs: z.number() })),
});

export type TrimPoint = z.infer<typeof schema>;

const NO_TRIM_POINT: TrimPoint = { trimmedTo: 0, sweptTo: 0 };

export function trimPointOf(record: MetadataRecord | undefined): TrimPoint {
  return record ? schema.parse(JSON.parse(record.value)) : NO_TRIM_POINT;
}
