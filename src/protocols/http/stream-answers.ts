// The answers to changes of a stream.

import type { AppendResult, CloseResult, DeleteResult, Producer } from '../../api/streams.ts';
import { answer } from './answer.ts';
import { appendHeaders, endHeaders, producerHeaders, repeatedHeaders } from './stream-headers.ts';

export async function changed(
  result: AppendResult | CloseResult | DeleteResult,
  producer?: Producer,
): Promise<Response> {
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
    default: {
      // Most changes are made.
      const { unchanged } = await import('./stream-refusals.ts');
      return unchanged(result, producer);
    }
  }
}
