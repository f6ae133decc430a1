// Names over HTTP: claim, look up, release, list.

import { type Context, Hono } from 'hono';
import { unreachable } from '../assert.ts';
import type { NameHolding, RequestIdReused } from '../coordination/names.ts';
import { DecodeError, textOf, utf8 } from '../log/binary.ts';
import { readJson, validate } from './body.ts';
import { problem, problemOfFailure, RequestProblem } from './problem.ts';
import { listQuery, ownerBody, readQuery, requestId, spaceName } from './schemas.ts';
import type { Service, Space } from './service.ts';

export function nameRoutes(service: Service): Hono {
  const spaceOf = (c: Context): Space =>
    service.space(validate(spaceName, c.req.param('space') ?? 'default'));
  return new Hono()
    .get('/', (c) => list(c, spaceOf(c)))
    .put('/:name', (c) => claim(c, spaceOf(c)))
    .get('/:name', (c) => lookUp(c, spaceOf(c)))
    .delete('/:name', (c) => release(c, spaceOf(c)));
}

async function claim(c: Context, { names }: Space): Promise<Response> {
  const { owner } = await readJson(c.req.raw, ownerBody);
  const outcome = await names.claim(nameIn(c), owner, { requestId: requestIdIn(c) });
  switch (outcome.kind) {
    case 'claimed':
      return answer(outcome.holding, outcome.position, 201);
    case 'already-yours':
      return answer(outcome.holding, outcome.position, 200);
    case 'taken':
      return held('name-taken', outcome.holding, outcome.position);
    default:
      return unfinished(outcome);
  }
}

async function release(c: Context, { names }: Space): Promise<Response> {
  const { owner } = await readJson(c.req.raw, ownerBody);
  const outcome = await names.release(nameIn(c), owner, { requestId: requestIdIn(c) });
  switch (outcome.kind) {
    case 'released':
      return new Response(null, { status: 204, headers: positionHeader(outcome.position) });
    case 'not-held':
      return problem('name-not-held', `nobody holds ${outcome.name}`, {
        headers: positionHeader(outcome.position),
      });
    case 'not-yours':
      return held('name-not-yours', outcome.holding, outcome.position);
    default:
      return unfinished(outcome);
  }
}

async function lookUp(c: Context, { names }: Space): Promise<Response> {
  const query = validate(readQuery, c.req.query());
  const name = nameIn(c);
  const outcome = await names.lookUp(name, query);
  if (outcome.kind !== 'read') return unfinished(outcome);
  const { position, value } = outcome;
  if (value) return answer(value, position, 200);
  return problem('name-not-held', 'nobody holds this name', { headers: positionHeader(position) });
}

async function list(c: Context, { names }: Space): Promise<Response> {
  const { prefix, limit, cursor, ...reading } = validate(listQuery, c.req.query());
  const page = { limit, after: cursor === undefined ? undefined : nameOfCursor(cursor) };
  const outcome = await names.list(prefix, page, reading);
  if (outcome.kind !== 'read') return unfinished(outcome);
  const { names: found, next } = outcome.value;
  const body = { names: found, ...(next === undefined ? {} : { cursor: cursorOf(next) }) };
  return answer(body, outcome.position, 200);
}

type Unfinished =
  | RequestIdReused
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'behind'; readonly position: number }
  | { readonly kind: 'failed'; readonly definite: boolean; readonly message: string };

/** Whatever may come of a request about names other than what it asked for. */
function unfinished(outcome: Unfinished): Response {
  switch (outcome.kind) {
    case 'request-id-reused':
      return reused(outcome);
    case 'invalid':
      return problem('invalid-request', outcome.reason);
    case 'behind': {
      const detail = `nothing has been written after position ${outcome.position} so far`;
      return problem('position-not-reached', detail, { headers: positionHeader(outcome.position) });
    }
    case 'failed':
      return problemOfFailure(outcome);
    default:
      return unreachable(outcome);
  }
}

function held(code: 'name-taken' | 'name-not-yours', holder: NameHolding, position: number): Response {
  return problem(code, `${holder.name} is held by another owner`, {
    headers: positionHeader(position),
    members: { holder },
  });
}

function reused({ position, earlier }: RequestIdReused): Response {
  const detail = `the idempotency key came with another request before, carried out at position ${earlier}`;
  return problem('idempotency-key-reused', detail, { headers: positionHeader(position) });
}

function answer(body: unknown, position: number, status: number): Response {
  return Response.json(body, {
    status,
    headers: { ...positionHeader(position), 'cache-control': 'no-store' },
  });
}

function positionHeader(position: number): Record<string, string> {
  return { 'ordinal-position': String(position) };
}

function nameIn(c: Context): string {
  return c.req.param('name') ?? '';
}

function requestIdIn(c: Context): string | undefined {
  return validate(requestId, c.req.header('idempotency-key'));
}

// Opaque to clients, so that it can come to mean something else.
function cursorOf(name: string): string {
  return Buffer.from(utf8(name)).toString('base64url');
}

function nameOfCursor(cursor: string): string {
  try {
    const name = textOf(Buffer.from(cursor, 'base64url'));
    if (cursorOf(name) === cursor) return name;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new RequestProblem('invalid-request', 'the cursor is not one of this server');
}
