// Streams over HTTP, as the Durable Streams protocol has them: create, append, read, follow, describe,
// delete; and beside it, trim.

import { type Context, Hono } from 'hono';
import type { Action } from '../../access/principal.ts';
import { unreachable } from '../../assert.ts';
import { isStreamPath } from '../../resource-names.ts';
import type { Service } from '../../service/service.ts';
import { type From, isEmpty, type Piece } from '../../streams/piece.ts';
import type { Stream } from '../../streams/stream.ts';
import { accepts, isListed } from './accept.ts';
import { answer } from './answer.ts';
import { withAppendBody } from './body.ts';
import { firstOf } from './live-end.ts';
import { parseOffset } from './offset.ts';
import { type Environment, permit } from './permission.ts';
import { RequestProblem } from './problem.ts';
import { changed } from './stream-answers.ts';
import {
  closesStream,
  etagOf,
  expectedTailIn,
  fencingTokenIn,
  liveCursor,
  type PieceContent,
  producerIn,
  RECORDS_TYPE,
  readHeaders,
  refuseFork,
} from './stream-headers.ts';
import type { Unreadable } from './stream-unreadable.ts';

export interface StreamOptions {
  /** How long a long-poll waits for something new, in milliseconds. */
  readonly longPollMs: number;
  /** How long an event stream lasts before its reader has to reconnect, in milliseconds. */
  readonly eventStreamMs: number;
  /** Aborts when the server shuts down, which ends live reads. */
  readonly closing: AbortSignal;
}

/** Any path, slashes and line breaks included. */
export const ANY_PATH = '/:path{[\\s\\S]+}';

export function streamRoutes(service: Service, options: StreamOptions): Hono<Environment> {
  const streamOf = (c: Context<Environment>, action: Action): Stream => {
    const path = c.req.param('path') ?? '';
    permit(c, 'logs', action, path);
    if (c.req.method !== 'PUT') refuseFork(c.req.raw.headers);
    if (!isStreamPath(path)) throw new RequestProblem('invalid-request', 'no stream can have this path');
    return service.stream(path);
  };
  return new Hono<Environment>()
    .put(ANY_PATH, async (c) => {
      const stream = streamOf(c, 'write');
      const { createStream } = await import('./stream-creation.ts');
      return createStream(c, stream);
    })
    .post(ANY_PATH, (c) => append(c, streamOf(c, 'write')))
    .get(ANY_PATH, async (c) => {
      const stream = streamOf(c, 'read');
      if (c.req.method !== 'HEAD') return read(c, stream, options);
      const { describeStream } = await import('./stream-creation.ts');
      return describeStream(stream);
    })
    .patch(ANY_PATH, async (c) => {
      const stream = streamOf(c, 'write');
      const { trimStream } = await import('./stream-trimming.ts');
      return trimStream(c, stream);
    })
    .delete(ANY_PATH, async (c) => {
      const stream = streamOf(c, 'write');
      const { deleteStream } = await import('./stream-creation.ts');
      return deleteStream(c, stream);
    });
}

/** The list of streams. */
export function streamListRoutes(service: Service): Hono<Environment> {
  return new Hono<Environment>().get('/', async (c) => {
    const { listStreams } = await import('./list-routes.ts');
    return listStreams(c, service);
  });
}

async function append(c: Context, stream: Stream): Promise<Response> {
  const { headers } = c.req.raw;
  const close = closesStream(headers);
  const producer = producerIn(headers);
  const expectedTail = expectedTailIn(headers);
  const conditions = { expectedTail, fencingToken: fencingTokenIn(headers), producer };
  const sequence = headers.get('stream-seq') ?? undefined;
  return withAppendBody(c.req.raw, async (body) => {
    if (body.length === 0 && close) return changed(await stream.close(conditions), producer);
    const contentType = headers.get('content-type') ?? undefined;
    if (body.length > 0 && contentType === undefined)
      throw new RequestProblem('invalid-request', 'an append needs a Content-Type');
    return changed(await stream.append(body, { contentType, close, sequence, ...conditions }), producer);
  });
}

