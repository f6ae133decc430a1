// The records in the body of a request.

import type { StreamRejected } from '../api/streams.ts';
import { utf8 } from '../encoding/binary.ts';
import { isJson } from './content-type.ts';
import { jsonRecords } from './json-records.ts';

export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? utf8(body) : body;
}

export function recordsIn(body: Uint8Array, contentType: string): readonly Uint8Array[] | StreamRejected {
  if (body.length === 0) return [];
  return isJson(contentType) ? jsonRecords(body) : [body];
}
