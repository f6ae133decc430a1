// What the refusal of a write means for each of the appends that share it. Pure.

import { expectedSequence, type ProducerRequest, repeatedOrStale } from './producers.ts';
import type { Refused } from './results.ts';
import type { Part } from './sharing.ts';

const OF_PRODUCERS = new Set<Refused['reason']>(['repeated', 'stale-epoch', 'producer-gap']);

/**
 * What each part is told of a write that was refused for the sake of some; undefined for the others. A refusal
 * stays true, so no try of that write can still land, and the others may go in another one. Undefined where it
 * was refused for the sake of all.
 */
export function refusedAlone(
  result: Refused,
  parts: readonly Part[],
): readonly (Refused | undefined)[] | undefined {
  // Other reasons come before those of producers, or are of the log as it is for all.
  if (!OF_PRODUCERS.has(result.reason)) return undefined;
  const told = parts.map(({ conditions: { producer } }) => producer && refusalOfRequest(result, producer));
  return told.some((refused) => refused) ? told : undefined;
}

function refusalOfRequest(result: Refused, request: ProducerRequest): Refused | undefined {
  const producers = result.metadata?.producers;
  const reason = repeatedOrStale(producers, request);
  if (reason) return { ...result, reason };
  // A log looks for gaps last. Where it has not, the request may be refused for another reason.
  if (result.reason !== 'producer-gap') return undefined;
  return request.sequence === expectedSequence(producers, request) ? undefined : result;
}
