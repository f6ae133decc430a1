// Lists of the resources of recipes, and of streams, over HTTP. Loaded when one is asked for.

import type { Leader } from '../../api/elections.ts';
import type { Service } from '../../service/service.ts';
import { jsonAnswer } from './answer.ts';
import { validate } from './body.ts';
import { type Asked, namespaceIn, permitReading, positioned, unfinished } from './in-namespace.ts';
import { valueJson } from './json-value.ts';
import { listPageQuery, pageQuery } from './list-schemas.ts';
import { permit } from './permission.ts';

type Listed = 'leases' | 'locks' | 'elections' | 'groups' | 'sequences';

/** A page of the list that the request asks for. */
export async function list(c: Asked, service: Service, resource: Listed): Promise<Response> {
  const name = namespaceIn(c);
  const asked = c.req.query();
  const options = validate(listPageQuery, asked, 'the query');
  permitReading(c, resource, asked, `${name}:${options.prefix}`, 'all-under');
  const outcome = await service.namespace(name)[resource].list(options);
  if (outcome.kind !== 'page') return unfinished(outcome);
  const { kind: _, position, ...page } = outcome;
  if (!('elections' in page)) return positioned(page, position, 200);
  const elections = page.elections.map(({ leader, ...known }) => ({ ...known, leader: leaderJson(leader) }));
  return positioned({ ...page, elections }, position, 200);
}

export async function listStreams(c: Asked, service: Service): Promise<Response> {
  const options = validate(pageQuery, c.req.query(), 'the query');
  permit(c, 'logs', 'read', options.prefix, 'all-under');
  const listed = await service.streams.list(options);
  if (listed.kind !== 'page') return unfinished(listed);
  const { streams, more } = listed;
  return jsonAnswer(200, { 'cache-control': 'no-store' }, { streams, more });
}

function leaderJson(leader: Leader | undefined): object | null {
  return leader ? { lease: leader.lease, term: leader.term, ...valueJson(leader.value) } : null;
}
