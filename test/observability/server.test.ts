// Goal: a server tells its operator what it does, and no secrets. Method: real servers, as a user starts them.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanUp, directory } from '../support/clean-up.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const TOKEN = 'a-token-that-nobody-may-see';
const bearer = { authorization: `Bearer ${TOKEN}` };

async function server(args: string[], env?: Record<string, string>): Promise<ServerProcess> {
  const started = await startServer(['--store', 'memory', ...args], env);
  cleanUp.push(async () => started.child.exitCode === null && started.end('SIGKILL'));
  return started;
}

interface Line {
  readonly level: string;
  readonly message: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

const linesOf = (output: string): Line[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

test('metrics: without a token on the loopback, with the token otherwise; and every one is in the guide', async () => {
  const open = await server(['--zookeeper', '0', '--store', 'memory']);
  await fetch(`${open.url}/v1/names/a`);
  const text = await (await fetch(`${open.url}/metrics`)).text();
  expect(text).toContain('ordinal_http_requests_total{route="/v1/names/:name",method="GET",status="404"} 1');
  expect(Number(/^ordinal_http_connections (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);

  const exposed = [...text.matchAll(/^# TYPE (ordinal_\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  const guide = await readFile('docs/operations.md', 'utf8');
  const listed = [...guide.matchAll(/^\| `(ordinal_\w+)` \| (\w+) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  expect(listed.toSorted()).toEqual(exposed.toSorted());
  const used = [...guide.matchAll(/ordinal_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
  expect(used.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);

  const closed = await server([], { ORDINAL_TOKEN: TOKEN });
  expect((await fetch(`${closed.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${closed.url}/metrics`, { headers: bearer })).status).toBe(200);
});

test('--no-metrics: there are none', async () => {
  const { url } = await server(['--no-metrics']);
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a log of requests, with ids that the sender and the answer share, and without secrets', async () => {
  const started = await server(['--log-level', 'debug'], { ORDINAL_TOKEN: TOKEN });
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${started.url}/v1/${path}`, { ...init, headers: { ...bearer, ...init.headers } });
  const put = await ask('keys/hidden-key?x=hidden-query', {
    method: 'PUT',
    body: 'hidden-value',
    headers: { 'x-request-id': 'mine-1', 'idempotency-key': 'hidden-idempotency', cookie: 'hidden-cookie' },
  });
  expect([put.status, put.headers.get('x-request-id')]).toEqual([201, 'mine-1']);
  const missing = await ask('keys/hidden-other', { headers: { 'x-request-id': 'two words "' } });
  const made = missing.headers.get('x-request-id');
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
  expect((await fetch(`${started.url}/v1/names/x`)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(await started.end('SIGTERM')).toBe(0);

  const lines = linesOf(started.output());
  for (const { level, time } of lines) {
    expect(level).toMatch(/^(debug|info|warn|error)$/);
    expect(Number.isNaN(Date.parse(time))).toBe(false);
  }
  const requests = lines.filter(({ message }) => message === 'request');
  const common = { level: 'debug', route: '/v1/keys/:key', durationMs: expect.any(Number) };
  expect(requests[0]).toMatchObject({ ...common, method: 'PUT', requestId: 'mine-1', status: 201 });
  const notFound = { code: 'key-not-found', definite: true, status: 404 };
  expect(requests[1]).toMatchObject({ ...common, ...notFound, method: 'GET', requestId: made });
  expect(requests[2]).toMatchObject({ code: 'unauthenticated', status: 401 });
  expect(lines.at(-1)).toMatchObject({ level: 'info', message: expect.stringContaining('SIGTERM') });
  // What a terminal shows at the start has the variable, and not the token.
  expect(started.output()).not.toMatch(/hidden|nobody-may-see/);
});

test('text, and no requests unless they are asked for', async () => {
  const started = await server(['--log-format', 'text']);
  await fetch(`${started.url}/v1/names/a`);
  await started.end('SIGTERM');
  expect(started.output()).toMatch(/^\S+Z info {2}SIGTERM: answering/m);
  expect(started.output()).not.toMatch(/ request | debug /);
});

test('quotas, and how many requests they have refused', async () => {
  const { url } = await server(['--quota-requests', '0.001', '--quota-streams', '5']);
  expect((await fetch(`${url}/v1/names/a`)).status).toBe(404);
  const refused = await fetch(`${url}/v1/names/a`);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(900);
  expect(await refused.json()).toMatchObject({ code: 'quota-exceeded', definite: true });
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toContain('ordinal_quota_refusals_total{quota="requests"} 1\n');
});

describe('traces', () => {
  const sdk = { NODE_OPTIONS: `--import ${resolve('test/observability/register-sdk.js')}` };
  const spansIn = async (path: string): Promise<{ name: string; traceId: string; parentId?: string }[]> =>
    (await readFile(path, 'utf8').catch(() => ''))
      .split('\n')
      .flatMap((line) => (line ? [JSON.parse(line)] : []));

  test('to the SDK that `node --import` has loaded; the last ones go out at the end', async () => {
    const file = join(await directory(), 'spans');
    const started = await server([], { ...sdk, SPANS_FILE: file });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    await fetch(`${started.url}/v1/names/a`, { method: 'PUT', body: '{"owner":"me"}', headers });
    expect(await started.end('SIGTERM')).toBe(0);
    const spans = await spansIn(file);
    expect(spans.find(({ name }) => name === 'PUT /v1/names/:name')).toMatchObject({
      traceId,
      parentId: 'b7ad6b7169203331',
    });
    expect(spans.filter(({ name }) => name.startsWith('store ')).length).toBeGreaterThan(0);
  });

  test('ORDINAL_TRACES=off: none', async () => {
    const file = join(await directory(), 'spans');
    const started = await server([], { ...sdk, SPANS_FILE: file, ORDINAL_TRACES: 'off' });
    expect((await fetch(`${started.url}/v1/names/a`)).status).toBe(404);
    expect(await started.end('SIGTERM')).toBe(0);
    expect(await spansIn(file)).toEqual([]);
  });
});
