// Quotas of the senders of requests. They count after admission, because only then the sender is known, and
// before a route does anything.

import type { Principal } from '../../access/principal.ts';
import type { Quota, Quotas } from '../../access/quotas.ts';
import { RequestProblem } from './problem.ts';

/** Health checks and metrics are for operators, who need them most when there is too much to do. */
const COUNTED_PATHS = '/v1/';

const WHAT: Record<Quota, string> = { requests: 'requests', bytes: 'bytes', streams: 'new streams' };

/** Counts a request and its body. The request to go on with. @throws RequestProblem */
export function counted(quotas: Quotas, principal: Principal, request: Request, path: string): Request {
  if (!path.startsWith(COUNTED_PATHS)) return request;
  take(quotas, principal, 'requests', 1);
  if (!quotas.has('bytes')) return request;
  const length = request.headers.get('content-length');
  if (length === null) return countedWhileRead(quotas, principal, request);
  take(quotas, principal, 'bytes', Number(length) || 0);
  return request;
}

/** @throws RequestProblem */
export function take(quotas: Quotas, principal: Principal, quota: Quota, amount: number): void {
  const waitSeconds = quotas.take(principal, quota, amount);
  if (waitSeconds === undefined) return;
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitSeconds))) };
  throw new RequestProblem('quota-exceeded', `the sender has sent too many ${WHAT[quota]} of late`, {
    headers,
  });
}

/** A body of unknown length has no price yet. Its sender pays afterwards, and the next one waits. */
function countedWhileRead(quotas: Quotas, principal: Principal, request: Request): Request {
  if (request.body === null) return request;
  take(quotas, principal, 'bytes', 1);
  const body = request.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        quotas.charge(principal, 'bytes', chunk.length);
        controller.enqueue(chunk);
      },
    }),
  );
  // Node demands `duplex` for a body that is a stream.
  const init = {
    method: request.method,
    headers: request.headers,
    body,
    signal: request.signal,
    duplex: 'half' as const,
  };
  return new Request(request.url, init);
}
