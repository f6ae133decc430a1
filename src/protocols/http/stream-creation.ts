// Creates, describes and deletes streams. Loaded with the first request for it: most requests append and
// read.

import type { Context } from 'hono';
import type {
  CreateOptions,
  ForkOptions,
  StreamDescription,
  StreamExpiry,
  StreamRetention,
} from '../../api/streams.ts';
import { isStreamPath } from '../../resource-names.ts';
import { DEFAULT_TYPE } from '../../streams/content-type.ts';
import type { Stream } from '../../streams/stream.ts';
import { answer } from './answer.ts';
import { withAppendBody } from './body.ts';
import { positionOf } from './offset.ts';
import { type Environment, permit } from './permission.ts';
import { RequestProblem } from './problem.ts';
import { take } from './quota.ts';
import { changed } from './stream-answers.ts';
import {
  appendHeaders,
  closesStream,
  earliestHeaders,
  endHeaders,
  FENCING_TOKEN,
  numberIn,
} from './stream-headers.ts';
import { timeIn } from './times.ts';

export function createStream(c: Context<Environment>, stream: Stream): Promise<Response> {
  const { headers } = c.req.raw;
  refuseFencingToken(headers);
  const fork = forkIn(c);
  const asked = {
    contentType: headers.get('content-type') ?? (fork ? undefined : DEFAULT_TYPE),
    close: closesStream(headers),
    expiry: expiryIn(headers),
    retention: retentionIn(headers),
    fork,
  };
  return withAppendBody(c.req.raw, (body) => create(c, stream, { ...asked, body }));
}

async function create(c: Context<Environment>, stream: Stream, asked: CreateOptions): Promise<Response> {
  const { quotas, principal } = c.env;
  if (quotas) take(quotas, principal, 'streams', 1);
  const result = await stream.create(asked);
  // What is there already was not created.
  if (result.kind !== 'created' && result.kind !== 'failed') quotas?.charge(principal, 'streams', -1);
  switch (result.kind) {
    case 'created': {
      const { first, tail } = result;
      const { origin, pathname } = new URL(c.req.url);
      const told = first > tail ? endHeaders(result) : appendHeaders(first, result);
      const location = origin + pathname;
      const type = { 'content-type': result.contentType };
      return answer(201, { location, ...type, ...configurationHeaders(result), ...told });
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

export async function deleteStream(c: Context<Environment>, stream: Stream): Promise<Response> {
  refuseFencingToken(c.req.raw.headers);
  return changed(await stream.delete());
}

/**
 * A creation, a trimming or a deletion does not look at the token, and its sender would believe that it does.
 * @throws RequestProblem
 */
export function refuseFencingToken(headers: Headers): void {
  if (!headers.has(FENCING_TOKEN)) return;
  throw new RequestProblem('not-supported', 'Ordinal-Fencing-Token is for appends and closes alone');
}

/** @throws RequestProblem */
function forkIn(c: Context<Environment>): ForkOptions | undefined {
  const { headers } = c.req.raw;
  const url = headers.get('stream-forked-from');
  const [offset, sub] = [headers.get('stream-fork-offset'), headers.get('stream-fork-sub-offset')];
  if (url === null) {
    if (offset === null && sub === null) return undefined;
    throw new RequestProblem('invalid-request', 'an offset of a fork needs Stream-Forked-From');
  }
  const from = pathIn(url);
  // A fork shows what its source holds.
  permit(c, 'logs', 'read', from);
  const after = offset === null ? undefined : positionOf(offset);
  if (offset !== null && after === undefined)
    throw new RequestProblem('invalid-request', 'Stream-Fork-Offset must be an offset of this server');
  if (sub !== null && !/^(?:0|[1-9]\d{0,15})$/.test(sub))
    throw new RequestProblem('invalid-request', 'Stream-Fork-Sub-Offset must be a whole number from 0 on');
  return { from, after, subOffset: sub === null ? undefined : Number(sub) };
}

/** The path of a stream in the path of its URL. @throws RequestProblem */
function pathIn(url: string): string {
  const escaped = /^\/v1\/stream\/([^?#]+)$/.exec(url)?.[1];
  const path = escaped === undefined ? undefined : unescaped(escaped);
  if (path === undefined || !isStreamPath(path))
    throw new RequestProblem(
      'invalid-request',
      'Stream-Forked-From must be /v1/stream/ and the path of a stream',
    );
  return path;
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** When a stream that is created expires. @throws RequestProblem */
function expiryIn(headers: Headers): StreamExpiry | undefined {
  const [ttl, time] = [headers.get('stream-ttl'), headers.get('stream-expires-at')];
  if (ttl !== null && time !== null) {
    throw new RequestProblem('invalid-request', 'Stream-TTL and Stream-Expires-At exclude each other');
  }
  if (time !== null) return { atMs: timeIn('Stream-Expires-At', time) };
  if (ttl === null) return undefined;
  if (!/^(?:0|[1-9]\d{0,15})$/.test(ttl)) {
    throw new RequestProblem('invalid-request', 'Stream-TTL must be a whole number of seconds');
  }
  return { ttlSeconds: Number(ttl) };
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
