// Streams in the OpenAPI document: what the Durable Streams protocol says in headers, and what Ordinal adds.

import * as z from 'zod';
import {
  type Answer,
  type Answers,
  header,
  type Json,
  operation,
  PROBLEM,
  parameter,
} from './openapi-parts.ts';

const OFFSET_PATTERN = '0{16}_[0-9]{16}';
const OFFSET_SCHEMA: Json = { type: 'string', pattern: `^${OFFSET_PATTERN}$` };

const offset = z
  .string()
  .regex(new RegExp(`^(-1|now|${OFFSET_PATTERN})$`))
  .optional()
  .meta({
    description:
      'Read what comes after it: an offset of an earlier answer, -1 for the start (the default), or now for the tail. Needed with ' +
      'live; at most one',
  });
const live = z.enum(['long-poll', 'sse']).optional().meta({
  description: 'long-poll: wait for something new, up to 20 seconds. sse: go on as server-sent events',
});
const cursor = z.string().optional().meta({
  description: 'Stream-Cursor of the answer before, so that no cache answers a live read with an old one',
});
const ifMatch = z
  .string()
  .regex(new RegExp(`^"${OFFSET_PATTERN}"$`))
  .optional()
  .meta({ description: 'Append only if the stream still ends at this offset, which stands in quotes' });
const ifNoneMatch = z.string().optional().meta({
  description:
    'The ETag of an earlier answer; 304 when nothing has changed. Not with live, nor with offset=now',
});
const closed = z.string().optional().meta({
  description: 'true, in any case: the stream ends with this request. Any other value counts as none',
});

const NEXT_OFFSET = { 'Stream-Next-Offset': header('Where to read on', OFFSET_SCHEMA) };
const CLOSED = {
  'Stream-Closed': header('true: the stream is closed, and nothing comes after this', { const: 'true' }),
};
const END = { ...NEXT_OFFSET, ...CLOSED };
const APPENDED = {
  'Ordinal-First-Position': header('The position of the first record that was appended', { type: 'integer' }),
  'Ordinal-Last-Position': header('And of the last one', { type: 'integer' }),
  ...END,
};
const READ = {
  ...END,
  'Stream-Up-To-Date': header('true: there was nothing more at that moment', { const: 'true' }),
  'Stream-Cursor': header('For the next live read; only of a long-poll'),
  ETag: header('Of what was read; not of a live read, nor of offset=now'),
};

/** Any bytes, and the JSON that most streams are made of. */
const RECORDS: Json = {
  'application/json': {
    schema: {
      description: 'Appended: one record per element of an array, or one. Read: an array of records',
    },
  },
  '*/*': { schema: { description: 'The bytes of the records, one after the other' } },
};
const EVENTS: Json = {
  'text/event-stream': {
    schema: {
      type: 'string',
      description:
        'Events data (the records; base64 where Stream-SSE-Data-Encoding says so), each with an event control after it: JSON with ' +
        'streamNextOffset, streamCursor, upToDate and streamClosed',
    },
  },
};

const CONFLICT: Answer = { ...PROBLEM, description: 'The state of the stream forbids it', headers: END };
const INVALID: Answer = { ...PROBLEM, description: 'The request is not valid' };
const MISSING: Answer = { ...PROBLEM, description: 'There is no such stream' };
const TOO_LARGE: Answer = { ...PROBLEM, description: 'The body is larger than 262,144 bytes' };
const WRITE: Answers = { 400: INVALID, 409: CONFLICT, 413: TOO_LARGE };

const body: Json = { content: RECORDS };

export function streamPath(): Json {
  const path = z.string().min(1).meta({ description: 'The name of the stream; may hold slashes' });
  return {
    parameters: [parameter('path', 'path', path)],
    put: create(),
    post: append(),
    get: read(),
    head: operation('describeStream', 'The tail of a stream', {
      200: { description: 'In the headers', headers: END },
      400: { description: INVALID.description },
      404: { description: MISSING.description },
    }),
    delete: operation('deleteStream', 'Delete a stream', {
      204: { description: 'Deleted' },
      400: INVALID,
      404: MISSING,
      409: CONFLICT,
    }),
  };
}

function create(): Json {
  const location = { Location: header('The URL of the stream') };
  return operation(
    'createStream',
    'Create a stream, with its first records if there is a body',
    {
      200: { description: 'It exists with this configuration', headers: END },
      201: { description: 'Created', headers: { ...location, ...APPENDED } },
      ...WRITE,
    },
    { parameters: [parameter('header', 'Stream-Closed', closed)], body },
  );
}

function append(): Json {
  return operation(
    'appendToStream',
    'Append; with application/json an array is one record per element',
    {
      204: { description: 'Appended, or closed', headers: APPENDED },
      404: MISSING,
      412: { ...PROBLEM, description: 'The stream ends at another offset', headers: END },
      ...WRITE,
    },
    {
      parameters: [parameter('header', 'Stream-Closed', closed), parameter('header', 'If-Match', ifMatch)],
      body,
    },
  );
}

function read(): Json {
  return operation(
    'readStream',
    'Read from an offset; live=long-poll waits for more, live=sse goes on as server-sent events',
    {
      200: {
        description: 'Records',
        headers: {
          ...READ,
          'Stream-SSE-Data-Encoding': header('base64, of events with bytes', { const: 'base64' }),
        },
        content: { ...RECORDS, ...EVENTS },
      },
      204: { description: 'Nothing new so far', headers: READ },
      304: { description: 'Not modified', headers: READ },
      400: INVALID,
      404: MISSING,
      410: { ...PROBLEM, description: 'What comes after the offset has been trimmed' },
      416: { ...PROBLEM, description: 'The stream does not reach the offset', headers: NEXT_OFFSET },
    },
    {
      parameters: [
        parameter('query', 'offset', offset),
        parameter('query', 'live', live),
        parameter('query', 'cursor', cursor),
        parameter('header', 'If-None-Match', ifNoneMatch),
      ],
    },
  );
}
