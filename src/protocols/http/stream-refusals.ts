// The answers to changes of a stream that were not made. Loaded with the first of them.

import type { Missing, Producer, StreamRejected, Unchanged } from '../../api/streams.ts';
import { unreachable } from '../../assert.ts';
import { offsetOf } from './offset.ts';
import { problem, problemOfFailure, problemOfRejection } from './problem.ts';
import { endHeaders } from './stream-headers.ts';

export function unchanged(result: Unchanged, producer: Producer | undefined): Response {
  switch (result.kind) {
    case 'tail-mismatch':
      return problem('tail-mismatch', `the stream is at ${offsetOf(result.tail)}`, {
        headers: endHeaders(result),
      });
    case 'missing':
      return notFound(result);
    case 'rejected':
      return problemOfRejection(result, rejectionHeaders(result, producer));
    case 'failed':
      return problemOfFailure(result);
    default:
      return unreachable(result);
  }
}

export function notFound({ held }: Missing): Response {
  if (held) return problem('stream-gone', 'the stream was deleted, and has forks that still exist');
  return problem('stream-not-found', 'there is no such stream');
}

/** The headers of a rejection about the end of the stream, and about its producer. */
function rejectionHeaders(
  { end, producer }: StreamRejected,
  asked: Producer | undefined,
): Record<string, string> {
  const { epoch, expectedSequence } = producer ?? {};
  return {
    ...(end ? endHeaders(end) : {}),
    ...(epoch === undefined ? {} : { 'producer-epoch': String(epoch) }),
    ...(expectedSequence === undefined
      ? {}
      : {
          'producer-expected-seq': String(expectedSequence),
          'producer-received-seq': String(asked?.sequence),
        }),
  };
}
