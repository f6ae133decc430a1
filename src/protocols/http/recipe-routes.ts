// The routes of leases, locks, elections, groups and sequences, with the methods that each has.

import type { Hono } from 'hono';
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

export function recipeRoutes(service: Service, live: LiveOptions): Mounted[] {
  const changes = 'GET, PUT, DELETE';
  return [
    { path: '/leases', routes: leaseRoutes(service), methods: { '': 'GET', '/:name': changes } },
    { path: '/locks', routes: lockRoutes(service, live), methods: { '': 'GET', '/:name': changes } },
    {
      path: '/elections',
      routes: electionRoutes(service, live),
      methods: { '': 'GET', '/:name': 'GET, PUT, PATCH, DELETE' },
    },
    {
      path: '/groups',
      routes: groupRoutes(service, live),
      methods: { '': 'GET', '/:name': 'GET', '/:name/:member': 'PUT, DELETE' },
    },
    { path: '/sequences', routes: sequenceRoutes(service), methods: { '': 'GET', '/:name': 'GET, POST' } },
  ];
}
