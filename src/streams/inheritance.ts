// What every read asks, so that only those of inherited records load the rest.

import type { Origin } from '../log/origin.ts';
import type { Cursor, ReadResult } from '../log/results.ts';

/** Whether records after this place are of the origin. */
export function isInherited(place: number | Cursor | undefined, origin: Origin | undefined): boolean {
  if (!origin || place === undefined) return origin !== undefined;
  return (typeof place === 'object' ? place.after : place) < origin.upTo;
}

/** The place may be between the records of the source and its own. */
export function isOfFork(result: ReadResult): boolean {
  return result.kind === 'trimmed' && result.origin !== undefined;
}
