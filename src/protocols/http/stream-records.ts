// A piece of a stream record by record, in JSON. Loaded with the first that is asked for.

import type { LogRecord } from '../../log/results.ts';
import { isJson } from '../../streams/content-type.ts';
import type { Piece } from '../../streams/piece.ts';
import { valueJson } from './json-value.ts';
import { etagOf, type PieceContent, RECORDS_TYPE, readHeaders } from './stream-headers.ts';

export function recordsContent(piece: Piece): PieceContent {
  const { contentType } = piece.data;
  const memberOf = isJson(contentType) ? valueAsItIs : valueMember;
  return {
    // Another form is another representation.
    etag: etagOf(piece).replace(/"$/, ':records"'),
    headers: {
      ...readHeaders(piece.data),
      'content-type': RECORDS_TYPE,
      'ordinal-content-type': contentType,
    },
    body: () => `{"records":[${piece.records.map((record) => recordText(record, memberOf(record))).join()}]}`,
  };
}

function recordText({ position, timeMs }: LogRecord, member: string): string {
  return `{"position":${position},"timeMs":${timeMs},${member}}`;
}

/** The text of a JSON value is not changed: another program may hold larger numbers. */
function valueAsItIs({ data }: LogRecord): string {
  return `"value":${Buffer.from(data).toString('utf8')}`;
}

function valueMember({ data }: LogRecord): string {
  return JSON.stringify(valueJson(data)).slice(1, -1);
}
