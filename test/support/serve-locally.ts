// A server as `npm start` makes it, in this process.

import { admitLoopback } from '../../src/access/loopback.ts';
import type { Store } from '../../src/log/store.ts';
import { type AppOptions, createApp } from '../../src/protocols/http/app.ts';
import { type Serving, serve } from '../../src/server/serve.ts';

export function serveLocally(store: Store, options: AppOptions): Promise<Serving> {
  const app = createApp(store, admitLoopback, options);
  return serve({ app, store, host: '127.0.0.1', port: 0, graceMs: 0 });
}
