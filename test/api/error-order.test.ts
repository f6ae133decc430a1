// Goal: which fault of a request is told does not depend on what its server has seen. Method: the order suite, with a
// new server for each request; and a server that remembers what another has changed since.

import { describe, expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Answer } from './api-suite.ts';
import { orderSuite } from './order-suite.ts';

const URL_OF_STREAM = 'http://localhost/v1/stream/s';
const JSON_TYPE = { 'content-type': 'application/json' };
const TEXT = { 'content-type': 'text/plain' };
const CLOSING = { 'stream-closed': 'true' };

const serverOn = (store: MemoryStore) => createApp(open(store), admitLoopback);

async function answered(asked: Promise<Response>): Promise<Answer> {
  const { status, headers, ...response } = await asked.then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  const isJson = /json/.test(headers.get('content-type') ?? '') && response.text !== '';
  return { status, headers, text: response.text, body: isJson ? JSON.parse(response.text) : undefined };
}

describe('a new server for each request', () => {
  const store = new MemoryStore();
  let count = 0;
  orderSuite(
    {
      ask: (method, path, init) =>
        answered(serverOn(store).fetch(new Request(`http://localhost${path}`, { method, ...init }))),
      fresh: (word) => `${word}-${++count}`,
    },
    true,
  );
});

describe('a server that remembers the stream as it was', () => {
  const wrong: readonly (readonly [string, Record<string, string>, string])[] = [
    ['another type', TEXT, 'x'],
    ['a body that is not JSON', JSON_TYPE, '['],
    ['a body without records', JSON_TYPE, '[]'],
  ];

  async function afterChange(headers: Record<string, string>, body: string, ...change: [string, object][]) {
    const store = new MemoryStore();
    const [one, other] = [serverOn(store), serverOn(store)];
    const ask = (app: typeof one, method: string, init: RequestInit = {}) =>
      answered(app.fetch(new Request(URL_OF_STREAM, { method, ...init })));
    await ask(one, 'PUT', { headers: JSON_TYPE, body: '[1]' });
    expect((await ask(one, 'POST', { headers: JSON_TYPE, body: '2' })).status).toBe(204);
    for (const [method, init] of change) expect((await ask(other, method, init)).status).toBeLessThan(300);
    const { status, headers: told } = await ask(one, 'POST', { headers, body });
    return [status, told.get('ordinal-code'), told.get('stream-closed')];
  }

  test.each(wrong)('%s, after another has closed it', async (_what, headers, body) => {
    const closed = await afterChange(headers, body, ['POST', { headers: CLOSING }]);
    expect(closed).toEqual([409, 'stream-closed', 'true']);
  });

  test.each(wrong)('%s, after another has deleted it', async (_what, headers, body) => {
    expect(await afterChange(headers, body, ['DELETE', {}])).toEqual([404, 'stream-not-found', null]);
  });

  test('a body that fits the stream that is there now', async () => {
    const created: [string, object] = ['PUT', { headers: TEXT }];
    expect(await afterChange(TEXT, '[', ['DELETE', {}], created)).toEqual([204, null, null]);
  });
});
