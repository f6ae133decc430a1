// Goal: over HTTP a fork is made of a path and an offset, and of nothing else; readers follow it live, and its source is
// gone once it is deleted. Method: the app on a memory store. The conformance suite has the rest.

import { beforeEach, describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { offsetOf as at } from '../../src/protocols/http/offset.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

const SOURCE = '/v1/stream/a%20b/s';
const FORK = '/v1/stream/f';
const JSON_TYPE = { 'content-type': 'application/json' };

let app: App;

beforeEach(async () => {
  app = createApp(open(new MemoryStore()), admitOperator);
  await ask('PUT', SOURCE, JSON_TYPE, '[1,2]');
  await ask('POST', SOURCE, JSON_TYPE, '3');
});

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Response> {
  return app.fetch(
    new Request(`http://127.0.0.1${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
  );
}

const forked = (headers: Record<string, string>) =>
  ask('PUT', FORK, { 'stream-forked-from': SOURCE, ...headers });

test.each([
  [{ 'stream-forked-from': SOURCE.slice(1) }, 400, 'invalid-request'],
  [{ 'stream-forked-from': `http://127.0.0.1${SOURCE}` }, 400, 'invalid-request'],
  [{ 'stream-forked-from': `${SOURCE}?offset=-1` }, 400, 'invalid-request'],
  [{ 'stream-forked-from': '/v1/stream/%zz' }, 400, 'invalid-request'],
  [{ 'stream-forked-from': '/v1/stream/%00' }, 400, 'invalid-request'],
  [{ 'stream-forked-from': '/v1/stream/' }, 400, 'invalid-request'],
  [{ 'stream-fork-offset': '-1' }, 400, 'invalid-request'],
  [{ 'stream-fork-offset': at(4) }, 400, 'invalid-request'],
  [{ 'stream-fork-offset': at(1), 'stream-fork-sub-offset': '1e1' }, 400, 'invalid-request'],
  [{ 'stream-fork-offset': at(1), 'stream-fork-sub-offset': '9999999999999999' }, 400, 'invalid-request'],
  [{ 'stream-forked-from': '/v1/stream/none' }, 404, 'source-not-found'],
  [{ 'content-type': 'text/plain' }, 409, 'content-type-mismatch'],
])('a fork with %j is refused', async (headers: Record<string, string>, status, code) => {
  const answer = await forked(headers);
  expect(await answer.json()).toMatchObject({ status, code, definite: true });
  expect((await ask('HEAD', FORK)).status).toBe(404);
});

test('an offset alone is no fork, and only a creation makes one', async () => {
  for (const name of ['stream-fork-offset', 'stream-fork-sub-offset']) {
    const answer = await ask('PUT', FORK, {
      ...JSON_TYPE,
      [name]: name === 'stream-fork-offset' ? at(1) : '1',
    });
    expect(await answer.json()).toMatchObject({ code: 'invalid-request' });
  }
  for (const method of ['GET', 'POST', 'DELETE', 'HEAD']) {
    const answer = await ask(method, SOURCE, { 'stream-forked-from': SOURCE });
    expect([answer.status, answer.headers.get('ordinal-code')]).toEqual([400, 'not-supported']);
  }
});

test('a fork names where it begins, and its type', async () => {
  const created = await forked({ 'stream-fork-offset': at(1), 'stream-fork-sub-offset': '1' });
  expect(created.status).toBe(201);
  expect(created.headers.get('stream-next-offset')).toBe(at(2));
  expect(created.headers.get('content-type')).toBe('application/json');
  expect(created.headers.get('location')).toBe(`http://127.0.0.1${FORK}`);
  expect(await (await ask('GET', FORK)).text()).toBe('[1,2]');
  const read = await ask('GET', `${FORK}?offset=${at(1)}`);
  expect(await read.text()).toBe('[2]');
  const etag = read.headers.get('etag') ?? '';
  expect((await ask('GET', `${FORK}?offset=${at(1)}`, { 'if-none-match': etag })).status).toBe(304);
  expect((await ask('GET', FORK, { 'if-none-match': etag })).status).toBe(200);
});

describe('a source that was deleted', () => {
  beforeEach(async () => {
    await forked({});
    await ask('DELETE', SOURCE);
  });

  test.each(['GET', 'HEAD', 'POST', 'DELETE'])('is gone for %s', async (method) => {
    const answer = await ask(method, SOURCE, JSON_TYPE, method === 'POST' ? '1' : undefined);
    expect([answer.status, answer.headers.get('ordinal-code')]).toEqual([410, 'stream-gone']);
  });

  test.each(['long-poll', 'sse'])('is gone for a live reader (%s)', async (live) => {
    expect((await ask('GET', `${SOURCE}?offset=${at(0)}&live=${live}`)).status).toBe(410);
  });

  test('is in the way of another one until its forks are deleted', async () => {
    expect((await ask('PUT', SOURCE, JSON_TYPE)).headers.get('ordinal-code')).toBe('stream-held');
    expect((await ask('PUT', '/v1/stream/g', { 'stream-forked-from': SOURCE })).status).toBe(409);
    await ask('DELETE', FORK);
    expect((await ask('HEAD', SOURCE)).status).toBe(404);
    expect((await ask('PUT', SOURCE, JSON_TYPE)).status).toBe(201);
  });
});

test('events of a fork: the records of its source, then its own, and the end', async () => {
  await forked({ 'stream-fork-offset': at(2) });
  const response = await ask('GET', `${FORK}?offset=${at(0)}&live=sse`);
  const text = response.text();
  await ask('POST', SOURCE, JSON_TYPE, '"of the source"');
  await ask('POST', FORK, JSON_TYPE, '"own"');
  await ask('POST', FORK, { 'stream-closed': 'true' });
  const events = (await text).split('\n\n').filter((event) => event.startsWith('event: data'));
  expect(events).toEqual(['event: data\ndata:[1,2]', 'event: data\ndata:["own"]']);
});
