// The log entry of every request for the operator: without data or names of clients, and without credentials.

import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import type { Environment } from './permission.ts';
import { CODE_HEADER } from './problem.ts';

/** The route of a request that no route or method matches. */
const NO_ROUTE = '/*';

export interface RequestLogEntry {
  /** Also in the answer, as `Ordinal-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route, and not the path, which may hold names of people. */
  readonly route: string;
  readonly status: number;
  /** The `code` of a problem document; undefined when all went well. */
  readonly code: string | undefined;
  /** The time until the answer began, in milliseconds. */
  readonly durationMs: number;
}

/** Answers a request. `requestId` is its id, if it has one already. */
export type Handle = (request: Request, requestId?: string) => Promise<Response>;

export function observed(
  handle: Handle,
  routes: Hono<Environment>,
  report: (seen: RequestLogEntry) => void,
): Handle {
  return async (request, requestId = randomUUID()) => {
    const startedAt = performance.now();
    const response = await handle(request);
    response.headers.set('ordinal-request-id', requestId);
    report({
      requestId,
      method: request.method,
      route: routeOf(routes, request),
      status: response.status,
      code: response.headers.get(CODE_HEADER) ?? undefined,
      durationMs: performance.now() - startedAt,
    });
    return response;
  };
}

function routeOf(routes: Hono<Environment>, request: Request): string {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const [handlers] = routes.router.match(method, routes.getPath(request));
  const matched = handlers.at(-1)?.[0][1];
  return matched?.path ?? NO_ROUTE;
}
