// Errors as RFC 9457 problem documents: a stable `code`, and whether the request can still have had an
// effect.

import type { Failed, Rejected, RejectionCode } from '../../api/common.ts';
import { assert } from '../../assert.ts';
import { answer } from './answer.ts';

/** Every code and its status. Codes are part of the API: they never change their meaning. */
const STATUS_OF = {
  'malformed-request': 400,
  'invalid-request': 400,
  'not-supported': 400,
  unauthenticated: 401,
  forbidden: 403,
  'no-such-route': 404,
  'name-not-held': 404,
  'stream-not-found': 404,
  'namespace-not-found': 404,
  'key-not-found': 404,
  'lease-not-found': 404,
  'lock-not-held': 404,
  'no-leader': 404,
  'not-candidate': 404,
  'not-member': 404,
  'method-not-allowed': 405,
  'name-taken': 409,
  'name-not-yours': 409,
  'lock-held': 409,
  'holders-mismatch': 409,
  'not-elected': 409,
  'not-leader': 409,
  'sequence-exhausted': 409,
  'stream-exists': 409,
  'stream-held': 409,
  'source-not-found': 404,
  'source-trimmed': 410,
  'too-many-forks': 409,
  'transaction-refused': 409,
  'stream-closed': 409,
  'stream-fenced': 409,
  'sequence-behind': 409,
  'producer-stale': 403,
  'producer-gap': 409,
  'content-type-mismatch': 409,
  'position-not-reached': 409,
  // Not a 5xx: stock clients repeat those by themselves, and the first try may have happened.
  'outcome-unknown': 409,
  'offset-gone': 410,
  'stream-gone': 410,
  gone: 410,
  'tail-mismatch': 412,
  'condition-failed': 412,
  'too-large': 413,
  'offset-beyond-tail': 416,
  'idempotency-key-reused': 422,
  'quota-exceeded': 429,
  internal: 500,
  'namespace-stopped': 500,
  'log-unreadable': 500,
  unavailable: 503,
} as const satisfies Record<RejectionCode, number> & Record<string, number>;

export type ProblemCode = keyof typeof STATUS_OF;

/** The request may have had an effect. All other codes say that nothing happened. */
const INDEFINITE: ReadonlySet<string> = new Set<ProblemCode>(['outcome-unknown', 'internal']);

export function isDefinite(code: string): boolean {
  return !INDEFINITE.has(code);
}

export const PROBLEM_CODES = Object.keys(STATUS_OF) as ProblemCode[];

export interface ProblemExtras {
  /** Response headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** The header that repeats the code, for answers to HEAD and for logs. */
export const CODE_HEADER = 'ordinal-code';

const RETRY_AFTER_SECONDS = '1';

export function problem(code: ProblemCode, detail: string, extras: ProblemExtras = {}): Response {
  const status = STATUS_OF[code];
  const document = {
    type: `urn:ordinal:problem:${code}`,
    title: code.replaceAll('-', ' '),
    status,
    detail,
    code,
    definite: isDefinite(code),
    ...extras.members,
  };
  return answer(
    status,
    {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      [CODE_HEADER]: code,
      ...(status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
      ...extras.headers,
    },
    JSON.stringify(document),
  );
}

/** Thrown where a request turns out to be invalid while it is read. The app answers with it. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.code = code;
    this.extras = extras;
  }
}

export function problemOfRejection(
  { code, message }: Rejected,
  headers: ProblemExtras['headers'] = {},
): Response {
  assert(isProblemCode(code), `a code without a status: ${code}`);
  return problem(code, message, { headers });
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(STATUS_OF, code);
}

export function problemOfFailure({ definite, message }: Omit<Failed, 'kind'>): Response {
  return definite ? problem('unavailable', message) : problem('outcome-unknown', message);
}
