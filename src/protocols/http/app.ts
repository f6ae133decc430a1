// The whole API as one function from request to response. It runs behind a Node server, in a Lambda and in
// tests alike.

import { setMaxListeners } from 'node:events';
import { Hono } from 'hono';
import { type Admit, NOBODY } from '../../access/principal.ts';
import type { Quotas } from '../../access/quotas.ts';
import { DecodeError } from '../../encoding/binary.ts';
import { URL_PATH_BYTES_MAX } from '../../limits.ts';
import { type Store, StoreError } from '../../log/store.ts';
import type { RequestTracing } from '../../observability/request-tracing.ts';
import { ReplicaStoppedError } from '../../replica/applier.ts';
import type { Service } from '../../service/service.ts';
import { answer, jsonAnswer } from './answer.ts';
import type { Console } from './console.ts';
import type { Sharing } from './cors.ts';
import { HttpCredentials } from './credentials.ts';
import { ANY_KEY, keyRoutes } from './key-routes.ts';
import { nameRoutes } from './name-routes.ts';
import { namespaceRoutes } from './namespace-routes.ts';
import { denial, type Environment, permit } from './permission.ts';
import { problem, problemOfFailure, RequestProblem } from './problem.ts';
import { counted } from './quota.ts';
import { recipeRoutes } from './recipe-routes.ts';
import { type Handle, observed, type RequestLogEntry } from './request-log.ts';
import { ANY_PATH, streamListRoutes, streamRoutes } from './stream-routes.ts';

export interface AppOptions {
  /** How long a long-poll waits for something new. Default: 20,000 ms. */
  readonly longPollMs?: number | undefined;
  /** How long an event stream lasts before its reader has to reconnect. Default: 60,000 ms. */
  readonly eventStreamMs?: number | undefined;
  /** Clients come by HTTPS only, and answers say so (RFC 6797). Default: false. */
  readonly https?: boolean | undefined;
  /** Answers what is for the console, before anything is asked of the sender. Default: there is none. */
  readonly console?: Console | undefined;
  /**
   * `sharingWith` of `cors.ts`: pages of which other origins may use the server. They still need the
   * credentials that everybody needs. Default: none.
   */
  readonly sharing?: Sharing | undefined;
  /** Told of errors that are a fault of the server, and of the request that has met one. */
  readonly onError?:
    | ((error: unknown, where: { readonly requestId?: string | undefined }) => void)
    | undefined;
  /** Told of every request once its answer begins. */
  readonly onRequest?: ((seen: RequestLogEntry) => void) | undefined;
  /**
   * Whether answers carry the id of their request as `Ordinal-Request-Id`, where there is `onRequest` or
   * `tracing`. Default: true. A server that has told it by itself can do without.
   */
  readonly tellsRequestId?: boolean | undefined;
  /** `openTelemetry()` of `ordinal/opentelemetry`: requests become spans. Default: none. */
  readonly tracing?: RequestTracing | undefined;
  /** What `GET /metrics` answers. Default: there is no such route. */
  readonly metrics?: MetricsText | undefined;
  /** Default: every principal may ask for as much as it likes. */
  readonly quotas?: Quotas | undefined;
}

export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface App {
  /** @param requestId the id of the request; by default it gets a new one */
  fetch(request: Request, requestId?: string): Promise<Response>;
  /** Ends live reads. Answers to requests on their way still go out. */
  beginClosing(): void;
  /** See `Service.maintain`. */
  maintain(): Promise<void>;
  /** See `Service.expireLeases`. */
  expireLeases(): Promise<void>;
  /** See `Service.idle`. */
  idle(): Promise<void>;
}

/**
 * @param service shared with the other protocols of the process
 * @param admit decides on each request's sender and its permissions: one of `access/`
 */
