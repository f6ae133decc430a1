// Goal: what HTTP alone says of leases, locks, elections, groups and sequences: statuses, headers, bounds of
// waits, events. Method: the app in this process.

import { beforeEach, describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { type App, type AppOptions, createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

const HOUR_MS = 3_600_000;

let app: App;

function serve(options: AppOptions = {}): void {
  app = createApp(open(new MemoryStore(), { waitMaxMs: 50 }), admitOperator, options);
}

beforeEach(() => serve());

async function ask(method: string, path: string, body?: unknown, signal?: AbortSignal) {
  const init = {
    method,
    signal: signal ?? null,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await app.fetch(new Request(`http://here/v1${path}`, init));
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
  };
}

describe('statuses', () => {
  test('of leases', async () => {
    const lease = { lease: 'a/b', ttlMs: HOUR_MS };
    expect(await ask('PUT', '/leases/a%2Fb', { ttlMs: HOUR_MS })).toMatchObject({ status: 201, body: lease });
    expect(await ask('PUT', '/leases/a%2Fb', { ttlMs: 5 })).toMatchObject({ status: 200, body: lease });
    expect(await ask('POST', '/leases/renew', { leases: ['a/b', 'none'] })).toMatchObject({
      status: 200,
      body: { ttlsMs: [HOUR_MS, 0] },
    });
    expect(await ask('GET', '/leases/a%2Fb')).toMatchObject({ status: 200, body: { ...lease, keys: 0 } });
    expect((await ask('DELETE', '/leases/a%2Fb')).status).toBe(204);
    expect(await ask('DELETE', '/leases/a%2Fb')).toMatchObject({
      status: 404,
      body: { code: 'lease-not-found', definite: true },
    });
    expect((await ask('PUT', '/leases/renew', { ttlMs: HOUR_MS })).status).toBe(201);
  });

  test('of locks', async () => {
    const ada = { lease: 'ada', ttlMs: HOUR_MS };
    const acquired = await ask('PUT', '/locks/l', ada);
    expect(acquired).toMatchObject({ status: 200, body: { lease: 'ada', token: 1 } });
    expect(acquired.headers.get('ordinal-position')).toBe('1');
    expect(await ask('PUT', '/locks/l', { lease: 'bob', ttlMs: HOUR_MS, waitMs: 1 })).toMatchObject({
      status: 409,
      body: { code: 'lock-held', lease: 'bob', place: 1, holder: { lease: 'ada', token: 1 } },
    });
    expect(await ask('PUT', '/locks/l', { ...ada, holders: 2 })).toMatchObject({
      status: 409,
      body: { code: 'holders-mismatch' },
    });
    expect(await ask('PUT', '/locks/l', { lease: 'none' })).toMatchObject({
      status: 404,
      body: { code: 'lease-not-found' },
    });
    expect(await ask('PUT', '/locks/l', {})).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
    expect((await ask('DELETE', '/locks/l', { lease: 'ada' })).status).toBe(204);
    expect(await ask('DELETE', '/locks/l', { lease: 'ada' })).toMatchObject({
      status: 404,
      body: { code: 'lock-not-held' },
    });
    expect(await ask('GET', '/locks/l')).toMatchObject({
      status: 200,
      body: { holders: [{ lease: 'bob' }], waiters: [] },
    });
  });

  test('of elections', async () => {
    expect(await ask('GET', '/elections/e')).toMatchObject({ status: 404, body: { code: 'no-leader' } });
    const ada = { lease: 'ada', ttlMs: HOUR_MS, value: 'ä' };
    expect(await ask('PUT', '/elections/e', ada)).toMatchObject({ status: 200, body: { term: 1 } });
    expect(await ask('PUT', '/elections/e', { lease: 'bob', ttlMs: HOUR_MS })).toMatchObject({
      status: 409,
      body: { code: 'not-elected', place: 1, leader: { lease: 'ada', term: 1, value: 'ä' } },
    });
    const bob = { lease: 'bob', valueBase64: 'AP8=' };
    expect(await ask('PATCH', '/elections/e', bob)).toMatchObject({
      status: 409,
      body: { code: 'not-leader' },
    });
    expect((await ask('PATCH', '/elections/e', { ...bob, lease: 'ada' })).status).toBe(204);
    expect(await ask('GET', '/elections/e')).toMatchObject({
      status: 200,
      body: { lease: 'ada', valueBase64: 'AP8=', candidates: 2 },
    });
    for (const odd of [{}, { value: 'x', valueBase64: '' }, { valueBase64: '!' }]) {
      expect((await ask('PATCH', '/elections/e', { lease: 'ada', ...odd })).status).toBe(400);
    }
    expect((await ask('DELETE', '/elections/e', { lease: 'ada' })).status).toBe(204);
    expect(await ask('DELETE', '/elections/e', { lease: 'ada' })).toMatchObject({
      status: 404,
      body: { code: 'not-candidate' },
    });
  });

  test('of groups and sequences', async () => {
    const join = (lease: string) =>
      ask('PUT', '/groups/g/a%2Fb', { lease, ttlMs: HOUR_MS, metadataBase64: 'AP8=' });
    expect((await join('ada')).status).toBe(201);
    expect((await join('ada')).status).toBe(200);
    expect(await join('bob')).toMatchObject({ status: 409, body: { code: 'name-taken' } });
    expect(await ask('GET', '/groups/g')).toMatchObject({
      status: 200,
      body: { members: [{ name: 'a/b', lease: 'ada', metadataBase64: 'AP8=', joined: 1 }] },
    });
    expect((await ask('DELETE', '/groups/g/a%2Fb', { lease: 'ada' })).status).toBe(204);
    expect((await ask('DELETE', '/groups/g/a%2Fb', { lease: 'ada' })).status).toBe(404);
    expect(await ask('POST', '/sequences/s', {})).toMatchObject({ status: 200, body: { first: 1, last: 1 } });
    expect(await ask('POST', '/sequences/s', { count: 3 })).toMatchObject({ body: { first: 2, last: 4 } });
    expect(await ask('GET', '/sequences/s')).toMatchObject({ status: 200, body: { last: 4 } });
    expect((await ask('POST', '/sequences/s', { count: 0 })).status).toBe(400);
  });

  test.each([
    ['/locks', 'PUT', 'GET'],
    ['/leases', 'POST', 'GET'],
    ['/sequences', 'DELETE', 'GET'],
    ['/leases/a', 'POST', 'GET, PUT, DELETE'],
    ['/locks/a', 'PATCH', 'GET, PUT, DELETE'],
    ['/elections/a', 'POST', 'GET, PUT, PATCH, DELETE'],
    ['/groups/a', 'PUT', 'GET'],
    ['/groups/a/b', 'GET', 'PUT, DELETE'],
    ['/sequences/a', 'PUT', 'GET, POST'],
  ])('%s does not take %s', async (path, method, allow) => {
    const refused = await ask(method, path, method === 'GET' ? undefined : {});
    expect(refused).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } });
    expect(refused.headers.get('allow')).toBe(allow);
  });
});

