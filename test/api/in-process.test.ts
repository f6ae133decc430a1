import { expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { apiSuite } from './api-suite.ts';

apiSuite('the app in this process, memory', async () => {
  const app = createApp(open(new MemoryStore(), { waitMaxMs: 100 }), admitOperator, { longPollMs: 300 });
  return {
    request: (path, init) => app.fetch(new Request(`http://ordinal.test${path}`, init)),
    stop: () => app.idle(),
  };
});

test('a stream that another server has deleted and created anew can be deleted', async () => {
  const store = new MemoryStore();
  const [one, other] = [createApp(open(store), admitOperator), createApp(open(store), admitOperator)];
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

test('a stream with a batch of a newer format: its readers are told so, and no append is called definite', async () => {
  const store = new MemoryStore();
  const errors: unknown[] = [];
  const app = createApp(open(store), admitOperator, { onError: (error) => errors.push(error) });
  const ask = (method: string, body?: string) =>
    app.fetch(
      new Request('http://ordinal.test/v1/stream/s', {
        method,
        headers: { 'content-type': 'text/plain' },
        ...(body === undefined ? {} : { body }),
      }),
    );
  await ask('PUT', 'x');
  const [entry] = (await store.last('stream/s')).segment?.entries ?? [];
  if (entry) entry[0] = 9;
  const read = await ask('GET');
  expect(read.status).toBe(500);
  expect(await read.json()).toMatchObject({
    code: 'log-unreadable',
    definite: true,
    detail: expect.stringContaining('update it'),
  });
  expect(await (await ask('POST', 'y')).json()).toMatchObject({ code: 'outcome-unknown', definite: false });
  expect(errors.length).toBe(1);
});