export function createApp(service: Service, admit: Admit, options: AppOptions = {}): App {
  const closing = new AbortController();
  // Every live reader listens to it.
  setMaxListeners(0, closing.signal);
  const routes = routesOf(service, closing.signal, options);
  const { onError, onRequest, tracing, quotas, console, tellsRequestId = true, sharing } = options;
  const handle: Handle = async (request, requestId) => {
    try {
      if (isProbe(request)) return await routes.fetch(request, { principal: NOBODY });
      const served = console?.(request);
      const page = served && (await served);
      if (page) return fitting(request, page);
      const admitted = await admit(new HttpCredentials(request, sharing?.trustedOrigins));
      if (admitted.kind !== 'admitted') return fitting(request, denial(admitted));
      const refusal = refusalOfUrl(request.url);
      if (refusal) return fitting(request, refusal);
      const { principal } = admitted;
      const asked = quotas ? counted(quotas, principal, request, routes.getPath(request)) : request;
      return await routes.fetch(asked, { principal, quotas, requestId });
    } catch (error) {
      return fitting(request, problemOfError(error, onError, requestId));
    }
  };
  const shared = sharing ? sharing.around(handle) : handle;
  const secured = options.https ? withStrictTransport(shared) : shared;
  return {
    fetch: onRequest || tracing ? observed(secured, routes, { onRequest, tracing, tellsRequestId }) : secured,
    beginClosing: () => closing.abort(),
    maintain: () => service.maintain(),
    expireLeases: () => service.expireLeases(),
    idle: () => service.idle(),
  };
}

const LIVENESS_PATH = '/livez';
const METRICS_PATH = '/metrics';

/** Whether the request is a probe. Probes have no credentials, and learn only that the process is alive. */
function isProbe({ method, url }: Request): boolean {
  if (!url.endsWith(LIVENESS_PATH) || (method !== 'GET' && method !== 'HEAD')) return false;
  return URL.canParse(url) && new URL(url).href === new URL(LIVENESS_PATH, url).href;
}

/** Setting a header on a finished response is slow. Behind HTTPS that cost does not matter. */
function withStrictTransport(handle: Handle): Handle {
  return async (request, requestId) => {
    const response = await handle(request, requestId);
    response.headers.set('strict-transport-security', 'max-age=31536000');
    return response;
  };
}

/** An answer to HEAD has no body. The router ensures that for its routes only. */
function fitting(request: Request, response: Response): Response {
  return request.method === 'HEAD' ? new Response(null, response) : response;
}

/**
 * Admission and the check of the URL come before the router, and not as its middleware. With one handler per
 * request the router calls that directly, which saves a tenth of the cost of a small request
 * (`bench/README.md`).
 */
