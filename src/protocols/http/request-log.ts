// The log entry of every request for the operator: without data or names of clients, and without credentials.

import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import type { RequestTracing } from '../../observability/request-tracing.ts';
import type { Environment } from './permission.ts';
import { CODE_HEADER, isDefinite } from './problem.ts';

/** The route of a request that no route or method matches. */
const NO_ROUTE = '/*';

export interface RequestLogEntry {
  /** Also in the answer; see `AppOptions.tellsRequestId`. */
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route, and not the path, which may hold names of people. */
  readonly route: string;
  readonly status: number;
  /** The `code` of a problem document; undefined when all went well. */
  readonly code: string | undefined;
  /** False when a request that went wrong may have had an effect all the same. */
  readonly definite: boolean | undefined;
  /** The time until the answer began, in milliseconds. */
  readonly durationMs: number;
}

/** Answers a request. `requestId` is its id, if it has one already. */
export type Handle = (request: Request, requestId?: string) => Promise<Response>;

export interface Observing {
  readonly onRequest: ((seen: RequestLogEntry) => void) | undefined;
  readonly tracing: RequestTracing | undefined;
  /** Whether answers get the header `Ordinal-Request-Id`. */
  readonly tellsRequestId: boolean;
}

const SUCCESS_BELOW = 400;

export function observed(
  handle: Handle,
  routes: Hono<Environment>,
  { onRequest, tracing, tellsRequestId }: Observing,
): Handle {
  return async (request, requestId = randomUUID()) => {
    const startedAt = performance.now();
    const { method } = request;
    const route = routeOf(routes, request);
    const run = () => handle(request, requestId);
    const response = tracing
      ? await tracing.request({ requestId, method, route, headers: request.headers }, run)
      : await run();
    const { status } = response;
    // To look at the headers of an answer is slow, so it is done only where it tells something.
    if (tellsRequestId) response.headers.set('ordinal-request-id', requestId);
    const code = status < SUCCESS_BELOW ? undefined : (response.headers.get(CODE_HEADER) ?? undefined);
    const definite = code === undefined ? undefined : isDefinite(code);
    const durationMs = performance.now() - startedAt;
    onRequest?.({ requestId, method, route, status, code, definite, durationMs });
    return response;
  };
}

function routeOf(routes: Hono<Environment>, request: Request): string {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const [handlers] = routes.router.match(method, routes.getPath(request));
  const matched = handlers.at(-1)?.[0][1];
  return matched === undefined ? NO_ROUTE : withoutExpressions(matched.path);
}

const shown = new Map<string, string>();

/** A parameter may have a regular expression behind its name, which tells nobody anything. */
function withoutExpressions(pattern: string): string {
  let route = shown.get(pattern);
  if (route === undefined) {
    route = pattern.replace(/\{[^/]*\}/g, '');
    shown.set(pattern, route);
  }
  return route;
}
