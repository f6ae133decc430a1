// The answers when no record can be read. Loaded with the first of them: most reads find what they ask for.

import { unreachable } from '../../assert.ts';
import type { PieceResult } from '../../streams/piece.ts';
import { offsetOf } from './offset.ts';
import { problem, problemOfFailure } from './problem.ts';
import { earliestHeaders } from './stream-headers.ts';
import { notFound } from './stream-refusals.ts';

export type Unreadable = Exclude<PieceResult, { kind: 'piece' }>;

export function answerOfUnreadable(result: Unreadable): Response {
  switch (result.kind) {
    case 'missing':
      return notFound(result);
    case 'trimmed':
      return problem('offset-gone', `the stream begins after ${offsetOf(result.first - 1)}`, {
        headers: { ...earliestHeaders(result.first), 'stream-next-offset': offsetOf(result.first - 1) },
        members: restartOf(result.first),
      });
    case 'beyond-tail':
      return problem('offset-beyond-tail', `the stream is at ${offsetOf(result.tail)}`, {
        headers: { 'stream-next-offset': offsetOf(result.tail) },
      });
    case 'failed':
      return problemOfFailure(result);
    default:
      return unreachable(result);
  }
}

/** The event that ends a live reader whose place is gone. A reader that does not know it reconnects. */
export function goneEvent(earliest: number): string {
  return `event: gone\ndata:${JSON.stringify(restartOf(earliest))}\n\n`;
}

function restartOf(earliest: number): { earliest: number; streamNextOffset: string } {
  return { earliest, streamNextOffset: offsetOf(earliest - 1) };
}