function routesOf(service: Service, closing: AbortSignal, options: AppOptions): Hono<Environment> {
  const app = new Hono<Environment>();
  const others = new Hono<Environment>();
  app.get(LIVENESS_PATH, () => jsonAnswer(200, { 'cache-control': 'no-store' }, { status: 'ok' }));
  app.get('/healthz', () => health(service.store));
  const { metrics } = options;
  if (metrics) {
    app.get(METRICS_PATH, (c) => {
      permit(c, 'metrics', 'read', '');
      return metricsAnswer(metrics);
    });
    refuseOtherMethods(others, METRICS_PATH, 'GET');
  }
  app.get('/v1/openapi.json', async () => {
    // The document is asked for rarely, so a cold start does not load it.
    const { openApiDocument } = await import('./openapi.ts');
    return jsonAnswer(200, {}, openApiDocument());
  });
  const { longPollMs = 20_000, eventStreamMs = 60_000 } = options;
  const live = { longPollMs, eventStreamMs, closing };
  for (const prefix of ['/v1', '/v1/namespaces/:namespace']) {
    for (const { path, routes, methods } of recipeRoutes(service, live)) {
      app.route(`${prefix}${path}`, routes);
      for (const [below, allow] of Object.entries(methods))
        refuseOtherMethods(others, `${prefix}${path}${below}`, allow);
    }
    app.route(`${prefix}/names`, nameRoutes(service));
    refuseOtherMethods(others, `${prefix}/names`, 'GET');
    refuseOtherMethods(others, `${prefix}/names/:name`, 'GET, PUT, DELETE');
    app.route(`${prefix}/keys`, keyRoutes(service));
    app.post(`${prefix}/transactions`, async (c) => {
      const { transact } = await import('./transaction-routes.ts');
      return transact(c, service);
    });
    refuseOtherMethods(others, `${prefix}/transactions`, 'POST');
    app.get(`${prefix}/history`, async (c) => {
      const { history } = await import('./history-routes.ts');
      return history(c, service);
    });
    refuseOtherMethods(others, `${prefix}/history`, 'GET');
    app.get(`${prefix}/watch`, async (c) => {
      const { watch } = await import('./watch-routes.ts');
      return watch(c, service, live);
    });
    refuseOtherMethods(others, `${prefix}/watch`, 'GET');
    refuseOtherMethods(others, `${prefix}/keys`, 'GET');
    refuseOtherMethods(others, `${prefix}/keys${ANY_KEY}`, 'GET, HEAD, PUT, DELETE');
  }
  app.route('/v1/namespaces', namespaceRoutes(service));
  refuseOtherMethods(others, '/v1/namespaces', 'GET');
  refuseOtherMethods(others, '/v1/namespaces/:namespace', 'GET, DELETE');
  app.get('/v1/diagnostics', async (c) => {
    const { diagnostics } = await import('./diagnostics-routes.ts');
    return diagnostics(c, service);
  });
  refuseOtherMethods(others, '/v1/diagnostics', 'GET');
  app.route('/v1/streams', streamListRoutes(service));
  refuseOtherMethods(others, '/v1/streams', 'GET');
  app.route('/v1/stream', streamRoutes(service, live));
  refuseOtherMethods(others, `/v1/stream${ANY_PATH}`, 'GET, HEAD, PUT, POST, PATCH, DELETE');
  refuseOtherMethods(others, '/v1/openapi.json', 'GET');
  refuseOtherMethods(others, '/healthz', 'GET');
  refuseOtherMethods(others, LIVENESS_PATH, 'GET');
  others.notFound((c) => problem('no-such-route', `there is nothing at ${c.req.path}`));
  app.notFound((c) => others.fetch(c.req.raw));
  app.onError((error, c) => problemOfError(error, options.onError, c.env.requestId));
  return app;
}

/** Visible ASCII without an escape, which needs no decoding. */
const PLAIN_URL = /^[!-$&-~]*$/;

/** A URL that cannot be decoded must not come to mean another one. */
function refusalOfUrl(text: string): Response | undefined {
  if (text.length <= URL_PATH_BYTES_MAX && PLAIN_URL.test(text)) return undefined;
  let path: string;
  try {
    const url = new URL(text);
    path = decodeURIComponent(url.pathname);
    decodeURIComponent(url.search);
  } catch {
    return problem('malformed-request', 'the URL is not percent-encoded UTF-8');
  }
  // Stores cannot keep a NUL in a key.
  if (path.includes('\0') || Buffer.byteLength(path) > URL_PATH_BYTES_MAX) {
    return problem('invalid-request', 'the path is too long, or holds a NUL character');
  }
  return undefined;
}

function refuseOtherMethods(app: Hono<Environment>, path: string, allow: string): void {
  app.all(path, (c) =>
    problem('method-not-allowed', `${c.req.method} is not allowed here`, { headers: { allow } }),
  );
}

async function health(store: Store): Promise<Response> {
  try {
    await store.check();
    return jsonAnswer(200, { 'cache-control': 'no-store' }, { status: 'ok', store: store.traits.name });
  } catch (error) {
    return problemOfError(error, undefined, undefined);
  }
}

async function metricsAnswer(metrics: MetricsText): Promise<Response> {
  const text = await metrics.text();
  return answer(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }, text);
}

function problemOfError(
  error: unknown,
  report: AppOptions['onError'],
  requestId: string | undefined,
): Response {
  if (error instanceof RequestProblem) return problem(error.code, error.message, error.extras);
  // Only reads let a StoreError through, and a read that fails has changed nothing.
  if (error instanceof StoreError) return problemOfFailure({ definite: true, message: error.message });
  report?.(error, { requestId });
  if (error instanceof ReplicaStoppedError) return problem('namespace-stopped', error.message);
  // This is of a read: appends answer with their outcome.
  if (error instanceof DecodeError) return problem('log-unreadable', error.message);
  return problem('internal', 'something went wrong in the server');
}
