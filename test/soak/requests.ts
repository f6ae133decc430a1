// One request of a client to any server, and what it tells for certain. A request that was broken off has an unknown outcome.

import type { Outcome } from './chapter.ts';

/** A server that stands still answers later, or never: the client goes on with another one. */
const REQUEST_TIMEOUT_MS = 4000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** `refused`: nobody has listened, so nothing was sent. `broken`: it may have arrived. */
export type Answered = Answer | 'refused' | 'broken';

export async function ask(
  url: string,
  method: string,
  options: Omit<RequestInit, 'method'> = {},
): Promise<Answered> {
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await fetch(url, { ...options, method, signal });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED' ? 'refused' : 'broken';
  }
}

/** What is true of every answer other than those that the caller expects. @throws Error for one that no server should give. */
export function otherwise(answered: Answered): Outcome {
  if (answered === 'refused') return 'nothing';
  if (answered === 'broken') return 'unknown';
  const { status, headers, body } = answered;
  const code = headers.get('ordinal-code');
  if (code === 'outcome-unknown') return 'unknown';
  if (code === 'unavailable' || code === 'position-not-reached') return 'nothing';
  throw new Error(`an answer ${status} that nobody expects: ${code} ${JSON.stringify(body)}`);
}
