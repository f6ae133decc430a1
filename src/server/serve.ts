// A Node HTTP server around the app: starts, says where it is, and ends without dropping what it has
// accepted.

import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Store } from '../log/store.ts';
import type { App } from '../protocols/http/app.ts';
import { problem } from '../protocols/http/problem.ts';
import { Drain } from './drain.ts';
import { listen } from './listen.ts';
import { identify, requestIdOf } from './request-id.ts';

export interface Serving {
  readonly url: string;
  /** How many connections are open. */
  connections(): Promise<number>;
  /** Accepts nothing new, answers what was accepted, and closes the store. */
  close(): Promise<void>;
}

export interface Serve {
  readonly app: App;
  /** Closed at the end. */
  readonly store: Store;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** A server with TLS. Default: plain HTTP. */
  readonly createTls?: ((options: ServerOptions, listener: RequestListener) => Server) | undefined;
  /** How long a whole request, body and all, may take to arrive. Default: 30,000 ms. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long a connection may stand still while it is being answered. Default: 90,000 ms. */
  readonly stalledMs?: number | undefined;
  /**
   * How long a shutdown leaves connections at rest open, for the requests that are coming in on them.
   * Default: 500 ms.
   */
  readonly graceMs?: number | undefined;
  /**
   * The time between two runs of maintenance, in milliseconds. Default: none, as where a schedule does it.
   */
  readonly maintainEveryMs?: number | undefined;
  /**
   * The time between two looks for leases that are due, in milliseconds. Default: none, only requests look.
   */
  readonly expireLeasesEveryMs?: number | undefined;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** The time between Node's looks for connections that are too slow. */
const TIMEOUT_CHECK_MS = 1000;
const KEEP_ALIVE_MS = 60_000;
/**
 * The longest time without a byte in either direction: after it the reader has stopped reading. Live readers
 * get at least a comment every 15 seconds.
 */
const STALLED_MS = 90_000;
/** A busy client sends its next request within this time. */
const GRACE_MS = 500;
/** How long a shutdown waits for requests on their way. */
const CLOSE_TIMEOUT_MS = 20_000;

/** @throws StartupError when the port cannot be had. */
export async function serve({
  app,
  store,
  host,
  port,
  createTls,
  requestTimeoutMs,
  stalledMs,
  graceMs,
  maintainEveryMs,
  expireLeasesEveryMs,
}: Serve): Promise<Serving> {
  const listener = getRequestListener(
    (request, { outgoing }) => app.fetch(request, requestIdOf(outgoing as ServerResponse)),
    { errorHandler: notUnderstood },
  );
  const create = createTls ?? createServer;
  const server = create({ connectionsCheckingInterval: TIMEOUT_CHECK_MS }, (incoming, outgoing) => {
    identify(incoming, outgoing);
    void listener(incoming, outgoing);
  });
  const drain = new Drain(server);
  // A client that sends slowly or never ends is cut off; one that is idle between requests is not.
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = stalledMs ?? STALLED_MS;
  // A client may close its side once it has sent its request, and still gets its answer. Node has the switch,
  // not the type.
  Object.assign(server, { httpAllowHalfOpen: true });
  await listen(server, { host, port, flag: '--port' });
  const { port: bound } = server.address() as AddressInfo;
  const timers = [
    every(maintainEveryMs, () => app.maintain()),
    every(expireLeasesEveryMs, () => app.expireLeases()),
  ];
  let closed: Promise<void> | undefined;
  const close = async () => {
    for (const timer of timers) clearInterval(timer);
    app.beginClosing();
    await drain.run({ graceMs: graceMs ?? GRACE_MS, timeoutMs: CLOSE_TIMEOUT_MS });
    await app.idle();
    await store.close();
  };
  return {
    connections: () => promisify(server.getConnections.bind(server))(),
    url: `http${createTls ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function every(ms: number | undefined, run: () => Promise<void>): NodeJS.Timeout | undefined {
  // Neither of the two rejects: errors go to `onError`.
  return ms === undefined ? undefined : setInterval(() => void run(), ms);
}

/** Answers a request that Node cannot convert to a `Request`, such as one with a malformed `Host`. */
function notUnderstood(error: unknown): Response {
  const detail = error instanceof RequestError ? error.message : 'something went wrong in the server';
  if (error instanceof RequestError)
    return problem('malformed-request', `the request was not understood: ${detail}`);
  return problem('internal', detail);
}
