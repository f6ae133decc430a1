// Goal: the logs of the namespaces that a server works with do not grow for ever. Method: a clock that the
// test moves, and a look at what is left in the store.

import { expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { snapshotsOf } from '../../src/replica/snapshot-record.ts';
import { serve } from '../../src/server/serve.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { cleanUp } from '../support/clean-up.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;

function newApp<T extends Store>(store: T, errors: unknown[] = []) {
  const clock = new ManualClock();
  const onError = (error: unknown) => errors.push(error);
  const log = { clock, segmentCapBytes: 200 };
  return {
    store,
    clock,
    app: createApp(open(store, { snapshotEvery: 10, clock, log, onError }), admitLoopback),
  };
}

async function claim(app: App, namespace: string, count: number, tag: string): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const url = `http://localhost/v1/namespaces/${namespace}/names/${tag}${index}`;
    const answer = await app.fetch(new Request(url, { method: 'PUT', body: '{"owner":"ann"}' }));
    expect(answer.status).toBe(201);
    // A snapshot is saved while claims go on, and the next one not before it is.
    await app.idle();
  }
}

const firstBase = async (store: MemoryStore, namespace: string) =>
  (await store.range(`namespace/${namespace}`, 0, 1)).segments[0]?.base;

test('segments that snapshots have made needless are removed, an hour after they were marked', async () => {
  const { app, store, clock } = newApp(new MemoryStore());
  for (const namespace of ['one', 'two']) await claim(app, namespace, 100, 'n');
  await app.maintain();
  expect(await firstBase(store, 'one')).toBe(0);
  expect(await new Log(store, 'namespace/one').read(0)).toMatchObject({ kind: 'trimmed' });
  clock.pass(HOUR_MS);
  await app.maintain();
  for (const namespace of ['one', 'two']) {
    const { previous } = snapshotsOf(await store.metadataRecord(`namespace/${namespace}`, 'snapshot'));
    expect(previous?.position).toBeGreaterThan(20);
    const holder = (await store.last(`namespace/${namespace}`, previous?.position)).segment;
    expect(await firstBase(store, namespace)).toBe(holder?.base);
  }
  await claim(app, 'one', 10, 'later');
  const fresh = createApp(open(store), admitLoopback);
  const names = await fresh.fetch(new Request('http://localhost/v1/namespaces/one/names?limit=1000'));
  expect(((await names.json()) as { names: unknown[] }).names.length).toBe(110);
});

test('the lists of namespaces and of streams are trimmed, too', async () => {
  const { app, store } = newApp(new MemoryStore());
  for (let index = 0; index < 30; index += 1) {
    await claim(app, `n${index}`, 1, 'n');
    const url = `http://localhost/v1/stream/s${index}`;
    await app.fetch(new Request(url, { method: 'PUT', headers: { 'content-type': 'text/plain' } }));
    await app.idle();
  }
  await app.maintain();
  for (const log of ['system/namespaces', 'system/streams']) {
    expect(await new Log(store, log).read(0), log).toMatchObject({ kind: 'trimmed' });
  }
});

test('a namespace that cannot be looked after keeps no other from it, and is reported', async () => {
  const errors: unknown[] = [];
  const { app, store } = newApp(new MemoryStore(), errors);
  for (const namespace of ['bad', 'good']) await claim(app, namespace, 100, 'n');
  const [entry] = (await store.last('namespace/bad')).segment?.entries ?? [];
  if (entry) entry[0] = 9;
  await app.maintain();
  expect(errors.length).toBe(1);
  expect(await new Log(store, 'namespace/good').read(0)).toMatchObject({ kind: 'trimmed' });
});

test('namespaces that nobody has written to cost no write', async () => {
  const { app, store } = newApp(new MemoryStore());
  await app.fetch(new Request('http://localhost/v1/namespaces/empty/names'));
  await app.maintain();
  expect(await store.last('namespace/empty')).toEqual({ segment: undefined, records: {} });
});

test('the storage of a deleted stream comes back, and deleting what is not there leaves nothing behind', async () => {
  const { app, store, clock } = newApp(new MemoryStore());
  const ask = async (method: string, path: string, body?: string) => {
    const headers = { 'content-type': 'text/plain' };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    return (await app.fetch(new Request(`http://localhost/v1/stream/${path}`, init))).status;
  };
  expect(await ask('DELETE', 'none')).toBe(404);
  expect((await store.last('system/deleted-logs')).segment).toBeUndefined();
  expect(await ask('PUT', 'large')).toBe(201);
  for (let index = 0; index < 20; index += 1) expect(await ask('POST', 'large', 'x'.repeat(150))).toBe(204);
  expect(await ask('DELETE', 'large')).toBe(204);
  expect(await ask('DELETE', 'large')).toBe(404);
  for (let round = 0; round < 3; round += 1) {
    await app.maintain();
    clock.pass(2 * HOUR_MS);
  }
  expect((await store.range('stream/large', 0, 1_000_000)).segments.length).toBe(1);
});

test('a deletion that cannot be announced does not happen, and says so', async () => {
  const faulty = faultyStore(new MemoryStore());
  const { app } = newApp(faulty.store);
  const url = 'http://localhost/v1/stream/kept';
  await app.fetch(new Request(url, { method: 'PUT', headers: { 'content-type': 'text/plain' } }));
  const hold = faulty.hold('open');
  const deletion = app.fetch(new Request(url, { method: 'DELETE' }));
  await hold.reached;
  faulty.fail('open', 'lost-before');
  faulty.fail('open', ...Array.from({ length: 200 }, () => 'lost-before' as const));
  hold.release();
  const answer = await deletion;
  expect([answer.status, await answer.json()]).toMatchObject([503, { definite: true }]);
  expect((await app.fetch(new Request(url, { method: 'HEAD' }))).status).toBe(200);
});

test('a server does it by itself, and ends only when it is not in the middle of it', async () => {
  const faulty = faultyStore(new MemoryStore());
  const { app } = newApp(faulty.store);
  await claim(app, 'one', 100, 'n');
  const trimming = faulty.hold('setMetadataRecord');
  const options = { host: '127.0.0.1', port: 0, graceMs: 0, maintainEveryMs: 5 };
  const serving = await serve({ app, store: faulty.store, ...options });
  cleanUp.push(() => serving.close());
  await trimming.reached;
  let ended = false;
  const closed = serving.close().then(() => {
    ended = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ended).toBe(false);
  trimming.release();
  await closed;
  expect(await new Log(faulty.store, 'namespace/one').read(0)).toMatchObject({ kind: 'trimmed' });
});
