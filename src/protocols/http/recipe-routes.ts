// The routes of leases, locks, elections, groups and sequences, with the methods that each has.

import { Hono } from 'hono';
import type { Service } from '../../service/service.ts';
import { electionRoutes } from './election-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { leaseRoutes } from './lease-routes.ts';
import { lockRoutes } from './lock-routes.ts';
import type { Environment } from './permission.ts';
import type { LiveOptions } from './recipe-parts.ts';
import { sequenceRoutes } from './sequence-routes.ts';

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
