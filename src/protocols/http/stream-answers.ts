// The answers to changes of a stream.

import type { AppendResult, CloseResult, DeleteResult, Producer } from '../../api/streams.ts';
import { unreachable } from '../../assert.ts';
import { answer } from './answer.ts';
import { offsetOf } from './offset.ts';
import { problem, problemOfFailure, problemOfRejection } from './problem.ts';
import {
  appendHeaders,
  endHeaders,
  producerHeaders,
  rejectionHeaders,
  repeatedHeaders,
} from './stream-headers.ts';

export function changed(result: AppendResult | CloseResult | DeleteResult, producer?: Producer): Response {
  const told = producer ? producerHeaders(producer) : {};
  switch (result.kind) {
    case 'appended':
      return answer(producer ? 200 : 204, {
        ...told,
        ...appendHeaders(result.first, { tail: result.last, closed: result.closed }),
      });
    case 'repeated':
      return answer(204, repeatedHeaders(result));
    case 'closed':
      return answer(204, { ...told, ...endHeaders(result) });
    case 'deleted':
      return answer(204, {});
    case 'tail-mismatch':
      return problem('tail-mismatch', `the stream is at ${offsetOf(result.tail)}`, {
        headers: endHeaders(result),
      });
    case 'missing':
      return notFound();
    case 'rejected':
      return problemOfRejection(result, rejectionHeaders(result, producer));
    case 'failed':
      return problemOfFailure(result);
    default:
      return unreachable(result);
  }
}

export function notFound(): Response {
  return problem('stream-not-found', 'there is no such stream');
}
