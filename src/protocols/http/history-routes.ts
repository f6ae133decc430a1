// The history of a namespace over HTTP. Loaded when it is asked for.

import type { Service } from '../../service/service.ts';
import { validate } from './body.ts';
import { type Asked, namespaceIn, positioned, unfinished } from './in-namespace.ts';
import { HISTORY_RESOURCES, historyQuery } from './list-schemas.ts';
import { permit } from './permission.ts';

/** A command shows all that it is about, so its reader must be allowed to read everything. */
export async function history(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  for (const resource of HISTORY_RESOURCES) permit(c, resource, 'read', `${namespace}:`, 'all-under');
  const options = validate(historyQuery, c.req.query(), 'the query');
  const outcome = await service.namespace(namespace).history(options);
  if (outcome.kind !== 'page') return unfinished(outcome);
  const { commands, more, next, position } = outcome;
  return positioned({ commands, more, next }, position, 200);
}
