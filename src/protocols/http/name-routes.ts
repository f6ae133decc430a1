// Names over HTTP: claim, look up, release, list.

import { type Context, Hono } from 'hono';
import { unreachable } from '../../assert.ts';
import type { NameHolding, RequestIdReused } from '../../coordination/names.ts';
import { canonicalName, canonicalPrefix } from '../../coordination/username.ts';
import { DecodeError, textOf, utf8 } from '../../encoding/binary.ts';
import type { Service } from '../../service/service.ts';
import { answer, jsonAnswer } from './answer.ts';
import { readJson, validate } from './body.ts';
import { type Environment, ownerFor, permit, requestIdFor } from './permission.ts';
import { problem, problemOfFailure, RequestProblem } from './problem.ts';
import { listQuery, namespaceName, ownerBody, readQuery, requestId } from './schemas.ts';

type Asked = Context<Environment>;

/** Of most look-ups: there is nothing to parse and to check. */
const NOTHING_ASKED = {};

export function nameRoutes(service: Service): Hono<Environment> {
  return new Hono<Environment>()
    .get('/', (c) => list(c, service))
    .put('/:name', (c) => claim(c, service))
    .get('/:name', (c) => lookUp(c, service))
    .delete('/:name', (c) => release(c, service));
}

function namespaceIn(c: Asked): string {
  const namespace = c.req.param('namespace');
  return namespace === undefined ? 'default' : validate(namespaceName, namespace, 'the namespace');
}

async function claim(c: Asked, service: Service): Promise<Response> {
  const { namespace, name, owner, requestId } = await changeIn(c);
  const outcome = await service.names(namespace).claim(name, owner, { requestId });
  switch (outcome.kind) {
    case 'claimed':
      return positioned(outcome.holding, outcome.position, 201);
    case 'already-yours':
      return positioned(outcome.holding, outcome.position, 200);
    case 'taken':
      return held(c, 'name-taken', namespace, outcome);
    default:
      return unfinished(outcome);
  }
}

async function release(c: Asked, service: Service): Promise<Response> {
  const { namespace, name, owner, requestId } = await changeIn(c);
  const outcome = await service.names(namespace).release(name, owner, { requestId });
  switch (outcome.kind) {
    case 'released':
      return answer(204, positionHeader(outcome.position));
    case 'not-held':
      return problem('name-not-held', `nobody holds ${outcome.name}`, {
        headers: positionHeader(outcome.position),
      });
    case 'not-yours':
      return held(c, 'name-not-yours', namespace, outcome);
    default:
      return unfinished(outcome);
  }
}

/** What claim and release have in common: whose wish it is, and for which name. @throws RequestProblem */
async function changeIn(c: Asked) {
  const namespace = namespaceIn(c);
  const name = nameIn(c);
  permit(c, 'names', 'write', `${namespace}:${name}`);
  const { principal } = c.env;
  const asked = validate(requestId, c.req.header('idempotency-key'), 'Idempotency-Key');
  const body = await readJson(c.req.raw, ownerBody);
  return {
    namespace,
    name,
    owner: ownerFor(principal, body.owner),
    requestId: requestIdFor(principal, asked),
  };
}

async function lookUp(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const name = nameIn(c);
  const asked = c.req.url.includes('?') ? c.req.query() : NOTHING_ASKED;
  permitReading(c, asked, `${namespace}:${name}`);
  const options = asked === NOTHING_ASKED ? NOTHING_ASKED : validate(readQuery, asked, 'the query');
  const outcome = await service.names(namespace).lookUp(name, options);
  if (outcome.kind !== 'read') return unfinished(outcome);
  const { position, value } = outcome;
  if (value) return positioned(value, position, 200);
  return problem('name-not-held', 'nobody holds this name', { headers: positionHeader(position) });
}

async function list(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const asked = c.req.query();
  const { prefix, limit, cursor, ...reading } = validate(listQuery, asked, 'the query');
  const folded = canonical(canonicalPrefix(prefix));
  permitReading(c, asked, `${namespace}:${folded}`, 'all-under');
  const page = { limit, after: cursor === undefined ? undefined : nameOfCursor(cursor) };
  const outcome = await service.names(namespace).list(folded, page, reading);
  if (outcome.kind !== 'read') return unfinished(outcome);
  const { names: found, next } = outcome.value;
  const body = { names: found, ...(next === undefined ? {} : { cursor: cursorOf(next) }) };
  return positioned(body, outcome.position, 200);
}

function permitReading(
  c: Asked,
  asked: Readonly<Record<string, string>>,
  place: string,
  extent?: 'all-under',
): void {
  permit(c, 'names', 'read', place, extent);
  // It appends a marker.
  if (asked['consistency'] === 'sequenced') permit(c, 'names', 'write', place, extent);
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

/** Who holds it is told to those only who might look it up. */
function held(
  c: Asked,
  code: 'name-taken' | 'name-not-yours',
  namespace: string,
  { holding, position }: { holding: NameHolding; position: number },
): Response {
  const known = c.env.principal.may('names', 'read', `${namespace}:${holding.name}`);
  return problem(code, `${holding.name} is held by another owner`, {
    headers: positionHeader(position),
    members: known ? { holder: holding } : {},
  });
}

function reused({ position, earlier }: RequestIdReused): Response {
  const detail = `the idempotency key came with another request before, carried out at position ${earlier}`;
  return problem('idempotency-key-reused', detail, { headers: positionHeader(position) });
}

function positioned(body: unknown, position: number, status: number): Response {
  return jsonAnswer(status, { 'cache-control': 'no-store', ...positionHeader(position) }, body);
}

function positionHeader(position: number): Record<string, string> {
  return { 'ordinal-position': String(position) };
}

/** Scopes are about canonical forms, so no spelling gets around them. @throws RequestProblem */
function nameIn(c: Asked): string {
  return canonical(canonicalName(c.req.param('name') ?? ''));
}

function canonical(asked: ReturnType<typeof canonicalName>): string {
  if (asked.kind === 'invalid') throw new RequestProblem('invalid-request', asked.reason);
  return asked.canonical;
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
