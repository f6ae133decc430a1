// A read of a stream record by record, as the server writes it. Loaded with the first.

import * as z from 'zod/mini';
import type * as api from '../api/streams.ts';
import { elementsOf, membersOf } from '../json-text.ts';
import { isJson } from './append-batch.ts';
import { textOf, utf8 } from './bytes.ts';
import { bytesIn } from './json-value.ts';
import { type Answer, rejected } from './sender.ts';

export const RECORDS_TYPE = 'application/vnd.ordinal.records+json';

const recordShape = { position: z.int(), timeMs: z.int() };
const jsonRecords = z.object({ records: z.array(z.object(recordShape)) });
const otherRecords = z.object({
  records: z.array(
    z.object({ ...recordShape, value: z.optional(z.string()), valueBase64: z.optional(z.string()) }),
  ),
});

/** @param end the type in it is that of the answer */
export function recordsIn(
  { headers, body, status }: Answer,
  end: api.StreamReadEnd,
): api.StreamRecords | api.Unread {
  if (end.contentType !== RECORDS_TYPE) {
    const detail = 'this server does not answer record by record';
    return rejected({ code: 'not-supported', detail, members: {} });
  }
  const contentType = headers.get('ordinal-content-type') ?? '';
  const text = status === 204 ? '{"records":[]}' : textOf(body);
  const records = isJson(contentType) ? jsonRecordsIn(text) : otherRecordsIn(text);
  return { kind: 'records', records, ...end, contentType };
}

/** The value of a JSON record is its source text, as it was appended. */
function jsonRecordsIn(text: string): api.StreamRecord[] {
  const { records } = jsonRecords.parse(JSON.parse(text));
  const sources = elementsOf(membersOf(text).get('records') ?? '');
  return records.map((record, index) => ({
    ...record,
    value: utf8(membersOf(sources[index] ?? '').get('value') ?? ''),
  }));
}

function otherRecordsIn(text: string): api.StreamRecord[] {
  const { records } = otherRecords.parse(JSON.parse(text));
  return records.map(({ value, valueBase64, ...known }) => ({
    ...known,
    value: bytesIn(value, valueBase64),
  }));
}
