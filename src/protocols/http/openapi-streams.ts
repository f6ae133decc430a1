// Streams in the OpenAPI document: the headers of the Durable Streams protocol, and Ordinal's own. It is part
// of every bundle of a function, so it has few words.

import { STREAM_RETENTION_BYTES_MAX, STREAM_TTL_SECONDS_MAX } from '../../limits.ts';
import { pageQuery } from './list-schemas.ts';
import {
  type Answer,
  type Answers,
  header,
  type Json,
  jsonBody,
  operation,
  PROBLEM,
  queryParameters,
} from './openapi-parts.ts';

import { RECORDS_TYPE } from './stream-headers.ts';

const OFFSET_PATTERN = '0{16}_[0-9]{16}';
const TRUE: Json = { const: 'true' };
const INTEGER: Json = { type: 'integer' };
const COUNT: Json = { ...INTEGER, minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

const upTo = (maximum: number): Json => ({ ...INTEGER, minimum: 1, maximum });
const text = (pattern?: string): Json =>
  pattern ? { type: 'string', pattern: `^${pattern}$` } : { type: 'string' };
const OFFSET_TEXT = text(OFFSET_PATTERN);

function parameter(
  where: 'path' | 'query' | 'header',
  name: string,
  schema: Json,
  description: string,
): Json {
  return { name, in: where, required: where === 'path', schema, description };
}

const CLOSED = parameter(
  'header',
  'Stream-Closed',
  text(),
  'true ends the stream; anything else counts as none',
);
const READING = [
  parameter(
    'query',
    'offset',
    text(`(-1|now|${OFFSET_PATTERN})`),
    'An earlier answer, -1 (the start, and the default) or now (the tail). Live reads need it',
  ),
  parameter(
    'query',
    'from-time',
    { type: 'string', format: 'date-time' },
    'Instead of an offset: begin at the first record whose time is not older',
  ),
  parameter(
    'query',
    'live',
    { type: 'string', enum: ['long-poll', 'sse'] },
    'Wait once, or go on as server-sent events',
  ),
  parameter('query', 'cursor', text(), 'The Stream-Cursor of the answer before'),
  parameter(
    'header',
    'Accept',
    text(),
    `With ${RECORDS_TYPE}: record by record, with positions and times; not as events`,
  ),
  parameter('header', 'If-None-Match', text(), 'The ETag of the answer before; not with live'),
];
const IF_MATCH = parameter(
  'header',
  'If-Match',
  text(`"${OFFSET_PATTERN}"`),
  'Appends only if the stream ends there',
);
const FENCING_TOKEN = parameter(
  'header',
  'Ordinal-Fencing-Token',
  COUNT,
  'Refused after a greater one; without one, after any',
);

const ORDERED = [
  parameter('header', 'Stream-Seq', text(), 'Refused unless it is greater than all before it'),
  parameter('header', 'Producer-Id', text(), 'With the two below: a repeated request is appended once'),
  ...['Producer-Epoch', 'Producer-Seq'].map((name) => parameter('header', name, COUNT, 'From 0 on')),
];

const NEXT = { 'Stream-Next-Offset': header('Where to go on', OFFSET_TEXT) };
const END = { ...NEXT, 'Stream-Closed': header('Nothing comes after this', TRUE) };
const APPENDED = {
  'Ordinal-First-Position': header('Of the records appended', INTEGER),
  'Ordinal-Last-Position': header('Of the records appended', INTEGER),
  ...END,
};
const PRODUCED = {
  'Producer-Epoch': header('The last one', INTEGER),
  'Producer-Seq': header('The last one', INTEGER),
};
const REPEATED = { 'Ordinal-Repeated': header('It was carried out before', TRUE) };
const GAP = {
  'Producer-Expected-Seq': header('Comes next', INTEGER),
  'Producer-Received-Seq': header('As asked', INTEGER),
};
const EARLIEST = { 'Ordinal-Earliest-Position': header('The first that can be read', INTEGER) };
const EXPIRY = ['Stream-TTL', 'Stream-Expires-At'] as const;
const RETENTION = ['Ordinal-Retention-Seconds', 'Ordinal-Retention-Bytes'] as const;
const EXPIRES = {
  [EXPIRY[0]]: header('Seconds after the last use'),
  [EXPIRY[1]]: header('A time as in RFC 3339'),
  [RETENTION[0]]: header('Older records may be gone', INTEGER),
  [RETENTION[1]]: header('Records before the last so many bytes may be gone', INTEGER),
};
const READ = {
  ...END,
  'Stream-Up-To-Date': header('There was nothing more', TRUE),
  'Stream-Cursor': header('Of a long-poll'),
  ETag: header('Of a read that is not live'),
  Vary: header('Accept, of a read that is not live'),
  'Ordinal-Content-Type': header('The type of the stream, of a read record by record'),
};

const RECORD: Json = {
  type: 'object',
  properties: {
    position: INTEGER,
    timeMs: { ...INTEGER, description: 'Since 1970, by the clock of the server that has appended it' },
    value: { description: 'Of a JSON stream, the value. Otherwise text, where the bytes are UTF-8' },
    valueBase64: { type: 'string' },
  },
  required: ['position', 'timeMs'],
};
const ONE_BY_ONE: Json = {
  [RECORDS_TYPE]: {
    schema: {
      type: 'object',
      properties: { records: { type: 'array', items: RECORD } },
      required: ['records'],
    },
  },
};

const FORK = [
  parameter('header', 'Stream-Forked-From', text('/v1/stream/.+'), 'Begins with the records of that stream'),
  parameter('header', 'Stream-Fork-Offset', OFFSET_TEXT, 'Up to there; by default, all that it has now'),
  parameter(
    'header',
    'Stream-Fork-Sub-Offset',
    text('(0|[1-9][0-9]*)'),
    'And so many JSON records, or bytes of the next record, behind that',
  ),
];

/** The bytes of one record after the other; in a JSON stream, an array of records. */
const RECORDS: Json = { 'application/json': { schema: {} }, '*/*': { schema: {} } };
const EVENTS: Json = { 'text/event-stream': { schema: text() } };

const CONFLICT: Answer = { ...PROBLEM, headers: END };
const WRITE: Answers = { 400: PROBLEM, 409: CONFLICT, 413: PROBLEM };
const body: Json = { content: RECORDS };

export function streamPath(): Json {
  return {
    parameters: [parameter('path', 'path', { type: 'string', minLength: 1 }, 'May hold slashes')],
    put: operation(
      'createStream',
      'Create a stream, with its first records',
      {
        200: { description: 'It exists with this configuration', headers: { ...END, ...EXPIRES } },
        201: { description: 'Created', headers: { Location: header('Its URL'), ...APPENDED, ...EXPIRES } },
        404: PROBLEM,
        410: PROBLEM,
        ...WRITE,
      },
      {
        parameters: [
          CLOSED,
          parameter('header', EXPIRY[0], text('(0|[1-9][0-9]*)'), 'Over so many seconds after its last use'),
          parameter('header', RETENTION[0], upTo(STREAM_TTL_SECONDS_MAX), 'Keeps records at least so long'),
          parameter('header', RETENTION[1], upTo(STREAM_RETENTION_BYTES_MAX), 'Keeps at least so many'),
          parameter('header', EXPIRY[1], { type: 'string', format: 'date-time' }, 'Over at that time'),
          ...FORK,
        ],
        body,
      },
    ),
    post: operation(
      'appendToStream',
      'Append; a JSON array is one record per element',
      {
        200: { description: 'Appended for a producer', headers: { ...APPENDED, ...PRODUCED } },
        204: {
          description: 'Appended, closed, or repeated',
          headers: { ...APPENDED, ...PRODUCED, ...REPEATED },
        },
        403: { ...CONFLICT, headers: { ...END, ...PRODUCED } },
        404: PROBLEM,
        410: PROBLEM,
        412: CONFLICT,
        ...WRITE,
        409: { ...CONFLICT, headers: { ...END, ...GAP } },
      },
      { parameters: [CLOSED, IF_MATCH, FENCING_TOKEN, ...ORDERED], body },
    ),
    get: read(),
    head: operation('describeStream', 'The tail of a stream', {
      200: { description: 'In the headers', headers: { ...END, ...EARLIEST, ...EXPIRES } },
      400: PROBLEM,
      404: PROBLEM,
      410: PROBLEM,
    }),
    patch: operation(
      'trimStream',
      'Trim a stream: forget the records before a position',
      {
        204: { description: 'Trimmed', headers: EARLIEST },
        400: PROBLEM,
        404: PROBLEM,
        409: CONFLICT,
        413: PROBLEM,
      },
      { body: jsonBody('Trimming') },
    ),
    delete: operation('deleteStream', 'Delete a stream', {
      204: { description: 'Deleted' },
      400: PROBLEM,
      404: PROBLEM,
      409: CONFLICT,
      410: PROBLEM,
    }),
  };
}

export function streamList(): Json {
  return {
    get: operation(
      'listStreams',
      'The streams that exist',
      { 200: { description: 'A page', schema: 'StreamPage' }, 400: PROBLEM },
      { parameters: queryParameters(pageQuery) },
    ),
  };
}

function read(): Json {
  const encoding = { 'Stream-SSE-Data-Encoding': header('Of events with bytes', { const: 'base64' }) };
  return operation(
    'readStream',
    'Read, and follow',
    {
      200: {
        description: 'Records; as events, a control event after each data event',
        headers: { ...READ, ...encoding },
        content: { ...RECORDS, ...ONE_BY_ONE, ...EVENTS },
      },
      204: { description: 'Nothing new so far', headers: READ },
      304: { description: 'Nothing new', headers: READ },
      400: PROBLEM,
      404: PROBLEM,
      410: { ...PROBLEM, headers: { ...NEXT, ...EARLIEST } },
      416: { ...PROBLEM, headers: NEXT },
    },
    { parameters: READING },
  );
}
