// The pages of a stream, and the records in them.

import type { ReadStreamOptions, Stream, StreamData, StreamRecords, Unread } from '../api/streams.ts';
import { type CommandFailure, looked, notFound } from './failure.ts';

/** @throws CommandFailure */
export async function pageOf(
  path: string,
  stream: Stream,
  after: number,
  options: ReadStreamOptions = {},
): Promise<StreamData> {
  return found(path, await stream.read(after, options));
}

/** The same, record by record. @throws CommandFailure */
export async function recordsOf(
  path: string,
  stream: Stream,
  after: number,
  options: ReadStreamOptions,
): Promise<StreamRecords> {
  return found(path, await stream.readRecords(after, options));
}

function found<T extends StreamData | StreamRecords>(path: string, read: T | Unread): T {
  const result = looked(read);
  switch (result.kind) {
    case 'missing':
      throw noStream(path);
    case 'trimmed':
      throw notFound('offset-gone', `${path} begins at ${result.earliest}: what was before is gone`, {
        earliest: result.earliest,
      });
    case 'beyond-tail':
      throw notFound('offset-beyond-tail', `${path} ends at ${result.tail}`);
    default:
      return result;
  }
}

export function noStream(path: string): CommandFailure {
  return notFound('stream-not-found', `there is no stream ${path}`);
}

/** Line breaks in JSON text are white space: within a string they are escaped. */
export function onOneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/\s*[\r\n]\s*/g, ' ') : text;
}
