// How a trimmer moves the trim point. Pure.

import type { TrimPoint } from './trim-point.ts';

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
  const { pending, holds } = trimPoint;
  const ripe = pending !== undefined && cut.nowMs - pending.atMs >= cut.ageMinMs;
  const sweptTo = ripe ? Math.max(trimPoint.sweptTo, pending.sweepTo) : trimPoint.sweptTo;
  const next = pending && !ripe ? pending : { sweepTo: cut.sweepTo, atMs: cut.nowMs };
  return {
    trimmedTo: Math.max(trimPoint.trimmedTo, cut.trimTo),
    sweptTo,
    ...(next.sweepTo > sweptTo ? { pending: next } : {}),
    ...(holds ? { holds } : {}),
  };
}
