// Where a log begins.

import type { TailResult } from './reader.ts';

/** The position before the first record that can be read: of its origin's, where it has one. */
export function startOfLog({ segment, readableAfter }: TailResult): number {
  const { incarnation, origin } = segment.metadata;
  if (!origin) return readableAfter;
  // It begins before its own incarnation, unless it has been trimmed since.
  return readableAfter > incarnation ? Math.max(readableAfter, origin.after) : origin.after;
}
