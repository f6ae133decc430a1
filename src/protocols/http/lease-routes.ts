// Leases over HTTP: grant, renew, look up, revoke.

import type { Service } from '../../service/service.ts';
import { readJson } from './body.ts';
import { type Asked, namespaceIn, noContent, positioned, problemAt, unfinished } from './in-namespace.ts';
import { permitLease, placeOf, readOptions } from './recipe-parts.ts';
import { grantBody, renewBody } from './recipe-schemas.ts';

const NOT_FOUND = 'the lease has ended, or never was';

export async function grant(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'leases', 'write');
  const { ttlMs } = await readJson(c.req.raw, grantBody);
  const outcome = await namespace.leases.grant(name, ttlMs);
  switch (outcome.kind) {
    case 'granted':
    case 'exists': {
      const { kind, lease, position } = outcome;
      return positioned({ lease, ttlMs: outcome.ttlMs }, position, kind === 'granted' ? 201 : 200);
    }
    default:
      return unfinished(outcome);
  }
}

export async function renew(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const { leases } = await readJson(c.req.raw, renewBody);
  for (const lease of leases) permitLease(c, lease);
  const outcome = await service.namespace(namespace).leases.renew(leases);
  if (outcome.kind !== 'renewed') return unfinished(outcome);
  return positioned({ ttlsMs: outcome.ttlsMs.map((ttlMs) => ttlMs ?? 0) }, outcome.position, 200);
}

export async function lookUp(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'leases', 'read');
  const outcome = await namespace.leases.lookUp(name, readOptions(c));
  switch (outcome.kind) {
    case 'lease': {
      const { kind: _, position, ...lease } = outcome;
      return positioned(lease, position, 200);
    }
    case 'not-found':
      return problemAt('lease-not-found', NOT_FOUND, outcome);
    default:
      return unfinished(outcome);
  }
}

export async function revoke(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'leases', 'write');
  const outcome = await namespace.leases.revoke(name);
  switch (outcome.kind) {
    case 'revoked':
      return noContent(outcome);
    case 'not-found':
      return problemAt('lease-not-found', NOT_FOUND, outcome);
    default:
      return unfinished(outcome);
  }
}
