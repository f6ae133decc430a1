// Goal: a sender beyond its quota is told so, when to come back, and that nothing happened. Method: the app on
// a memory store whose writes are counted, and a clock that is moved by hand.

import { beforeEach, describe, expect, test } from 'vitest';
import type { Admit } from '../../src/access/principal.ts';
import { type Quota, type QuotaRates, Quotas } from '../../src/access/quotas.ts';
import { connect } from '../../src/client/client.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** The bearer token is the subject. */
const admit: Admit = async ({ bearerToken: subject }) => ({
  kind: 'admitted',
  principal: { subject, may: () => true },
});

let clock: ManualClock;
let app: App;
let calls: number;
let refused: Quota[];

beforeEach(() => {
  clock = new ManualClock();
  calls = 0;
  refused = [];
});

function serveWith(rates: QuotaRates): void {
  const store = new InterceptedStore(new MemoryStore(), (_method, run) => {
    calls += 1;
    return run();
  });
  const quotas = new Quotas(rates, { clock, onRefusal: (quota) => refused.push(quota) });
  app = createApp(open(store), admit, { quotas });
}

function ask(method: string, path: string, init: RequestInit = {}, subject = 'ann'): Promise<Response> {
  const headers = { authorization: `Bearer ${subject}`, 'content-type': 'text/plain', ...init.headers };
  return app.fetch(new Request(`http://127.0.0.1${path}`, { method, ...init, headers }));
}

async function expectRefusal(asked: Promise<Response>, retryAfter: string): Promise<void> {
  const before = calls;
  const response = await asked;
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe(retryAfter);
  expect(await response.json()).toMatchObject({ code: 'quota-exceeded', definite: true, status: 429 });
  expect(calls).toBe(before);
}

/** Of a body with this many bytes, as Node's server hands it on. */
const sized = (bytes: number): RequestInit => ({
  body: 'x'.repeat(bytes),
  headers: { 'content-length': String(bytes) },
});

function inPieces(pieces: readonly string[]): RequestInit {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  return { body, duplex: 'half' };
}

describe('requests', () => {
  test('of one sender, and when to come back', async () => {
    serveWith({ requests: 2 });
    const look = (subject?: string) => ask('GET', '/v1/names/x', {}, subject);
    expect([(await look()).status, (await look()).status]).toEqual([404, 404]);
    await expectRefusal(look(), '1');
    expect((await look('bob')).status).toBe(404);
    clock.pass(500);
    expect((await look()).status).toBe(404);
    expect(refused).toEqual(['requests']);
  });

  test('health is not counted, nor are those that are not admitted', async () => {
    serveWith({ requests: 1 });
    for (let index = 0; index < 5; index += 1) {
      expect((await ask('GET', '/healthz')).status).toBe(200);
      expect((await ask('GET', '/livez')).status).toBe(200);
    }
    expect((await ask('GET', '/v1/names/x')).status).toBe(404);
    await expectRefusal(ask('GET', '/v1/names/x'), '1');
  });

  test('a long wait is told in whole seconds, rounded up', async () => {
    serveWith({ requests: 0.3 });
    await ask('GET', '/v1/names/x');
    await expectRefusal(ask('GET', '/v1/names/x'), '4');
  });

  test('to HEAD the answer has no body, and still its code', async () => {
    serveWith({ requests: 1 });
    await ask('GET', '/v1/names/x');
    const response = await ask('HEAD', '/v1/names/x');
    expect([response.status, response.headers.get('ordinal-code'), await response.text()]).toEqual([
      429,
      'quota-exceeded',
      '',
    ]);
  });
});

describe('bytes', () => {
  test('of bodies, by their length', async () => {
    serveWith({ bytes: 100 });
    expect((await ask('PUT', '/v1/keys/a', sized(80))).status).toBe(201);
    await expectRefusal(ask('PUT', '/v1/keys/a', sized(50)), '1');
    expect((await ask('GET', '/v1/keys/a')).status).toBe(200);
    clock.pass(300);
    expect((await ask('PUT', '/v1/keys/a', sized(50))).status).toBe(200);
  });

  test('of a body that comes in pieces: it is taken whole, and the next one waits', async () => {
    serveWith({ bytes: 10 });
    const pieces = ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc'];
    expect((await ask('PUT', '/v1/keys/a', inPieces(pieces))).status).toBe(201);
    expect(await (await ask('GET', '/v1/keys/a')).text()).toBe(pieces.join(''));
    await expectRefusal(ask('PUT', '/v1/keys/b', inPieces(['x'])), '3');
    await expectRefusal(ask('PUT', '/v1/keys/b', sized(1)), '3');
    clock.pass(2200);
    expect((await ask('PUT', '/v1/keys/b', sized(1))).status).toBe(201);
  });
});

describe('streams', () => {
  const create = (path: string) => ask('PUT', `/v1/stream/${path}`, { body: 'x' });

  test('that are created; one that is there already costs nothing', async () => {
    serveWith({ streams: 2 });
    const statuses = [await create('a'), await create('a'), await create('a'), await create('b')];
    expect(statuses.map(({ status }) => status)).toEqual([201, 200, 200, 201]);
    await expectRefusal(create('c'), '1');
    expect((await ask('POST', '/v1/stream/a', { body: 'x' })).status).toBe(204);
    clock.pass(500);
    expect((await create('c')).status).toBe(201);
    expect(refused).toEqual(['streams']);
  });
});

test('a client waits and comes again, and what it says in the end is definite', async () => {
  serveWith({ requests: 1 });
  const transport = (request: Request) => app.fetch(request);
  const clientOf = (timeoutMs: number) =>
    connect('http://127.0.0.1', { transport, timeoutMs, clock, headers: { authorization: 'Bearer ann' } });
  const { keys } = clientOf(10_000).namespace();
  expect((await keys.put('a', '1')).kind).toBe('created');
  // The clock of the client moves while it pauses.
  expect((await keys.put('a', '2')).kind).toBe('changed');
  const outcome = await clientOf(20).namespace().keys.put('a', '3');
  expect(outcome).toMatchObject({ kind: 'failed', definite: true });
});
