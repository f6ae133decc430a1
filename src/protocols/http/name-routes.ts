// Names over HTTP: claim, look up, release, list.

import { type Context, Hono } from 'hono';
import type { Behind, Failed, KeyReused, Rejected } from '../../api/common.ts';
import type { NameHolder } from '../../api/names.ts';
import { unreachable } from '../../assert.ts';
import { type CanonicalName, canonicalName, canonicalPrefix } from '../../coordination/username.ts';
import type { Service } from '../../service/service.ts';
import { answer, jsonAnswer } from './answer.ts';
import { readJson, validate } from './body.ts';
import { type Environment, ownerFor, permit, requestIdFor } from './permission.ts';
import { problem, problemOfFailure, problemOfRejection, RequestProblem } from './problem.ts';
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
  const { namespace, name, owner, idempotencyKey } = await changeIn(c);
  const outcome = await service.names(namespace).claim(name, owner, { idempotencyKey });
  switch (outcome.kind) {
    case 'claimed':
      return positioned(outcome.holder, outcome.position, 201);
    case 'already-yours':
      return positioned(outcome.holder, outcome.position, 200);
    case 'taken':
      return held(c, 'name-taken', namespace, name, outcome);
    default:
      return unfinished(outcome);
  }
}

async function release(c: Asked, service: Service): Promise<Response> {
  const { namespace, name, owner, idempotencyKey } = await changeIn(c);
  const outcome = await service.names(namespace).release(name, owner, { idempotencyKey });
  switch (outcome.kind) {
    case 'released':
      return answer(204, positionHeader(outcome.position));
    case 'not-held':
      return problem('name-not-held', `nobody holds ${name.text}`, {
        headers: positionHeader(outcome.position),
      });
    case 'not-yours':
      return held(c, 'name-not-yours', namespace, name, outcome);
    default:
      return unfinished(outcome);
  }
}

/** What claim and release have in common: whose wish it is, and for which name. @throws RequestProblem */
async function changeIn(c: Asked) {
  const namespace = namespaceIn(c);
  const name = nameIn(c);
  permit(c, 'names', 'write', `${namespace}:${name.text}`);
  const { principal } = c.env;
  const asked = validate(requestId, c.req.header('idempotency-key'), 'Idempotency-Key');
  const body = await readJson(c.req.raw, ownerBody);
  const owner = ownerFor(principal, body.owner);
  return { namespace, name, owner, idempotencyKey: requestIdFor(principal, asked) };
}

async function lookUp(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const name = nameIn(c);
  const asked = c.req.url.includes('?') ? c.req.query() : NOTHING_ASKED;
  permitReading(c, asked, `${namespace}:${name.text}`);
  const options = asked === NOTHING_ASKED ? NOTHING_ASKED : validate(readQuery, asked, 'the query');
  const outcome = await service.names(namespace).lookUp(name, options);
  switch (outcome.kind) {
    case 'held':
      return positioned(outcome.holder, outcome.position, 200);
    case 'free':
      return problem('name-not-held', 'nobody holds this name', {
        headers: positionHeader(outcome.position),
      });
    default:
      return unfinished(outcome);
  }
}

async function list(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const asked = c.req.query();
  const query = validate(listQuery, asked, 'the query');
  const prefix = accepted(canonicalPrefix(query.prefix));
  permitReading(c, asked, `${namespace}:${prefix.text}`, 'all-under');
  const outcome = await service.names(namespace).list({ ...query, prefix });
  if (outcome.kind !== 'page') return unfinished(outcome);
  const { names, cursor, position } = outcome;
  return positioned({ names, ...(cursor === undefined ? {} : { cursor }) }, position, 200);
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

/** Whatever may come of a request about names other than what it asked for. */
function unfinished(outcome: Behind | KeyReused | Rejected | Failed): Response {
  switch (outcome.kind) {
    case 'idempotency-key-reused':
      return problem(outcome.kind, outcome.message, { headers: positionHeader(outcome.position) });
    case 'rejected':
      return problemOfRejection(outcome);
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
  name: CanonicalName,
  { holder, position }: { holder: NameHolder | undefined; position: number },
): Response {
  const known = c.env.principal.may('names', 'read', `${namespace}:${name.text}`);
  return problem(code, `${name.text} is held by another owner`, {
    headers: positionHeader(position),
    members: known ? { holder } : {},
  });
}

function positioned(body: unknown, position: number, status: number): Response {
  return jsonAnswer(status, { 'cache-control': 'no-store', ...positionHeader(position) }, body);
}

function positionHeader(position: number): Record<string, string> {
  return { 'ordinal-position': String(position) };
}

/** Scopes are about canonical forms, so no spelling gets around them. @throws RequestProblem */
function nameIn(c: Asked): CanonicalName {
  return accepted(canonicalName(c.req.param('name') ?? ''));
}

function accepted<T extends { readonly kind: string }>(asked: T | Rejected): T {
  if (isRejected(asked)) throw new RequestProblem('invalid-request', asked.message);
  return asked;
}

function isRejected(asked: { readonly kind: string }): asked is Rejected {
  return asked.kind === 'rejected';
}
