// A Node HTTP server around the app: starts, says where it is, and ends without dropping what it has accepted.

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { App } from '../http/app.ts';
import type { Store } from '../log/store.ts';
import { messageOf, UnusableError } from './unusable.ts';

export interface Serving {
  readonly url: string;
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
  /** How long a whole request, body and all, may take to arrive. Default: 30,000 ms. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long a connection may stand still while it is being answered. Default: 90,000 ms. */
  readonly stalledMs?: number | undefined;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Node looks for connections that are too slow only so often. */
const TIMEOUT_CHECK_MS = 1000;
const KEEP_ALIVE_MS = 60_000;
/** No byte either way for so long: a reader that has stopped reading. Live readers get at least a comment every 15 seconds. */
const STALLED_MS = 90_000;
/** How long a shutdown waits for requests on their way. */
const CLOSE_TIMEOUT_MS = 20_000;
const IDLE_CHECK_MS = 20;

/** @throws UnusableError when the port cannot be had. */
export async function serve({
  app,
  store,
  host,
  port,
  requestTimeoutMs,
  stalledMs,
}: Serve): Promise<Serving> {
  const server = createAdaptorServer({
    fetch: (request) => app.fetch(request),
    serverOptions: { connectionsCheckingInterval: TIMEOUT_CHECK_MS },
  }) as Server;
  // Whoever sends slowly, or never ends, is cut off; a client that is idle between requests is not.
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = stalledMs ?? STALLED_MS;
  // A client may close its side once it has sent its request, and still gets its answer. Node has the switch, not the type.
  Object.assign(server, { httpAllowHalfOpen: true });
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = async () => {
    app.beginClosing();
    await closeServer(server);
    await app.idle();
    await store.close();
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = taken ? 'it is in use; choose another with --port' : messageOf(cause);
    throw new UnusableError(`cannot listen on ${host}:${port}: ${reason}`, { cause });
  }
}

async function closeServer(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  // A connection that becomes idle after `close` would be kept open for its client's next request.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
  clearTimeout(late);
}
