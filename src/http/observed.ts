// What an operator gets to know of every request: nothing of what clients stored or are called, and no credentials.

import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Environment } from './permission.ts';
import { CODE_HEADER } from './problem.ts';

export interface RequestSeen {
  /** Also in the answer, as `Ordinal-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route, not the path: names of people are in those. */
  readonly route: string;
  readonly status: number;
  /** The `code` of a problem document; undefined when all went well. */
  readonly code: string | undefined;
  /** Until the answer began, in milliseconds. */
  readonly durationMs: number;
}

export function observed(report: (seen: RequestSeen) => void): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const startedAt = performance.now();
    const requestId = c.env?.requestId ?? randomUUID();
    await next();
    // Not with c.header, which builds the answer anew.
    c.res.headers.set('ordinal-request-id', requestId);
    report({
      requestId,
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      code: c.res.headers.get(CODE_HEADER) ?? undefined,
      durationMs: performance.now() - startedAt,
    });
  };
}
