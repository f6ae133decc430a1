// The content types of streams.

import type { LogMetadata } from '../log/segment.ts';

export const JSON_TYPE = 'application/json';
export const DEFAULT_TYPE = 'application/octet-stream';

/** The types of most streams, which need no parsing. */
const PLAIN_TYPES: ReadonlySet<string> = new Set([DEFAULT_TYPE, JSON_TYPE, 'text/plain']);
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

/** `text/plain; charset=utf-8` and `Text/Plain` are one type. */
function mediaTypeOf(contentType: string): string {
  return PLAIN_TYPES.has(contentType)
    ? contentType
    : (contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

export function isContentType(text: string): boolean {
  return MEDIA_TYPE.test(mediaTypeOf(text));
}

export function isSameType(one: string, other: string): boolean {
  return mediaTypeOf(one) === mediaTypeOf(other);
}

export function isJson(contentType: string): boolean {
  return mediaTypeOf(contentType) === JSON_TYPE;
}

export function isText(contentType: string): boolean {
  return isJson(contentType) || mediaTypeOf(contentType).startsWith('text/');
}

/** Of a stream, as the metadata of its log say. */
export function typeOf(metadata: LogMetadata | undefined): string {
  return metadata?.contentType ?? DEFAULT_TYPE;
}
