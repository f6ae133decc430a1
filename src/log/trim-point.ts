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

export interface Cut {
  /** Records at or before it are trimmed. */
  readonly trimTo: number;
  /** The base of the segment that holds `trimTo`; it stays. */
  readonly sweepTo: number;
  readonly nowMs: number;
  /** How long a segment must have been known to exist before it may be removed. */
  readonly ageMinMs: number;
}

/**
 * The trim point after `cut`. Removal takes two steps: a mark and, `ageMinMs` later, the sweep. Only
 * trimmers' clocks measure this age. The clocks of two processes may differ by a quarter of it (PROTOCOL.md,
 * section 7).
 */
export function trimPointAfter(trimPoint: TrimPoint, cut: Cut): TrimPoint {
  const { pending } = trimPoint;
  const ripe = pending !== undefined && cut.nowMs - pending.atMs >= cut.ageMinMs;
  const sweptTo = ripe ? Math.max(trimPoint.sweptTo, pending.sweepTo) : trimPoint.sweptTo;
  const next = pending && !ripe ? pending : { sweepTo: cut.sweepTo, atMs: cut.nowMs };
  return {
    trimmedTo: Math.max(trimPoint.trimmedTo, cut.trimTo),
    sweptTo,
    ...(next.sweepTo > sweptTo ? { pending: next } : {}),
  };
}
