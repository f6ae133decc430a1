// The server as the settings describe it: the admission, the app on the store, and a listener around it.

import { admitLoopback } from '../access/loopback.ts';
import { admitSharedToken } from '../access/shared-token.ts';
import type { Store } from '../log/store.ts';
import { createApp } from '../protocols/http/app.ts';
import { open } from '../service/service.ts';
import { type Serving, serve } from './serve.ts';
import type { Settings } from './settings.ts';

/** As often as a deployment's schedule does. */
const MAINTAIN_EVERY_MS = 15 * 60_000;
/** A look costs no call: it reads the state in memory. The store is asked only when a lease is due. */
const EXPIRE_LEASES_EVERY_MS = 500;

/**
 * Takes the store over: it is closed with the server, or at once when the server cannot start.
 *
 * @throws StartupError
 */
export async function startServer(
  store: Store,
  { token, host, port }: Pick<Settings, 'token' | 'host' | 'port'>,
  report: (error: unknown) => void,
): Promise<Serving> {
  const admit = token === undefined ? admitLoopback : admitSharedToken(token);
  const app = createApp(open(store, { onError: report }), admit, { onError: report });
  try {
    return await serve({
      app,
      store,
      host,
      port,
      maintainEveryMs: MAINTAIN_EVERY_MS,
      expireLeasesEveryMs: EXPIRE_LEASES_EVERY_MS,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}
