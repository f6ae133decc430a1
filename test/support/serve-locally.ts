// A server as `npm start` makes it, in this process.

import { admitLoopback } from '../../src/access/loopback.ts';
import type { Store } from '../../src/log/store.ts';
import { type AppOptions, createApp } from '../../src/protocols/http/app.ts';
import { type Serving, serve } from '../../src/server/serve.ts';
import { open, type ServiceOptions } from '../../src/service/service.ts';

export function serveLocally(store: Store, options: AppOptions & ServiceOptions): Promise<Serving> {
  const app = createApp(open(store, options), admitLoopback, options);
  return serve({ app, store, host: '127.0.0.1', port: 0, graceMs: 0 });
}
