// How far a log is trimmed: the metadata record that keeps a freed key from being taken again unnoticed (rule 6).

import * as z from 'zod';
import type { MetadataRecord } from './store.ts';

const schema = z.object({
  /** Records at or before it are gone for readers at once. */
  trimmedTo: z.number(),
  /** The base of the oldest segment kept: those below may be removed, or have been. Written before the first is removed. */
  sweptTo: z.number(),
  /** A cut that waits for its age: the segments below base `sweepTo` existed at `atMs` of the trimmer's clock. */
  pending: z.object({ sweepTo: z.number(), atMs: z.number() }).optional(),
});

export type TrimPoint = z.infer<typeof schema>;

const NO_TRIM_POINT: TrimPoint = { trimmedTo: 0, sweptTo: 0 };

export function trimPointOf(record: MetadataRecord | undefined): TrimPoint {
  return record ? schema.parse(JSON.parse(record.value)) : NO_TRIM_POINT;
}

export interface Cut {
  /** Records at or before it go. */
  readonly trimTo: number;
  /** The base of the segment that holds `trimTo`; it stays. */
  readonly sweepTo: number;
  readonly nowMs: number;
  /** How long a segment must have been known to exist before it may be removed. */
  readonly ageMinMs: number;
}

/**
 * The trim point after `cut`. Removal takes two steps: a mark and, `ageMinMs` later, the sweep. Trimmers' clocks measure that
 * age; writers' clocks do not matter here. Clocks of two processes may differ by a quarter of it (PROTOCOL.md, section 7).
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
