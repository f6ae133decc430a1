// Logs over HTTP, in the words of the Durable Streams protocol: create, append, read, follow, describe, delete.

import { type Context, Hono } from 'hono';
import type { Action } from '../../access/principal.ts';
import { unreachable } from '../../assert.ts';
import type { Log } from '../../log/log.ts';
import type { AppendResult, Cursor, Failed, Records, Refused, WriteResult } from '../../log/results.ts';
import type { Service } from '../../service/service.ts';
import { answer } from './answer.ts';
import { readBytes } from './body.ts';
import { jsonArray, jsonRecords } from './json-records.ts';
import { firstOf } from './live-end.ts';
import { type From, offsetOf, parseOffset } from './offset.ts';
import { type Environment, permit } from './permission.ts';
import { problem, problemOfFailure, RequestProblem } from './problem.ts';
import { eventStream } from './stream-events.ts';
import {
  appendHeaders,
  closesStream,
  contentTypeIn,
  DEFAULT_CONTENT_TYPE,
  endHeaders,
  etagOf,
  expectedTailIn,
  isJson,
  liveCursor,
  mediaTypeOf,
  readHeaders,
  refuseUnsupported,
} from './stream-headers.ts';

export interface StreamOptions {
  /** How long a long-poll waits for something new, in milliseconds. */
  readonly longPollMs: number;
  /** After so long a stream of events ends, and its reader comes back, in milliseconds. */
  readonly eventStreamMs: number;
  /** Aborts when the server shuts down: live readers are sent home. */
  readonly closing: AbortSignal;
}

const READ_BYTES_MAX = 1024 * 1024;
const POLL_WAIT_MS = 60_000;
/** Whatever there is, slashes and line breaks included. */
export const ANY_PATH = '/:path{[\\s\\S]+}';
const NOT_ANNOUNCED = 'the deletion could not be noted down, so nothing was deleted';
const NOT_FOUND = 'there is no such stream';

export function streamRoutes(service: Service, options: StreamOptions): Hono<Environment> {
  const logOf = (c: Context<Environment>, action: Action): Log => {
    const path = c.req.param('path') ?? '';
    permit(c, 'logs', action, path);
    refuseUnsupported(c.req.raw.headers);
    return service.stream(path);
  };
  return new Hono<Environment>()
    .put(ANY_PATH, (c) => create(c, logOf(c, 'write')))
    .post(ANY_PATH, (c) => append(c, logOf(c, 'write')))
    .get(ANY_PATH, (c) => {
      const log = logOf(c, 'read');
      return c.req.method === 'HEAD' ? describe(log) : read(c, log, options);
    })
    .delete(ANY_PATH, (c) => {
      const log = logOf(c, 'write');
      return remove(log, () => service.deletedStreams.announce(c.req.param('path') ?? ''));
    });
}

async function create(c: Context, log: Log): Promise<Response> {
  const { headers } = c.req.raw;
  const contentType = contentTypeIn(headers) ?? DEFAULT_CONTENT_TYPE;
  const seal = closesStream(headers);
  const records = recordsIn(await readBytes(c.req.raw), contentType);
  const result = await log.create({ contentType, records, seal });
  switch (result.kind) {
    case 'appended':
    case 'changed': {
      const { origin, pathname } = new URL(c.req.url);
      const told =
        result.kind === 'appended' ? appendHeaders(result) : endHeaders(result.tail, result.metadata);
      return answer(201, { location: origin + pathname, 'content-type': contentType, ...told });
    }
    case 'refused':
      if (result.reason !== 'exists') return refused(result);
      return createdBefore(result, contentType, seal);
    case 'failed':
      return createdPerhaps(log, result, contentType, seal);
    default:
      return unreachable(result);
  }
}

/** Nobody can tell who created a stream that has just the configuration asked for, and nobody needs to. */
async function createdPerhaps(
  log: Log,
  failed: Failed,
  contentType: string,
  seal: boolean,
): Promise<Response> {
  if (failed.definite) return problemOfFailure(failed);
  const look = await log.checkTail().catch(() => undefined);
  if (look?.kind !== 'end') return problemOfFailure(failed);
  const { tail, metadata } = look.segment;
  const response = createdBefore({ tail, metadata }, contentType, seal);
  return response.ok && tail === metadata.incarnation ? response : problemOfFailure(failed);
}

/** Creating twice is fine when both mean the same stream. */
function createdBefore(
  existing: Pick<Refused, 'metadata' | 'tail'>,
  contentType: string,
  seal: boolean,
): Response {
  const there = existing.metadata?.contentType ?? DEFAULT_CONTENT_TYPE;
  const same =
    mediaTypeOf(there) === mediaTypeOf(contentType) && (existing.metadata?.ended === 'sealed') === seal;
  const headers = { ...endHeaders(existing.tail, existing.metadata), 'content-type': there };
  if (same) return answer(200, headers);
  return problem('stream-exists', 'the stream exists with another configuration', {
    headers: endHeaders(existing.tail, existing.metadata),
  });
}

