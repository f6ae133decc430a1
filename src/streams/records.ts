// The records in the body of a request.

import type { StreamRejected } from '../api/streams.ts';
import { utf8 } from '../encoding/binary.ts';
import { isTooLarge } from '../log/log.ts';
import { isJson, isSameType } from './content-type.ts';
import { jsonRecords } from './json-records.ts';
import { rejected, TOO_LARGE } from './rejections.ts';

export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? utf8(body) : body;
}

export function recordsIn(body: Uint8Array, contentType: string): readonly Uint8Array[] | StreamRejected {
  if (body.length === 0) return [];
  return isJson(contentType) ? jsonRecords(body) : [body];
}

/** The records that an append brings to a stream of the type `there`, or what is wrong with it. */
export function recordsFor(
  there: string,
  body: Uint8Array,
  contentType: string,
): readonly Uint8Array[] | StreamRejected {
  if (!isSameType(there, contentType))
    return rejected('content-type-mismatch', `the stream is ${there}, the append is ${contentType}`);
  const records = recordsIn(body, there);
  if ('kind' in records) return records;
  if (records.length === 0) return rejected('invalid-request', 'an append needs at least one record');
  return isTooLarge(records) ? TOO_LARGE : records;
}