describe('waits', () => {
  const bob = { lease: 'bob', ttlMs: HOUR_MS, waitMs: HOUR_MS };
  const inQueue = { status: 409, body: { code: 'lock-held', place: 1 } };

  test('end when the server has waited long enough, with the place kept', async () => {
    serve({ longPollMs: 10 });
    await ask('PUT', '/locks/l', { lease: 'ada', ttlMs: HOUR_MS });
    expect(await ask('PUT', '/locks/l', bob)).toMatchObject(inQueue);
    expect(await ask('GET', '/locks/l')).toMatchObject({ body: { waiters: [{ lease: 'bob' }] } });
  });

  test('end when the server shuts down', async () => {
    await ask('PUT', '/locks/l', { lease: 'ada', ttlMs: HOUR_MS });
    const waiting = ask('PUT', '/locks/l', bob);
    setTimeout(() => app.beginClosing(), 20);
    expect(await waiting).toMatchObject(inQueue);
    await app.idle();
  });

  test('end when the client has gone', async () => {
    await ask('PUT', '/locks/l', { lease: 'ada', ttlMs: HOUR_MS });
    const gone = new AbortController();
    const waiting = ask('PUT', '/locks/l', bob, gone.signal);
    setTimeout(() => gone.abort(), 20);
    expect(await waiting).toMatchObject(inQueue);
  });
});

describe('events', () => {
  test('begin with what is so, and tell every change with a version', async () => {
    const observing = await app.fetch(new Request('http://here/v1/elections/e?live=sse'));
    expect(observing.headers.get('content-type')).toBe('text/event-stream');
    expect(observing.headers.get('ordinal-position')).toBe('0');
    const reader = observing.body?.getReader();
    const next = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await next()).toBe('id: 0\nevent: leader\ndata: null\n\n');
    await ask('PUT', '/elections/e', { lease: 'ada', ttlMs: HOUR_MS, value: 'a\nb' });
    expect(await next()).toBe('id: 1-1\nevent: leader\ndata: {"lease":"ada","term":1,"value":"a\\nb"}\n\n');
    await reader?.cancel();
    // The one who follows the log for it has ended, too.
    await app.idle();
  });

  test('end in time, so that the reader comes back', async () => {
    serve({ eventStreamMs: 10 });
    const observing = await app.fetch(new Request('http://here/v1/groups/g?live=sse'));
    expect(await observing.text()).toBe('id: 0-0\nevent: members\ndata: {"members":[]}\n\n');
  });
});
