// Goal: a server that others can reach asks for its token, and nobody can hold it up or make it say more than it means to. Method:
// the real program, and bytes on a socket that no decent client would send.

import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { admitSharedToken } from '../../src/access/shared-token.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { serve } from '../../src/server/serve.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { cleanUp } from '../support/clean-up.ts';
import { serveLocally } from '../support/serve-locally.ts';
import { startServer } from '../support/server-process.ts';

const TOKEN = 'a-token-of-twenty-one';
/** Sends the text as it is and answers all that comes back until the server ends the connection. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

test('on all addresses, with a token: no answer without it, and it is not printed', async () => {
  const server = await startServer(['--host', '0.0.0.0', '--store', 'memory'], { ORDINAL_TOKEN: TOKEN });
  cleanUp.push(() => server.end('SIGKILL'));
  const url = `${server.url}/v1/names/ann`;
  const init = { method: 'PUT', body: '{"owner":"ann"}' };
  expect((await fetch(url, init)).status).toBe(401);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(401);
  const answer = await fetch(url, { ...init, headers: { authorization: `Bearer ${TOKEN}` } });
  expect(answer.status).toBe(201);
  expect(server.output()).not.toContain(TOKEN);
  expect(server.output()).toContain('$ORDINAL_TOKEN');
  expect(server.output()).toMatch(/without TLS/);
  const alive = await fetch(`${server.url}/livez`);
  expect([alive.status, await alive.json()]).toEqual([200, { status: 'ok' }]);
});

test('on the loopback there is nothing to warn of, and over plain HTTP no word of HTTPS', async () => {
  const server = await startServer(['--store', 'memory']);
  cleanUp.push(() => server.end('SIGKILL'));
  expect(server.output()).not.toMatch(/TLS/);
  const answer = await fetch(`${server.url}/v1/names/ann`);
  expect(answer.headers.has('strict-transport-security')).toBe(false);
});

test.each([
  ['an address that is written in another way than URLs have it', '/livez', '[::ffff:127.0.0.1]:4437'],
  ['a backslash in the path', '/v1\\names', 'localhost'],
  ['a Host that is none', '/livez', 'a b'],
])('%s is refused with a reason', async (_what, path, host) => {
  const serving = await serveLocally(new MemoryStore(), {});
  cleanUp.push(() => serving.close());
  const answer = await raw(serving.url, `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('content-type: application/problem+json');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    code: 'malformed-request',
    definite: true,
  });
});

test('a body that never ends is cut off, and nothing is written', async () => {
  const store = new MemoryStore();
  const serving = await serve({
    app: createApp(open(store), admitSharedToken(TOKEN)),
    store,
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 100,
  });
  cleanUp.push(() => serving.close());
  const headers = `host: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 15\r\n`;
  const answer = await raw(serving.url, `PUT /v1/names/slow HTTP/1.1\r\n${headers}\r\n{"owner":`);
  expect(answer).toContain('408 Request Timeout');
  const look = await fetch(`${serving.url}/v1/names/slow`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(look.status).toBe(404);
});

test('a reader that stops reading is cut off, and lets go of what was kept for it', async () => {
  const store = new MemoryStore();
  const service = open(store);
  const stream = service.stream('long');
  const body = new Uint8Array(200_000);
  const contentType = 'application/octet-stream';
  await stream.create({ contentType });
  // Not over HTTP: a busy machine may take longer to send a body than this server waits.
  for (let times = 0; times < 60; times += 1)
    expect(await stream.append(body, { contentType })).toMatchObject({ kind: 'appended' });
  const app = createApp(service, admitLoopback);
  const serving = await serve({ app, store, host: '127.0.0.1', port: 0, stalledMs: 200 });
  cleanUp.push(() => serving.close());
  const { hostname, port } = new URL(serving.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`GET /v1/stream/long?offset=-1&live=sse HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  await once(socket, 'connect');
  const before = sockets();
  while (sockets() >= before) await new Promise((wake) => setTimeout(wake, 50));
  socket.destroy();
});

test.each([
  ['in a content type', 'content-type: text/plain\r\n x-injected: yes\r\n'],
  ['with a bare line feed', 'content-type: text/plain\nx-injected: yes\r\n'],
  ['with a bare carriage return', 'content-type: text/plain\rx-injected: yes\r\n'],
  ['encoded', 'content-type: text/plain;a=%0d%0ax-injected:yes\r\n'],
])('headers smuggled %s do not come back as headers', async (_what, line) => {
  const serving = await serveLocally(new MemoryStore(), {});
  cleanUp.push(() => serving.close());
  const put = `PUT /v1/stream/a%0d%0ax-injected:%20yes HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n`;
  const answer = await raw(serving.url, `${put}${line}content-length: 0\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 (201|400) /);
  expect(answer.split('\r\n\r\n')[0]).not.toMatch(/^x-injected/im);
  const read = await fetch(`${serving.url}/v1/stream/a%0d%0ax-injected:%20yes`);
  expect(read.headers.has('x-injected')).toBe(false);
});
