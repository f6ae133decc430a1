// Keys over HTTP: put, get, delete and list. What answers them is loaded with the first request for it.

import { Hono } from 'hono';
import type { Service } from '../../service/service.ts';
import type { Environment } from './permission.ts';

/** Slashes and line breaks included. */
export const ANY_KEY = '/:key{[\\s\\S]+}';

export function keyRoutes(service: Service): Hono<Environment> {
  const keys = () => import('./key-requests.ts');
  return new Hono<Environment>()
    .get('/', async (c) => (await keys()).list(c, service))
    .put(ANY_KEY, async (c) => (await keys()).put(c, service))
    .get(ANY_KEY, async (c) => (await keys()).get(c, service))
    .delete(ANY_KEY, async (c) => (await keys()).remove(c, service));
}
