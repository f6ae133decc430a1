import { expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { createApp } from '../../src/http/app.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { apiSuite } from './api-suite.ts';

apiSuite('the app in this process, memory', async () => {
  const app = createApp(new MemoryStore(), admitOperator, { longPollMs: 300, waitMaxMs: 100 });
  return {
    request: (path, init) => app.fetch(new Request(`http://ordinal.test${path}`, init)),
    stop: () => app.idle(),
  };
});

test('a stream that another server has deleted and created anew can be deleted', async () => {
  const store = new MemoryStore();
  const [one, other] = [createApp(store, admitOperator), createApp(store, admitOperator)];
  const ask = (app: typeof one, method: string) =>
    app.fetch(
      new Request('http://ordinal.test/v1/stream/s', { method, ...(method === 'PUT' ? { body: 'x' } : {}) }),
    );
  expect((await ask(one, 'PUT')).status).toBe(201);
  expect((await ask(other, 'DELETE')).status).toBe(204);
  expect((await ask(other, 'PUT')).status).toBe(201);
  expect((await ask(one, 'DELETE')).status).toBe(204);
  expect((await ask(one, 'DELETE')).status).toBe(404);
});
