// Pages of other sites that may use this server (cross-origin resource sharing, as in the Fetch standard).
// By default none may.

import { answer } from './answer.ts';
import type { Handle } from './request-log.ts';

export interface Sharing {
  /** The pages of these are as good as the server's own. */
  readonly trustedOrigins: readonly string[];
  around(handle: Handle): Handle;
}

/** Origins such as `https://app.example`, or `*` for every one. */
type AllowedOrigins = '*' | readonly string[];

const METHODS = 'GET, HEAD, PUT, POST, PATCH, DELETE';
/** A wildcard would leave out `Authorization`. */
const REQUEST_HEADERS = [
  ...['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'last-event-id'],
  ...['ordinal-fencing-token', 'ordinal-retention-bytes', 'ordinal-retention-seconds'],
  ...['producer-epoch', 'producer-id', 'producer-seq', 'stream-closed'],
  ...['stream-expires-at', 'stream-fork-offset', 'stream-fork-sub-offset', 'stream-forked-from'],
  ...['stream-seq', 'stream-ttl', 'traceparent'],
].join(', ');
/** Browsers keep it for two hours at most. */
const MAX_AGE_SECONDS = '7200';

/** An asterisk lets every page ask, and trusts none: each needs credentials. */
export function sharingWith(allowed: AllowedOrigins): Sharing {
  return {
    trustedOrigins: allowed === '*' ? [] : allowed,
    around: (handle) => async (request, requestId) => {
      const response = preflightAnswer(request, allowed) ?? (await handle(request, requestId));
      const origin = allowedOrigin(request, allowed);
      return origin === undefined ? response : shareWith(response, origin, allowed);
    },
  };
}

/** The origin of the request if its pages are allowed here. */
function allowedOrigin(request: Request, allowed: AllowedOrigins): string | undefined {
  const origin = request.headers.get('origin');
  if (origin === null) return undefined;
  return allowed === '*' || allowed.includes(origin) ? origin : undefined;
}

/** The answer to the question that a browser asks before a request, and without credentials. */
function preflightAnswer(request: Request, allowed: AllowedOrigins): Response | undefined {
  const asks = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
  if (!asks || allowedOrigin(request, allowed) === undefined) return undefined;
  return answer(204, {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': MAX_AGE_SECONDS,
  });
}

/** Lets the page read the answer, and all of its headers. */
function shareWith(response: Response, origin: string, allowed: AllowedOrigins): Response {
  response.headers.set('access-control-allow-origin', allowed === '*' ? '*' : origin);
  response.headers.set('access-control-expose-headers', '*');
  if (allowed !== '*') response.headers.append('vary', 'origin');
  return response;
}
