// What a stream answers where nothing is appended. `refusals.ts` has what its log refuses.

import type { Failed, RejectionCode } from '../api/common.ts';
import type * as api from '../api/streams.ts';
import type { TailResult } from '../log/reader.ts';
import type { Ended } from '../log/results.ts';
import type { LogMetadata } from '../log/segment.ts';

export const MISSING = { kind: 'missing' } as const;

/** A stream that has been looked for. What is there by now need not be missing any more. */
export function missingAt(look: Ended | TailResult): api.Missing {
  return look.kind === 'missing' && look.held ? { kind: 'missing', held: true } : MISSING;
}

export function rejected(code: RejectionCode, message: string, end?: api.StreamEnd): api.StreamRejected {
  return { kind: 'rejected', code, message, ...(end ? { end } : {}) };
}

export const TOO_LARGE = rejected('too-large', 'too many bytes or records for one append');
export const NO_CONTENT_TYPE = rejected('invalid-request', 'the content type is none');
export const HELD = rejected('stream-held', 'the stream was deleted, and has forks that still exist');

export function endOf(tail: number, metadata: LogMetadata | undefined): api.StreamEnd {
  return { tail, closed: metadata?.ended === 'sealed' };
}

export function failed({ definite, message }: Pick<Failed, 'definite' | 'message'>): Failed {
  return { kind: 'failed', definite, message };
}
