// Groups over HTTP: join, leave, members, observe.

import type { Member } from '../../api/groups.ts';
import type { Service } from '../../service/service.ts';
import { readJson, validate } from './body.ts';
import { type Asked, noContent, positioned, problemAt, unfinished } from './in-namespace.ts';
import {
  type LiveOptions,
  leaseOrTtl,
  metadataJson,
  optionalBytes,
  permitLease,
  placeOf,
} from './recipe-parts.ts';
import { joinBody, leaseBody, observeQuery } from './recipe-schemas.ts';

export async function join(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'groups', 'write');
  const { metadata: text, metadataBase64, ...asked } = await readJson(c.req.raw, joinBody);
  const lease = leaseOrTtl(c, asked);
  const metadata = optionalBytes(text, metadataBase64, 'metadata');
  const outcome = await namespace.groups.join(name, c.req.param('member') ?? '', { ...lease, metadata });
  switch (outcome.kind) {
    case 'joined':
      return positioned({ lease: outcome.lease }, outcome.position, 201);
    case 'updated':
      return positioned({ lease: outcome.lease }, outcome.position, 200);
    case 'name-taken':
      return problemAt(outcome.kind, 'another lease has a member of this name', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function leave(c: Asked, service: Service): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'groups', 'write');
  const { lease } = await readJson(c.req.raw, leaseBody);
  permitLease(c, lease);
  const outcome = await namespace.groups.leave(name, c.req.param('member') ?? '', lease);
  switch (outcome.kind) {
    case 'left':
      return noContent(outcome);
    case 'not-member':
      return problemAt('not-member', 'the lease has no member of this name', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function members(c: Asked, service: Service, live: LiveOptions): Promise<Response> {
  const { namespace, name } = placeOf(c, service, 'groups', 'read');
  const { groups, kernel } = namespace;
  const { live: mode, ...options } = validate(observeQuery, c.req.query(), 'the query');
  if (mode === 'sse') {
    const { observedEvents } = await import('./observe-events.ts');
    return observedEvents<readonly Member[]>(
      c,
      {
        event: 'members',
        observe: (signal) => groups.observeVersions(name, signal),
        json: membersJson,
        position: () => kernel.replica.position,
      },
      live,
    );
  }
  const outcome = await groups.members(name, options);
  if (outcome.kind !== 'members') return unfinished(outcome);
  const { more, position } = outcome;
  return positioned({ ...membersJson(outcome.members), more }, position, 200);
}

function membersJson(members: readonly Member[]): object {
  return { members: members.map(({ metadata, ...member }) => ({ ...member, ...metadataJson(metadata) })) };
}
