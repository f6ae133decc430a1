// Creates and describes streams. Loaded with the first request for it: most requests append and read.

import type { Context } from 'hono';
import type { StreamDescription, StreamExpiry, StreamRetention } from '../../api/streams.ts';
import { DEFAULT_TYPE } from '../../streams/content-type.ts';
import type { Stream } from '../../streams/stream.ts';
import { answer } from './answer.ts';
import { readBytes } from './body.ts';
import type { Environment } from './permission.ts';
import { RequestProblem } from './problem.ts';
import { take } from './quota.ts';
import { changed } from './stream-answers.ts';
import {
  appendHeaders,
  closesStream,
  earliestHeaders,
  endHeaders,
  numberIn,
  refuseFencingToken,
} from './stream-headers.ts';

export async function createStream(c: Context<Environment>, stream: Stream): Promise<Response> {
  const { headers } = c.req.raw;
  refuseFencingToken(headers);
  const asked = headers.get('content-type') ?? DEFAULT_TYPE;
  const close = closesStream(headers);
  const expiry = expiryIn(headers);
  const retention = retentionIn(headers);
  const body = await readBytes(c.req.raw);
  const { quotas, principal } = c.env;
  if (quotas) take(quotas, principal, 'streams', 1);
  const result = await stream.create({ contentType: asked, body, close, expiry, retention });
  // What is there already was not created.
  if (result.kind !== 'created' && result.kind !== 'failed') quotas?.charge(principal, 'streams', -1);
  switch (result.kind) {
    case 'created': {
      const { contentType, first, tail } = result;
      const { origin, pathname } = new URL(c.req.url);
      const told = first > tail ? endHeaders(result) : appendHeaders(first, result);
      const location = origin + pathname;
      return answer(201, { location, 'content-type': contentType, ...configurationHeaders(result), ...told });
    }
    case 'exists':
      return answer(200, {
        'content-type': result.contentType,
        ...configurationHeaders(result),
        ...endHeaders(result),
      });
    default:
      return changed(result);
  }
}

export async function describeStream(stream: Stream): Promise<Response> {
  const result = await stream.describe();
  if (result.kind !== 'stream') return changed(result);
  return answer(200, {
    'content-type': result.contentType,
    'cache-control': 'no-store',
    ...earliestHeaders(result.earliest),
    ...configurationHeaders(result),
    ...endHeaders(result),
  });
}

/** When a stream that is created expires. @throws RequestProblem */
function expiryIn(headers: Headers): StreamExpiry | undefined {
  const [ttl, time] = [headers.get('stream-ttl'), headers.get('stream-expires-at')];
  if (ttl !== null && time !== null) {
    throw new RequestProblem('invalid-request', 'Stream-TTL and Stream-Expires-At exclude each other');
  }
  if (time !== null) return { atMs: timeIn(time) };
  if (ttl === null) return undefined;
  if (!/^(?:0|[1-9]\d{0,15})$/.test(ttl)) {
    throw new RequestProblem('invalid-request', 'Stream-TTL must be a whole number of seconds');
  }
  return { ttlSeconds: Number(ttl) };
}

/** As in RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** @throws RequestProblem */
function timeIn(text: string): number {
  const atMs = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isSafeInteger(atMs) || atMs < 0) {
    throw new RequestProblem('invalid-request', 'Stream-Expires-At must be a time as in RFC 3339');
  }
  return atMs;
}

const RETENTION_AGE = 'ordinal-retention-seconds';
const RETENTION_BYTES = 'ordinal-retention-bytes';

/** How much of a stream that is created is kept. @throws RequestProblem */
function retentionIn(headers: Headers): StreamRetention | undefined {
  const [age, bytes] = [headers.get(RETENTION_AGE), headers.get(RETENTION_BYTES)];
  if (age === null && bytes === null) return undefined;
  return {
    ...(age === null ? {} : { ageSeconds: numberIn('Ordinal-Retention-Seconds', age) }),
    ...(bytes === null ? {} : { bytes: numberIn('Ordinal-Retention-Bytes', bytes) }),
  };
}

/** The headers about when a stream expires, and how much of it is kept. */
function configurationHeaders({
  expiry,
  retention,
}: Pick<StreamDescription, 'expiry' | 'retention'>): Record<string, string> {
  const { ageSeconds, bytes } = retention ?? {};
  return {
    ...(ageSeconds === undefined ? {} : { [RETENTION_AGE]: String(ageSeconds) }),
    ...(bytes === undefined ? {} : { [RETENTION_BYTES]: String(bytes) }),
    ...expiryHeaders(expiry),
  };
}

function expiryHeaders(expiry: StreamExpiry | undefined): Record<string, string> {
  if (!expiry) return {};
  if ('ttlSeconds' in expiry) return { 'stream-ttl': String(expiry.ttlSeconds) };
  return { 'stream-expires-at': new Date(expiry.atMs).toISOString() };
}
