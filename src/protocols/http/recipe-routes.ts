// The routes of leases, locks, elections, groups and sequences, with the methods that each has. What answers
// them is loaded with the first request for it: appends, reads and names need none of it.

import { Hono } from 'hono';
import type { Service } from '../../service/service.ts';
import type { Environment } from './permission.ts';
import type { LiveOptions } from './recipe-parts.ts';

interface Mounted {
  readonly path: string;
  readonly routes: Hono<Environment>;
  /** The methods by path below the resource. */
  readonly methods: Readonly<Record<string, string>>;
}

const LISTED = ['leases', 'locks', 'elections', 'groups', 'sequences'] as const;

export function recipeRoutes(service: Service, live: LiveOptions): Mounted[] {
  const changes = 'GET, PUT, DELETE';
  return [
    ...LISTED.map((resource) => listMounted(resource, service)),
    { path: '/leases', routes: leaseRoutes(service), methods: { '/:name': changes } },
    { path: '/locks', routes: lockRoutes(service, live), methods: { '/:name': changes } },
    {
      path: '/elections',
      routes: electionRoutes(service, live),
      methods: { '/:name': 'GET, PUT, PATCH, DELETE' },
    },
    {
      path: '/groups',
      routes: groupRoutes(service, live),
      methods: { '/:name': 'GET', '/:name/:member': 'PUT, DELETE' },
    },
    { path: '/sequences', routes: sequenceRoutes(service), methods: { '/:name': 'GET, POST' } },
  ];
}

function listMounted(resource: (typeof LISTED)[number], service: Service): Mounted {
  const routes = new Hono<Environment>().get('/', async (c) => {
    const { list } = await import('./list-routes.ts');
    return list(c, service, resource);
  });
  return { path: `/${resource}`, routes, methods: { '': 'GET' } };
}

function leaseRoutes(service: Service): Hono<Environment> {
  const leases = () => import('./lease-routes.ts');
  return new Hono<Environment>()
    .post('/renew', async (c) => (await leases()).renew(c, service))
    .put('/:name', async (c) => (await leases()).grant(c, service))
    .get('/:name', async (c) => (await leases()).lookUp(c, service))
    .delete('/:name', async (c) => (await leases()).revoke(c, service));
}

function lockRoutes(service: Service, live: LiveOptions): Hono<Environment> {
  const locks = () => import('./lock-routes.ts');
  return new Hono<Environment>()
    .put('/:name', async (c) => (await locks()).acquire(c, service, live))
    .get('/:name', async (c) => (await locks()).lookUp(c, service))
    .delete('/:name', async (c) => (await locks()).release(c, service));
}

function electionRoutes(service: Service, live: LiveOptions): Hono<Environment> {
  const elections = () => import('./election-routes.ts');
  return new Hono<Environment>()
    .put('/:name', async (c) => (await elections()).campaign(c, service, live))
    .patch('/:name', async (c) => (await elections()).proclaim(c, service))
    .get('/:name', async (c) => (await elections()).lookUp(c, service, live))
    .delete('/:name', async (c) => (await elections()).resign(c, service));
}

function groupRoutes(service: Service, live: LiveOptions): Hono<Environment> {
  const groups = () => import('./group-routes.ts');
  return new Hono<Environment>()
    .get('/:name', async (c) => (await groups()).members(c, service, live))
    .put('/:name/:member', async (c) => (await groups()).join(c, service))
    .delete('/:name/:member', async (c) => (await groups()).leave(c, service));
}

function sequenceRoutes(service: Service): Hono<Environment> {
  const sequences = () => import('./sequence-routes.ts');
  return new Hono<Environment>()
    .post('/:name', async (c) => (await sequences()).next(c, service))
    .get('/:name', async (c) => (await sequences()).lookUp(c, service));
}
