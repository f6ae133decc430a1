// Elections over HTTP: campaign, proclaim, resign, look up, observe.

import type { Leader } from '../../api/elections.ts';
import type { Service } from '../../service/service.ts';
import { readJson, validate } from './body.ts';
import { type Asked, noContent, positioned, problemAt, unfinished } from './in-namespace.ts';
import { valueIn, valueJson } from './json-value.ts';
import {
  type LiveOptions,
  leaseOrTtl,
  optionalBytes,
  permitLease,
  placeOf,
  waiting,
} from './recipe-parts.ts';
import { campaignBody, leaseBody, observeQuery, proclaimBody } from './recipe-schemas.ts';

export async function campaign(c: Asked, service: Service, live: LiveOptions): Promise<Response> {
  const { namespace, name, place: where } = placeOf(c, service, 'elections', 'write');
  const { waitMs, value: text, valueBase64, ...asked } = await readJson(c.req.raw, campaignBody);
  const lease = leaseOrTtl(c, asked);
  const value = optionalBytes(text, valueBase64, 'value');
  const outcome = await waiting(c, live, waitMs, (bounds) =>
    namespace.elections.campaign(name, { ...lease, ...bounds, value }),
  );
  switch (outcome.kind) {
    case 'elected':
      return positioned({ lease: outcome.lease, term: outcome.term }, outcome.position, 200);
    case 'waiting': {
      const { leader, place } = outcome;
      const isKnown = leader !== undefined && c.env.principal.may('elections', 'read', where);
      const known = isKnown ? { leader: leaderJson(leader) } : {};
      const members = { lease: outcome.lease, place, ...known };
      return problemAt('not-elected', 'others lead, or come before', outcome, members);
    }
    default:
      return unfinished(outcome);
  }
}

export async function proclaim(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'elections', 'write');
  const { lease, ...asked } = await readJson(c.req.raw, proclaimBody);
  permitLease(c, lease);
  const outcome = await namespace.elections.proclaim(name, lease, valueIn(asked, 'the body'));
  switch (outcome.kind) {
    case 'proclaimed':
      return noContent(outcome);
    case 'not-leader':
      return problemAt('not-leader', 'the lease does not lead', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function resign(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'elections', 'write');
  const { lease } = await readJson(c.req.raw, leaseBody);
  permitLease(c, lease);
  const outcome = await namespace.elections.resign(name, lease);
  switch (outcome.kind) {
    case 'resigned':
      return noContent(outcome);
    case 'not-candidate':
      return problemAt('not-candidate', 'the lease is no candidate', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function lookUp(c: Asked, service: Service, live: LiveOptions): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'elections', 'read');
  const { elections, kernel } = namespace;
  const { live: mode, ...options } = validate(observeQuery, c.req.query(), 'the query');
  if (mode === 'sse') {
    const { observedEvents } = await import('./observe-events.ts');
    return observedEvents<Leader | undefined>(
      c,
      {
        event: 'leader',
        observe: (signal) => elections.observeVersions(name, signal),
        json: (leader) => (leader ? leaderJson(leader) : null),
        position: () => kernel.replica.position,
      },
      live,
    );
  }
  const outcome = await elections.lookUp(name, options);
  if (outcome.kind !== 'leader') return unfinished(outcome);
  const { leader, candidates, position } = outcome;
  if (!leader) return problemAt('no-leader', 'nobody leads', outcome);
  return positioned({ ...leaderJson(leader), candidates }, position, 200);
}

function leaderJson({ lease, term, value }: Leader): object {
  return { lease, term, ...valueJson(value) };
}
