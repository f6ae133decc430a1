// Requests of several producers in one batch: where their records are, and the conditions of the one write.
// Pure.

import type { Share } from './batch.ts';
import type { WriteConditions } from './segment.ts';

/** One append among those of a group. */
export interface Part {
  readonly records: readonly Uint8Array[];
  readonly conditions: WriteConditions;
}

/** Where the records of each request are. */
export function sharesOfGroup(parts: readonly Part[]): Share[] {
  const shares: Share[] = [];
  let from = 0;
  for (const { records, conditions } of parts) {
    const { producer: request } = conditions;
    if (request) shares.push({ request, from, count: records.length });
    from += records.length;
  }
  return shares;
}

/** The conditions of all: but for the requests of producers they are the same. */
export function conditionsOfGroup(shared: WriteConditions, shares: readonly Share[]): WriteConditions {
  return { ...shared, producer: undefined, producers: shares.map(({ request }) => request) };
}
