// `fetch` with errors that say what went wrong. A connection that was never made has carried nothing.

import { NotSentError, type Transport } from '../client/transport.ts';

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

/**
 * A server that could not be reached at all is most likely not there, and whoever typed the command wants to
 * know at once. One that was there is likely to come back, and is tried as long as the client tries.
 */
export function reachingTransport(send: Transport = fetch): Transport {
  let wasReached = false;
  return async (request) => {
    try {
      const response = await send(request);
      wasReached = true;
      return response;
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      const code = reason instanceof Error && 'code' in reason ? String(reason.code) : '';
      if (!NEVER_SENT.has(code)) throw reason instanceof Error ? reason : cause;
      const message = `cannot reach ${new URL(request.url).origin}: ${code}`;
      throw new NotSentError(message, { retryable: wasReached, cause });
    }
  };
}
