// The pages of a stream, and the records in them.

import type { Stream, StreamData } from '../api/streams.ts';
import { type CommandFailure, looked, notFound } from './failure.ts';

/** @throws CommandFailure */
export async function pageOf(path: string, stream: Stream, after: number, wait = false): Promise<StreamData> {
  const result = looked(await stream.read(after, { wait }));
  switch (result.kind) {
    case 'data':
      return result;
    case 'missing':
      throw noStream(path);
    case 'trimmed':
      throw notFound('offset-gone', `${path} begins at ${result.earliest}: what was before is gone`, {
        earliest: result.earliest,
      });
    case 'beyond-tail':
      throw notFound('offset-beyond-tail', `${path} ends at ${result.tail}`);
  }
}

export function noStream(path: string): CommandFailure {
  return notFound('stream-not-found', `there is no stream ${path}`);
}

/** Line breaks in JSON text are white space: within a string they are escaped. */
export function onOneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/\s*[\r\n]\s*/g, ' ') : text;
}
