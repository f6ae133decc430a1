// Locks over HTTP: acquire, release, look up.

import type { Service } from '../../service/service.ts';
import { readJson } from './body.ts';
import { type Asked, noContent, positioned, problemAt, unfinished } from './in-namespace.ts';
import { type LiveOptions, leaseOrTtl, permitLease, placeOf, readOptions, waiting } from './recipe-parts.ts';
import { acquireBody, leaseBody } from './recipe-schemas.ts';

export async function acquire(c: Asked, service: Service, live: LiveOptions): Promise<Response> {
  const { namespace, name, place: where } = placeOf(c, service, 'locks', 'write');
  const { waitMs, holders, ...asked } = await readJson(c.req.raw, acquireBody);
  const lease = leaseOrTtl(c, asked);
  const outcome = await waiting(c, live, waitMs, (bounds) =>
    namespace.locks.acquire(name, { ...lease, ...bounds, holders }),
  );
  switch (outcome.kind) {
    case 'acquired':
      return positioned({ lease: outcome.lease, token: outcome.token }, outcome.position, 200);
    case 'held': {
      const { holder, place } = outcome;
      const known = c.env.principal.may('locks', 'read', where) ? { holder } : {};
      return problemAt('lock-held', 'others hold the lock', outcome, {
        lease: outcome.lease,
        place,
        ...known,
      });
    }
    case 'holders-mismatch':
      return problemAt(outcome.kind, 'others ask for it with another number of holders', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function release(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'locks', 'write');
  const { lease } = await readJson(c.req.raw, leaseBody);
  permitLease(c, lease);
  const outcome = await namespace.locks.release(name, lease);
  switch (outcome.kind) {
    case 'released':
      return noContent(outcome);
    case 'not-held':
      return problemAt('lock-not-held', 'the lease neither holds the lock nor waits for it', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function lookUp(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'locks', 'read');
  const outcome = await namespace.locks.lookUp(name, readOptions(c));
  if (outcome.kind !== 'lock') return unfinished(outcome);
  const { holders, waiters, position } = outcome;
  return positioned({ holders, waiters }, position, 200);
}