async function read(c: Context, stream: Stream, options: StreamOptions): Promise<Response> {
  const { live, cursor } = c.req.query();
  if (live !== undefined && live !== 'long-poll' && live !== 'sse')
    throw new RequestProblem('invalid-request', 'live must be "long-poll" or "sse"');
  const offsets = c.req.queries('offset') ?? [];
  if (offsets.length > 1) throw new RequestProblem('invalid-request', 'more than one offset');
  const time = c.req.query('from-time');
  const from = time === undefined ? parsed(offsets[0]) : await fromTime(c, stream);
  if (from instanceof Response) return from;
  switch (live) {
    case undefined:
      return catchUp(c, stream, from ?? 'start');
    case 'long-poll':
      if (from === undefined) throw new RequestProblem('invalid-request', 'a long-poll needs an offset');
      return longPoll(c, stream, from, cursor, options);
    case 'sse':
      if (from === undefined)
        throw new RequestProblem('invalid-request', 'a stream of events needs an offset');
      return events(c, stream, from, cursor, options);
    default:
      return unreachable(live);
  }
}

function parsed(offset: string | undefined): ReturnType<typeof parseOffset> | undefined {
  return offset === undefined ? undefined : parseOffset(offset);
}

async function fromTime(c: Context, stream: Stream): Promise<number | Response> {
  const { placeIn } = await import('./stream-times.ts');
  return placeIn(c, stream);
}

async function catchUp(c: Context, stream: Stream, from: From): Promise<Response> {
  const result = await stream.readPiece(from);
  if (result.kind !== 'piece') return unreadable(result);
  const { etag, headers, body } = await contentOf(c, result);
  if (from === 'now') return answer(200, { 'cache-control': 'no-store', ...headers }, body());
  const cached = { 'cache-control': 'no-cache', vary: 'Accept', etag, ...headers };
  if (isListed(c.req.header('if-none-match'), etag)) return answer(304, cached);
  return answer(200, cached, body());
}

/** In the form that the request asks for. */
async function contentOf(c: Context, piece: Piece): Promise<PieceContent> {
  if (!accepts(c.req.header('accept'), RECORDS_TYPE))
    return { etag: etagOf(piece), headers: readHeaders(piece.data), body: () => piece.data.body };
  const { recordsContent } = await import('./stream-records.ts');
  return recordsContent(piece);
}

async function longPoll(
  c: Context,
  stream: Stream,
  from: From,
  cursor: string | undefined,
  options: StreamOptions,
): Promise<Response> {
  const end = firstOf([c.req.raw.signal, options.closing], options.longPollMs);
  const live = { 'stream-cursor': liveCursor(cursor, Date.now()), 'cache-control': 'no-store' };
  try {
    const result = await stream.readWhenThere(from, end.signal);
    if (result.kind !== 'piece') return unreadable(result);
    const { headers, body } = await contentOf(c, result);
    return isEmpty(result)
      ? answer(204, { ...live, ...headers })
      : answer(200, { ...live, ...headers }, body());
  } finally {
    end.release();
  }
}

async function events(
  c: Context,
  stream: Stream,
  from: From,
  cursor: string | undefined,
  options: StreamOptions,
): Promise<Response> {
  const first = await stream.readPiece(from);
  if (first.kind !== 'piece') return unreadable(first);
  const { eventStream } = await import('./stream-events.ts');
  const end = firstOf([c.req.raw.signal, options.closing], options.eventStreamMs);
  return eventStream(stream, first, { end, cursor: () => liveCursor(cursor, Date.now()) });
}

async function unreadable(result: Unreadable): Promise<Response> {
  const { answerOfUnreadable } = await import('./stream-unreadable.ts');
  return answerOfUnreadable(result);
}
