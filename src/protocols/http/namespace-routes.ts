// Namespaces over HTTP: the list of them, the description and the deletion of one.

import { Hono } from 'hono';
import type { Service } from '../../service/service.ts';
import { answer, jsonAnswer } from './answer.ts';
import { validate } from './body.ts';
import { namespaceIn, positioned, unfinished } from './in-namespace.ts';
import { type Environment, permit } from './permission.ts';
import { problem } from './problem.ts';
import { namespacesQuery } from './schemas.ts';

export function namespaceRoutes(service: Service): Hono<Environment> {
  return new Hono<Environment>()
    .get('/', async (c) => {
      permit(c, 'namespaces', 'read', '', 'all-under');
      const listed = await service.namespaces.list(validate(namespacesQuery, c.req.query(), 'the query'));
      if (listed.kind !== 'page') return unfinished(listed);
      const { names, more } = listed;
      return jsonAnswer(200, { 'cache-control': 'no-store' }, { names, more });
    })
    .get('/:namespace', async (c) => {
      const name = namespaceIn(c);
      permit(c, 'namespaces', 'read', name);
      const described = await service.namespaces.describe(name);
      switch (described.kind) {
        case 'namespace': {
          const { kind: _, snapshotPosition = null, ...known } = described;
          return positioned({ ...known, snapshotPosition }, described.position, 200);
        }
        case 'not-found':
          return notFound(name);
        default:
          return unfinished(described);
      }
    })
    .delete('/:namespace', async (c) => {
      const name = namespaceIn(c);
      permit(c, 'namespaces', 'write', name);
      const deleted = await service.namespaces.delete(name);
      switch (deleted.kind) {
        case 'deleted':
          return answer(204, {});
        case 'not-found':
          return notFound(name);
        default:
          return unfinished(deleted);
      }
    });
}

function notFound(name: string): Response {
  return problem('namespace-not-found', `there is no namespace ${name}`);
}
