// Keys, transactions and watches in the OpenAPI document.

import * as z from 'zod/mini';
import { keyListQuery, keyQuery, lastEventId, putQuery, watchQuery } from './key-schemas.ts';
import { historyQuery } from './list-schemas.ts';
import {
  type Answers,
  header,
  type Json,
  jsonBody,
  operation,
  POSITION,
  POSITIONED,
  POSITIONED_PROBLEM,
  PROBLEM,
  parameter,
  queryParameters,
  REFUSED_CHANGE,
} from './openapi-parts.ts';
import { requestId } from './schemas.ts';

const ETAG_HEADER = { ETag: header('The position of the last change, in quotes') };
const IF_MATCH = parameter('header', 'If-Match', z.optional(z.string().check(z.regex(/^"\d{1,16}"$/))));
const IF_NONE_MATCH = parameter('header', 'If-None-Match', z.optional(z.string()));
const IF_ABSENT = parameter('header', 'If-None-Match', z.optional(z.string().check(z.regex(/^\*$/))));
const IDEMPOTENCY_KEY = parameter('header', 'Idempotency-Key', requestId);
const BYTES: Json = { '*/*': { schema: {} } };
const KNOWN = {
  ...POSITIONED,
  ...ETAG_HEADER,
  'Ordinal-Version': header('One more with each change', { type: 'integer' }),
  'Ordinal-Created': POSITION,
  'Ordinal-Lease': header('The lease that the key goes with, percent-encoded'),
};
const READ: Answers = {
  400: PROBLEM,
  404: POSITIONED_PROBLEM,
  409: POSITIONED_PROBLEM,
  410: POSITIONED_PROBLEM,
};
const CHANGED = { schema: 'KeyEntry', headers: { ...POSITIONED, ...ETAG_HEADER } } as const;
const REFUSED: Answers = { 404: POSITIONED_PROBLEM, 412: POSITIONED_PROBLEM, ...REFUSED_CHANGE };

export function keyPaths(prefix: string, shared: readonly Json[], tag: string): Json {
  return {
    [`${prefix}/keys`]: {
      parameters: shared,
      get: operation(
        `listKeys${tag}`,
        'Keys in the order of their bytes',
        { ...READ, 200: { description: 'A page', schema: 'KeyPage', headers: POSITIONED } },
        { parameters: queryParameters(keyListQuery) },
      ),
    },
    [`${prefix}/watch`]: {
      parameters: shared,
      get: operation(
        `watchKeys${tag}`,
        'Changes of keys, in order and once: as server-sent events with Accept: text/event-stream, or in pages',
        {
          200: {
            description: 'Changes as soon as there are any, or none when the time is over',
            headers: POSITIONED,
            content: {
              'application/json': { schema: CHANGES },
              'text/event-stream': { schema: { type: 'string' } },
            },
          },
          400: PROBLEM,
          410: POSITIONED_PROBLEM,
        },
        { parameters: [...queryParameters(watchQuery), parameter('header', 'Last-Event-ID', lastEventId)] },
      ),
    },
    [`${prefix}/history`]: {
      parameters: shared,
      get: operation(
        `readHistory${tag}`,
        'The commands of the log, each with what it decided, also those that changed nothing',
        { ...READ, 200: { description: 'A page', schema: 'HistoryPage', headers: POSITIONED } },
        { parameters: queryParameters(historyQuery) },
      ),
    },
    [`${prefix}/transactions`]: {
      parameters: shared,
      post: operation(
        `transact${tag}`,
        'If all checks hold, one branch of operations, else the other: all of it or nothing',
        {
          200: { description: 'Done', schema: 'TransactionDone', headers: POSITIONED },
          404: POSITIONED_PROBLEM,
          ...REFUSED_CHANGE,
        },
        { parameters: [IDEMPOTENCY_KEY], body: jsonBody('Transaction') },
      ),
    },
    [`${prefix}/keys/{key}`]: {
      parameters: [...shared, parameter('path', 'key', z.string().check(z.minLength(1)))],
      put: operation(
        `putKey${tag}`,
        'Create or change a key',
        {
          200: { description: 'Changed', ...CHANGED },
          201: { description: 'Created', ...CHANGED },
          ...REFUSED,
        },
        {
          parameters: [...queryParameters(putQuery), IF_MATCH, IF_ABSENT, IDEMPOTENCY_KEY],
          body: { content: BYTES },
        },
      ),
      get: operation(
        `getKey${tag}`,
        'The value of a key; all that is known of it with Accept: application/json',
        {
          200: { description: 'The key', headers: KNOWN, content: { ...BYTES, ...ENTRY } },
          304: { description: 'Not changed', headers: KNOWN },
          ...READ,
        },
        { parameters: [...queryParameters(keyQuery), IF_NONE_MATCH] },
      ),
      delete: operation(
        `deleteKey${tag}`,
        'Delete a key',
        { 204: { description: 'Deleted', headers: POSITIONED }, ...REFUSED },
        { parameters: [IF_MATCH, IDEMPOTENCY_KEY] },
      ),
    },
  };
}

const CHANGES: Json = { $ref: '#/components/schemas/ChangePage' };
const ENTRY: Json = { 'application/json': { schema: { $ref: '#/components/schemas/KeyEntry' } } };
