// Times in requests.

import { RequestProblem } from './problem.ts';

/** As in RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** In milliseconds since 1970. @throws RequestProblem */
export function timeIn(name: string, text: string): number {
  const atMs = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isSafeInteger(atMs) || atMs < 0) {
    throw new RequestProblem('invalid-request', `${name} must be a time as in RFC 3339`);
  }
  return atMs;
}
