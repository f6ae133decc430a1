// Namespaces over HTTP: the list of them, and the deletion of one.

import { Hono } from 'hono';
import type { Service } from '../../service/service.ts';
import { answer, jsonAnswer } from './answer.ts';
import { validate } from './body.ts';
import { unfinished } from './in-namespace.ts';
import { type Environment, permit } from './permission.ts';
import { problem } from './problem.ts';
import { namespaceName, namespacesQuery } from './schemas.ts';

export function namespaceRoutes(service: Service): Hono<Environment> {
  return new Hono<Environment>()
    .get('/', async (c) => {
      permit(c, 'namespaces', 'read', '', 'all-under');
      const listed = await service.namespaces.list(validate(namespacesQuery, c.req.query(), 'the query'));
      if (listed.kind !== 'page') return unfinished(listed);
      const { names, more } = listed;
      return jsonAnswer(200, { 'cache-control': 'no-store' }, { names, more });
    })
    .delete('/:namespace', async (c) => {
      const name = validate(namespaceName, c.req.param('namespace'), 'the namespace');
      permit(c, 'namespaces', 'write', name);
      const deleted = await service.namespaces.delete(name);
      switch (deleted.kind) {
        case 'deleted':
          return answer(204, {});
        case 'not-found':
          return problem('namespace-not-found', `there is no namespace ${name}`);
        default:
          return unfinished(deleted);
      }
    });
}