async function append(c: Context, log: Log): Promise<Response> {
  const { headers } = c.req.raw;
  const seal = closesStream(headers);
  const expectedTail = expectedTailIn(headers);
  const body = await readBytes(c.req.raw);
  if (body.length === 0) {
    if (seal) return close(log, expectedTail);
    throw new RequestProblem('invalid-request', 'an append needs a body');
  }
  const contentType = contentTypeIn(headers);
  if (contentType === undefined)
    throw new RequestProblem('invalid-request', 'an append needs a Content-Type');
  return appended(await appendTo(log, { body, contentType, seal, expectedTail }));
}

interface Appending {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly seal: boolean;
  readonly expectedTail: number | undefined;
}

/** The type of a stream never changes during its incarnation, so once it is known, an append that names the incarnation needs no other check. */
async function appendTo(log: Log, appending: Appending): Promise<AppendResult | Response> {
  const { body, contentType, seal, expectedTail } = appending;
  for (let known = log.knownMetadata; ; known = undefined) {
    const incarnation = known ?? (await learnMetadata(log));
    if (!incarnation) return problem('stream-not-found', NOT_FOUND);
    const there = incarnation.contentType ?? DEFAULT_CONTENT_TYPE;
    const fits = mediaTypeOf(there) === mediaTypeOf(contentType);
    if (!fits && !known) {
      return problem('content-type-mismatch', `the stream is ${there}, the append is ${contentType}`);
    }
    if (!fits) continue;
    const records = recordsIn(body, there);
    if (records.length === 0)
      throw new RequestProblem('invalid-request', 'an append needs at least one record');
    const result = await log.append(records, {
      create: 'never',
      incarnation: incarnation.incarnation,
      seal,
      expectedTail,
    });
    // What this process remembers is of an earlier incarnation: the stream was deleted, and perhaps created anew.
    const outlived = result.kind === 'refused' && result.reason === 'missing';
    if (!outlived || !known) return result;
  }
}

async function learnMetadata(log: Log): Promise<Log['knownMetadata']> {
  await log.checkTail();
  return log.knownMetadata;
}

async function close(log: Log, expectedTail: number | undefined): Promise<Response> {
  return appended(await log.seal({ expectedTail }));
}

function appended(result: WriteResult | Response): Response {
  if (result instanceof Response) return result;
  switch (result.kind) {
    case 'appended':
      return answer(204, appendHeaders(result));
    case 'changed':
      return answer(204, endHeaders(result.tail, result.metadata));
    case 'refused':
      return refused(result);
    case 'failed':
      return problemOfFailure(result);
    default:
      return unreachable(result);
  }
}

function refused(result: Refused): Response {
  const headers = endHeaders(result.tail, result.metadata);
  switch (result.reason) {
    case 'missing':
      return problem('stream-not-found', NOT_FOUND);
    case 'exists':
      return problem('stream-exists', 'the stream exists', { headers });
    case 'sealed':
      return problem('stream-closed', 'the stream is closed', { headers });
    case 'tail-mismatch':
      return problem('tail-mismatch', `the stream is at ${offsetOf(result.tail)}`, { headers });
    case 'fenced':
      return problem('stream-fenced', 'another writer has fenced the stream', { headers });
    case 'too-large':
      return problem('too-large', 'too many bytes or records for one append');
    default:
      return unreachable(result.reason);
  }
}

async function describe(log: Log): Promise<Response> {
  const look = await log.checkTail();
  if (look.kind === 'missing') return problem('stream-not-found', NOT_FOUND);
  const { tail, metadata } = look.segment;
  return answer(200, {
    ...endHeaders(tail, metadata),
    'content-type': metadata.contentType ?? DEFAULT_CONTENT_TYPE,
    'cache-control': 'no-store',
  });
}

async function remove(log: Log, announce: () => Promise<AppendResult>): Promise<Response> {
  const known = log.knownMetadata ?? (await learnMetadata(log));
  if (!known) return problem('stream-not-found', NOT_FOUND);
  const announced = await announce();
  // Of the announcement alone: nothing has been deleted.
  if (announced.kind !== 'appended') return problemOfFailure({ definite: true, message: NOT_ANNOUNCED });
  let result = await log.delete(known?.incarnation);
  // What this process remembers is of an earlier incarnation: the stream was deleted, and perhaps created anew.
  const outlived = result.kind === 'refused' && result.reason === 'missing';
  if (outlived) {
    const incarnation = await learnMetadata(log);
    if (incarnation) result = await log.delete(incarnation.incarnation);
  }
  return result.kind === 'appended' ? answer(204, {}) : appended(result);
}

