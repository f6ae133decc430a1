// The headers of the streams routes: what requests may say, and what answers tell of a log.

import { isEnd } from '../../log/log.ts';
import type { Appended, Records } from '../../log/results.ts';
import type { LogMetadata } from '../../log/segment.ts';
import { offsetOf, positionOf } from './offset.ts';
import { RequestProblem } from './problem.ts';

export const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** What most streams are: these need no parsing. */
const PLAIN_TYPES: ReadonlySet<string> = new Set([DEFAULT_CONTENT_TYPE, 'application/json', 'text/plain']);

// Parts of the Durable Streams protocol that are not built yet. To ignore them would break what they promise.
const NOT_SUPPORTED = [
  'producer-id',
  'producer-epoch',
  'producer-seq',
  'stream-seq',
  'stream-ttl',
  'stream-expires-at',
  'stream-forked-from',
  'stream-fork-offset',
  'stream-fork-sub-offset',
];

/** @throws RequestProblem when the request asks for what this server would have to ignore. */
export function refuseUnsupported(headers: Headers): void {
  const asked = NOT_SUPPORTED.find((name) => headers.has(name));
  if (asked) throw new RequestProblem('not-supported', `the header ${asked} is not supported`);
}

/** `text/plain; charset=utf-8` and `Text/Plain` are one type. */
export function mediaTypeOf(contentType: string): string {
  return PLAIN_TYPES.has(contentType)
    ? contentType
    : (contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

export function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && mediaTypeOf(contentType) === 'application/json';
}

/** @throws RequestProblem for a type that cannot be one. */
export function contentTypeIn(headers: Headers): string | undefined {
  const type = headers.get('content-type') ?? undefined;
  if (type === undefined || PLAIN_TYPES.has(type)) return type;
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(mediaTypeOf(type))) {
    throw new RequestProblem('invalid-request', 'the content type is none');
  }
  return type;
}

export function closesStream(headers: Headers): boolean {
  return headers.get('stream-closed')?.toLowerCase() === 'true';
}

/** The tail that a compare-and-append expects: `If-Match: "<offset>"`. @throws RequestProblem */
export function expectedTailIn(headers: Headers): number | undefined {
  const header = headers.get('if-match');
  if (header === null) return undefined;
  const position = positionOf(/^"([^"]*)"$/.exec(header.trim())?.[1] ?? '');
  if (position === undefined) {
    throw new RequestProblem('invalid-request', 'If-Match must be one offset of this server, in quotes');
  }
  return position;
}

/** What HEAD, PUT and POST tell of the end of a log. */
export function endHeaders(tail: number, metadata: LogMetadata | undefined): Record<string, string> {
  return {
    'stream-next-offset': offsetOf(tail),
    ...(metadata?.ended === 'sealed' ? { 'stream-closed': 'true' } : {}),
  };
}

/** And of what was just appended. */
export function appendHeaders({ first, last, metadata }: Appended): Record<string, string> {
  return {
    'ordinal-first-position': String(first),
    'ordinal-last-position': String(last),
    ...endHeaders(last, metadata),
  };
}

/** What a read tells of where it ended. */
export function readHeaders(result: Records): Record<string, string> {
  return {
    'content-type': result.metadata.contentType ?? DEFAULT_CONTENT_TYPE,
    'stream-next-offset': offsetOf(result.cursor.after),
    ...(result.upToDate ? { 'stream-up-to-date': 'true' } : {}),
    ...(isEnd(result) ? { 'stream-closed': 'true' } : {}),
  };
}

/** Changes with what was read, and when the stream is closed. */
export function etagOf(from: number, result: Records): string {
  return `"${from}:${result.cursor.after}${isEnd(result) ? ':closed' : ''}"`;
}

const CURSOR_EPOCH_MS = Date.UTC(2024, 9, 9);
const CURSOR_INTERVAL_MS = 20_000;

/** Makes the URLs of one live reader differ from one wait to the next, so that no cache answers an old one. */
export function liveCursor(asked: string | undefined, nowMs: number): string {
  const current = Math.floor((nowMs - CURSOR_EPOCH_MS) / CURSOR_INTERVAL_MS);
  const last = Number(/^\d{1,15}$/.exec(asked ?? '')?.[0] ?? -1);
  return String(last >= current ? last + 1 : current);
}
