// The position up to which a log is trimmed. This metadata record is never removed: it tells zombies from the
// chain (rule 6).

import * as z from 'zod/mini';
import type { MetadataRecord } from './store.ts';

const hold = z.object({
  /** The log whose first records these are, and the incarnation that has them, or is about to begin. */
  log: z.string(),
  incarnation: z.number(),
  /** What comes after this position must stay. */
  after: z.number(),
  /** When it was made, by the maker's clock. */
  atMs: z.number(),
});

/** Keeps records of this log for another one, whose origin it is. */
export type Hold = Readonly<z.infer<typeof hold>>;

const schema = z.object({
  /** Records at or before it can no longer be read. */
  trimmedTo: z.number(),
  /** Segments with a smaller base may be removed, or have been. Stored before the first is removed. */
  sweptTo: z.number(),
  /** A mark that waits for its age: segments below `sweepTo` existed at `atMs` on the trimmer's clock. */
  pending: z.optional(z.object({ sweepTo: z.number(), atMs: z.number() })),
  /** One for each log. They are here so that a trim and a hold are about one item: one of them is first. */
  holds: z.optional(z.array(hold)),
});

export type TrimPoint = z.infer<typeof schema>;

const NO_TRIM_POINT: TrimPoint = { trimmedTo: 0, sweptTo: 0 };

export function trimPointOf(record: MetadataRecord | undefined): TrimPoint {
  return record ? schema.parse(JSON.parse(record.value)) : NO_TRIM_POINT;
}

export function holdsIn(record: MetadataRecord | undefined): readonly Hold[] {
  return trimPointOf(record).holds ?? [];
}

/** No trim goes further than this. */
export function heldAfter({ holds = [] }: TrimPoint): number {
  return holds.reduce((least, { after }) => Math.min(least, after), Number.POSITIVE_INFINITY);
}