async function read(c: Context, log: Log, options: StreamOptions): Promise<Response> {
  const { live, cursor } = c.req.query();
  const offsets = c.req.queries('offset') ?? [];
  if (offsets.length > 1) throw new RequestProblem('invalid-request', 'more than one offset');
  const from = offsets[0] === undefined ? undefined : parseOffset(offsets[0]);
  switch (live) {
    case undefined:
      return catchUp(c, log, from ?? 'start');
    case 'long-poll':
      if (from === undefined) throw new RequestProblem('invalid-request', 'a long-poll needs an offset');
      return longPoll(c, log, from, cursor, options);
    case 'sse':
      if (from === undefined)
        throw new RequestProblem('invalid-request', 'a stream of events needs an offset');
      return events(c, log, from, cursor, options);
    default:
      throw new RequestProblem('invalid-request', 'live must be "long-poll" or "sse"');
  }
}

async function catchUp(c: Context, log: Log, from: From): Promise<Response> {
  const result = await readFrom(log, from);
  if (result instanceof Response) return result;
  const headers = readHeaders(result);
  if (from === 'now') return answer(200, { 'cache-control': 'no-store', ...headers }, bodyOf(result));
  const etag = etagOf(from === 'start' ? result.metadata.incarnation : from, result);
  const cached = { 'cache-control': 'no-cache', etag, ...headers };
  if (c.req.header('if-none-match') === etag) return answer(304, cached);
  return answer(200, cached, bodyOf(result));
}

async function longPoll(
  c: Context,
  log: Log,
  from: From,
  cursor: string | undefined,
  options: StreamOptions,
): Promise<Response> {
  const end = firstOf([c.req.raw.signal, options.closing], options.longPollMs);
  try {
    return await pollUntil(end.signal, log, from, cursor);
  } finally {
    end.release();
  }
}

async function pollUntil(
  signal: AbortSignal,
  log: Log,
  from: From,
  cursor: string | undefined,
): Promise<Response> {
  const live = { 'stream-cursor': liveCursor(cursor, Date.now()), 'cache-control': 'no-store' };
  let at: From | Cursor = from;
  for (;;) {
    const result: Records | Response = await readFrom(log, at);
    if (result instanceof Response) return result;
    const headers = { ...readHeaders(result), ...live };
    if (result.records.length > 0) return answer(200, headers, bodyOf(result));
    if (signal.aborted || result.metadata.ended) return answer(204, headers);
    at = result.cursor;
    await log.waitBeyond(result.cursor.after, POLL_WAIT_MS, signal);
  }
}

async function events(
  c: Context,
  log: Log,
  from: From,
  cursor: string | undefined,
  options: StreamOptions,
): Promise<Response> {
  const first = await readFrom(log, from);
  if (first instanceof Response) return first;
  const end = firstOf([c.req.raw.signal, options.closing], options.eventStreamMs);
  return eventStream(log, first, { end, cursor: () => liveCursor(cursor, Date.now()) });
}

/** Reads from an offset or on from a cursor, or answers why that cannot be. */
async function readFrom(log: Log, from: From | Cursor): Promise<Records | Response> {
  const place = from === 'now' ? await tailOf(log) : from === 'start' ? undefined : from;
  if (place instanceof Response) return place;
  const result = await log.read(place, { bytesMax: READ_BYTES_MAX });
  switch (result.kind) {
    case 'records':
      return result;
    case 'missing':
      return problem('stream-not-found', NOT_FOUND);
    case 'trimmed':
      return problem('offset-gone', `the stream begins after ${offsetOf(result.first - 1)}`);
    case 'beyond-tail':
      return problem('offset-beyond-tail', `the stream is at ${offsetOf(result.tail)}`, {
        headers: { 'stream-next-offset': offsetOf(result.tail) },
      });
    default:
      return unreachable(result);
  }
}

async function tailOf(log: Log): Promise<number | Response> {
  const look = await log.checkTail();
  return look.kind === 'missing' ? problem('stream-not-found', NOT_FOUND) : look.segment.tail;
}

function recordsIn(body: Uint8Array, contentType: string): Uint8Array[] {
  if (body.length === 0) return [];
  return isJson(contentType) ? jsonRecords(body) : [body];
}

function bodyOf(result: Records): Uint8Array<ArrayBuffer> {
  const data = result.records.map((record) => record.data);
  return new Uint8Array(isJson(result.metadata.contentType) ? jsonArray(data) : Buffer.concat(data));
}
