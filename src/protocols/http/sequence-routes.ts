// Sequences over HTTP: take numbers, look up the last one.

import type { Service } from '../../service/service.ts';
import { readJson } from './body.ts';
import { type Asked, idempotencyKeyIn, positioned, problemAt, unfinished } from './in-namespace.ts';
import { placeOf, readOptions } from './recipe-parts.ts';
import { nextBody } from './recipe-schemas.ts';

export async function next(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'sequences', 'write');
  const idempotencyKey = idempotencyKeyIn(c);
  const { count } = await readJson(c.req.raw, nextBody);
  const outcome = await namespace.sequences.next(name, { count, idempotencyKey });
  switch (outcome.kind) {
    case 'next':
      return positioned({ first: outcome.first, last: outcome.last }, outcome.position, 200);
    case 'exhausted':
      return problemAt('sequence-exhausted', 'there are no more whole numbers', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function lookUp(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'sequences', 'read');
  const outcome = await namespace.sequences.lookUp(name, readOptions(c));
  if (outcome.kind !== 'last') return unfinished(outcome);
  return positioned({ last: outcome.last }, outcome.position, 200);
}
