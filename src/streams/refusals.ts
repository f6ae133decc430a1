// What a stream answers where its log refuses. Few requests are refused, so a cold start does not load it.

import type * as api from '../api/streams.ts';
import { assert } from '../assert.ts';
import type { Log } from '../log/log.ts';
import { expectedSequence } from '../log/producers.ts';
import type { Refused } from '../log/results.ts';
import { type LogMetadata, refusalOf, type Segment } from '../log/segment.ts';
import { StoreError } from '../log/store.ts';
import { endOf, MISSING, rejected, TOO_LARGE } from './rejections.ts';

/**
 * What is told of an append before anything about its records: that it was carried out, that its producer's
 * epoch is over, or that the stream is closed. Undefined: none of them. @param end the end of the stream
 */
export async function refusedAnyway(
  end: Segment,
  producer: api.Producer | undefined,
  log: Log,
): Promise<api.Repeated | api.Unchanged | undefined> {
  const reason = refusalOf(end, { entry: undefined, conditions: { producer } });
  if (reason !== 'repeated' && reason !== 'stale-epoch' && reason !== 'sealed') return undefined;
  const { tail, metadata } = end;
  return refusedAppend({ kind: 'refused', reason, tail, metadata }, producer, log);
}

/** The result of an append that was refused. */
export async function refusedAppend(
  refused: Refused,
  producer: api.Producer | undefined,
  log: Log,
): Promise<api.Repeated | api.Unchanged> {
  const told = refusal(refused, producer);
  if (told.kind !== 'repeated' || !producer) return told;
  return { ...told, ...(await positionsOf(refused, producer, log)) };
}

/** Those of a repeated request, where they are known: mostly of a producer's last one. */
async function positionsOf({ metadata }: Refused, producer: api.Producer, log: Log) {
  const state = metadata?.producers?.get(producer.id);
  if (!state) return undefined;
  try {
    return await log.positionsOf(producer, state.base);
  } catch (error) {
    // That it was carried out is known without them.
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

/** The result of an append or a close that was refused. */
export function refusal(refused: Refused, producer: api.Producer | undefined) {
  const { reason, tail, metadata } = refused;
  const end = endOf(tail, metadata);
  if (reason === 'missing') return MISSING;
  if (reason === 'tail-mismatch') return { kind: 'tail-mismatch', ...end } as const;
  const { epoch, sequence } = (producer && metadata?.producers?.get(producer.id)) ?? {
    epoch: 0,
    sequence: 0,
  };
  switch (reason) {
    case 'repeated':
      return { kind: 'repeated', epoch, sequence, ...end } as const;
    case 'stale-epoch': {
      const stale = rejected('producer-stale', `the producer has gone on with the epoch ${epoch}`, end);
      return { ...stale, producer: { epoch } };
    }
    case 'producer-gap':
      return producer ? gap(producer, metadata, end) : rejectedAs(refused);
    default:
      return rejectedAs(refused);
  }
}

/** A higher epoch that does not begin at 0 is a mistake of the producer. Otherwise a request is missing. */
function gap(
  producer: api.Producer,
  metadata: LogMetadata | undefined,
  end: api.StreamEnd,
): api.StreamRejected {
  const known = metadata?.producers?.get(producer.id);
  if (known && known.epoch < producer.epoch)
    return rejected('invalid-request', 'the first request of a new epoch has the number 0', end);
  const expected = expectedSequence(metadata?.producers, producer);
  const message = `the producer's next request has the number ${expected}, and not ${producer.sequence}`;
  return { ...rejected('producer-gap', message, end), producer: { expectedSequence: expected } };
}

export function rejectedAs({ reason, tail, metadata }: Refused): api.StreamRejected {
  const end = endOf(tail, metadata);
  switch (reason) {
    case 'exists':
      return rejected('stream-exists', 'the stream exists', end);
    case 'sealed':
      return rejected('stream-closed', 'the stream is closed', end);
    case 'fenced':
      return rejected(
        'stream-fenced',
        'a writer with a greater fencing token was here, and this one has a smaller token or none',
        end,
      );
    case 'sequence-behind':
      return rejected('sequence-behind', 'a writer has shown this sequence text, or a greater one', end);
    case 'too-large':
      return TOO_LARGE;
    default:
      assert(false, `a refusal as ${reason} where the caller has asked for no such thing`);
  }
}
