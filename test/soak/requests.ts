// Sends one request, and says what its answer means: a broken request has an unknown outcome.

import type { Outcome } from './chapter.ts';

/** A stopped server answers late or never. The client goes on with another one. */
const REQUEST_TIMEOUT_MS = 4000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** `refused`: no server listens, so nothing was sent. `broken`: the request may have arrived. */
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

/**
 * The meaning of an answer that the caller does not handle. @throws Error for an answer that no server may
 * give
 */
export function otherwise(answered: Answered): Outcome {
  if (answered === 'refused') return 'nothing';
  if (answered === 'broken') return 'unknown';
  const { status, headers, body } = answered;
  const code = headers.get('ordinal-code');
  if (code === 'outcome-unknown') return 'unknown';
  if (code === 'unavailable' || code === 'position-not-reached') return 'nothing';
  throw new Error(`an answer ${status} that nobody expects: ${code} ${JSON.stringify(body)}`);
}
