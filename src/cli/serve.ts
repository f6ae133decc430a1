// A Node HTTP server around the app: starts, says where it is, and ends without dropping what it has accepted.

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type AppOptions, createApp } from '../http/app.ts';
import type { Store } from '../log/store.ts';
import { messageOf, UnusableError } from './open-store.ts';

export interface Serving {
  readonly url: string;
  /** Accepts nothing new, answers what was accepted, and closes the store. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;
/** How long a shutdown waits for requests on their way. */
const CLOSE_TIMEOUT_MS = 20_000;
const IDLE_CHECK_MS = 20;

/** @throws UnusableError when the port cannot be had. */
export async function serve(store: Store, port: number, options: AppOptions = {}): Promise<Serving> {
  const app = createApp(store, options);
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
  // Whoever sends slowly, or never ends, is cut off; a client that is idle between requests is not.
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // A client may close its side once it has sent its request, and still gets its answer. Node has the switch, not the type.
  Object.assign(server, { httpAllowHalfOpen: true });
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = async () => {
    app.beginClosing();
    await closeServer(server);
    await app.idle();
    await store.close();
  };
  return {
    url: `http://${HOST}:${bound}`,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = taken ? 'it is in use; choose another with --port' : messageOf(cause);
    throw new UnusableError(`cannot listen on ${HOST}:${port}: ${reason}`, { cause });
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
