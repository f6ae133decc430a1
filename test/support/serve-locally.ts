// A server as `npm start` makes it, in this process.

import { admitLoopback } from '../../src/access/loopback.ts';
import { type Serving, serve } from '../../src/cli/serve.ts';
import type { AppOptions } from '../../src/http/app.ts';
import type { Store } from '../../src/log/store.ts';

export function serveLocally(store: Store, app: AppOptions): Promise<Serving> {
  return serve({ store, admit: admitLoopback, host: '127.0.0.1', port: 0, app });
}
