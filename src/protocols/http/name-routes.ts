// Names over HTTP: claim, look up, release, list.

import { Hono } from 'hono';
import type { Rejected } from '../../api/common.ts';
import type { NameHolder } from '../../api/names.ts';
import { type CanonicalName, canonicalName, canonicalPrefix } from '../../coordination/username.ts';
import type { Service } from '../../service/service.ts';
import { readJson, validate } from './body.ts';
import {
  type Asked,
  idempotencyKeyIn,
  namespaceIn,
  noContent,
  permitReading,
  positioned,
  problemAt,
  unfinished,
} from './in-namespace.ts';
import { type Environment, ownerFor, permit } from './permission.ts';
import { RequestProblem } from './problem.ts';
import { listQuery, ownerBody, readQuery } from './schemas.ts';

/** The options of most look-ups, which need no parsing. */
const NOTHING_ASKED = {};

export function nameRoutes(service: Service): Hono<Environment> {
  return new Hono<Environment>()
    .get('/', (c) => list(c, service))
    .put('/:name', (c) => claim(c, service))
    .get('/:name', (c) => lookUp(c, service))
    .delete('/:name', (c) => release(c, service));
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
      return noContent(outcome);
    case 'not-held':
      return problemAt('name-not-held', `nobody holds ${name.text}`, outcome);
    case 'not-yours':
      return held(c, 'name-not-yours', namespace, name, outcome);
    default:
      return unfinished(outcome);
  }
}

/**
 * The common parts of claim and release: the owner, the name and the idempotency key. @throws RequestProblem
 */
async function changeIn(c: Asked) {
  const namespace = namespaceIn(c);
  const name = nameIn(c);
  permit(c, 'names', 'write', `${namespace}:${name.text}`);
  const idempotencyKey = idempotencyKeyIn(c);
  const body = await readJson(c.req.raw, ownerBody);
  return { namespace, name, owner: ownerFor(c.env.principal, body.owner), idempotencyKey };
}

async function lookUp(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const name = nameIn(c);
  const asked = c.req.url.includes('?') ? c.req.query() : NOTHING_ASKED;
  permitReading(c, 'names', asked, `${namespace}:${name.text}`);
  const options = asked === NOTHING_ASKED ? NOTHING_ASKED : validate(readQuery, asked, 'the query');
  const outcome = await service.names(namespace).lookUp(name, options);
  switch (outcome.kind) {
    case 'held':
      return positioned(outcome.holder, outcome.position, 200);
    case 'free':
      return problemAt('name-not-held', 'nobody holds this name', outcome);
    default:
      return unfinished(outcome);
  }
}

async function list(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const asked = c.req.query();
  const query = validate(listQuery, asked, 'the query');
  const prefix = accepted(canonicalPrefix(query.prefix));
  permitReading(c, 'names', asked, `${namespace}:${prefix.text}`, 'all-under');
  const outcome = await service.names(namespace).list({ ...query, prefix });
  if (outcome.kind !== 'page') return unfinished(outcome);
  const { names, cursor, position } = outcome;
  return positioned({ names, ...(cursor === undefined ? {} : { cursor }) }, position, 200);
}

/** Only a sender that may look the name up is told its holder. */
function held(
  c: Asked,
  code: 'name-taken' | 'name-not-yours',
  namespace: string,
  name: CanonicalName,
  { holder, position }: { holder: NameHolder | undefined; position: number },
): Response {
  const known = c.env.principal.may('names', 'read', `${namespace}:${name.text}`);
  return problemAt(code, `${name.text} is held by another owner`, { position }, known ? { holder } : {});
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
