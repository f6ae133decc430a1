// Idempotent producers: what a log remembers of its writers, so that a request which is repeated is appended
// once. Pure. The state of a producer is in the segment that its next write is sent to, so the one
// conditional write checks it, appends, and notes it down.

import { utf8 } from '../encoding/binary.ts';
import { PRODUCERS_KEPT_BYTES_MAX } from '../limits.ts';

/** One request of a producer. Its numbers begin at 0 in each epoch. */
export interface ProducerRequest {
  readonly id: string;
  /** A producer that begins anew takes a greater one. From then on its predecessor is refused. */
  readonly epoch: number;
  readonly sequence: number;
}

/** The last request of a producer that was accepted. */
export interface ProducerState {
  readonly epoch: number;
  readonly sequence: number;
  /** The base of the segment that has taken it. */
  readonly base: number;
}

export type Producers = ReadonlyMap<string, ProducerState>;

export type ProducerRefusal =
  /** The request has been accepted before. */
  | 'repeated'
  /** Another producer has gone on under this id, with a greater epoch. */
  | 'stale-epoch'
  /** A request before this one is missing. */
  | 'producer-gap';

/** Both stay true whatever is accepted later. */
export function repeatedOrStale(
  producers: Producers | undefined,
  { id, epoch, sequence }: ProducerRequest,
): ProducerRefusal | undefined {
  const state = producers?.get(id);
  if (!state || state.epoch < epoch) return undefined;
  if (state.epoch > epoch) return 'stale-epoch';
  return sequence <= state.sequence ? 'repeated' : undefined;
}

/** The number that comes next, where the request is neither repeated nor stale. */
export function expectedSequence(producers: Producers | undefined, request: ProducerRequest): number {
  const state = producers?.get(request.id);
  return state?.epoch === request.epoch ? state.sequence + 1 : 0;
}

/** The requests that a write demands to be next, one at most of each producer. */
export interface RequestsOfProducers {
  /** The one that the write is, */
  readonly producer?: ProducerRequest | undefined;
  /** or those that share it. */
  readonly producers?: readonly ProducerRequest[] | undefined;
}

export function requestsOf({ producer, producers }: RequestsOfProducers): readonly ProducerRequest[] {
  return producers ?? (producer ? [producer] : []);
}

/** The reason against the first of the requests that was accepted before, or is stale. */
export function firstRepeatedOrStale(
  producers: Producers | undefined,
  requests: readonly ProducerRequest[],
): ProducerRefusal | undefined {
  return requests.map((request) => repeatedOrStale(producers, request)).find((refusal) => refusal);
}

export function hasGap(producers: Producers | undefined, requests: readonly ProducerRequest[]): boolean {
  return requests.some((request) => request.sequence !== expectedSequence(producers, request));
}

export function producersAfter(
  producers: Producers | undefined,
  requests: readonly ProducerRequest[],
  base: number,
): Producers {
  const after = new Map(producers);
  for (const { id, epoch, sequence } of requests) after.set(id, { epoch, sequence, base });
  return after;
}

/** What a producer adds to its segment beside its id. */
const STATE_BYTES = 64;

/**
 * The producers that a new segment takes over: those whose last request is in the newest segments, as many as
 * there is room for. A segment itself forgets none, so what it refuses as repeated stays repeated.
 */
export function producersCarried(producers: Producers | undefined): Producers | undefined {
  if (!producers) return undefined;
  let bytes = 0;
  return new Map(
    [...producers].sort(byLastRequest).filter(([id]) => {
      bytes += utf8(id).length + STATE_BYTES;
      return bytes <= PRODUCERS_KEPT_BYTES_MAX;
    }),
  );
}

type Known = readonly [id: string, state: ProducerState];

/** Within one segment all are as old. Then the ids decide, so that every writer decides alike. */
function byLastRequest([idA, a]: Known, [idB, b]: Known): number {
  if (a.base !== b.base) return b.base - a.base;
  return idA < idB ? -1 : 1;
}
