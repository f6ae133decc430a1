// Goal: a program runs on a store in its own process as it runs on a server. Method: one suite over both.

import { admitOperator } from '../../src/access/principal.ts';
import { connect } from '../../src/client/client.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { oneApi } from './one-api.ts';

const waitMaxMs = 50;

oneApi('embedded, memory', async () => ({ ordinal: open(new MemoryStore(), { waitMaxMs }) }));

oneApi('embedded, SQLite', async () => {
  const { path, remove } = await temporaryDirectory();
  return { ordinal: open(new SqliteStore(path), { waitMaxMs }), remove };
});

oneApi('over HTTP', async () => {
  const app = createApp(open(new MemoryStore(), { waitMaxMs }), admitOperator);
  return { ordinal: connect((request) => app.fetch(request)) };
});

oneApi('over HTTP, with waits that end soon', async () => {
  const app = createApp(open(new MemoryStore(), { waitMaxMs }), admitOperator, {
    longPollMs: 10,
    eventStreamMs: 10,
  });
  return { ordinal: connect((request) => app.fetch(request)) };
});
