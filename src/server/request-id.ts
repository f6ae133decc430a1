// The id of a request: the sender's own, or a new one. It is in the answer, in the log and in the trace.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const REQUEST_ID_HEADER = 'x-request-id';

/** What a log can hold as one word. */
const ACCEPTED = /^[\w.:+/=@-]{1,128}$/;

/**
 * Sets the header here, before there is an answer: to set one on a finished answer costs more than the rest
 * of a small request.
 */
export function identify(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const asked = incoming.headers[REQUEST_ID_HEADER];
  const id = typeof asked === 'string' && ACCEPTED.test(asked) ? asked : randomUUID();
  outgoing.setHeader(REQUEST_ID_HEADER, id);
}

export function requestIdOf(outgoing: Pick<ServerResponse, 'getHeader'>): string {
  return String(outgoing.getHeader(REQUEST_ID_HEADER));
}
