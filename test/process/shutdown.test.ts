// Goal: a server that is told to end breaks off no request. Method: a connection of one's own to a server in this process, and many
// that are kept alive under load against the real program.

import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { serve } from '../../src/server/serve.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { deferred } from '../support/deferred.ts';
import { InterceptedStore, type StoreMethod } from '../support/intercepted-store.ts';
import { startServer } from '../support/server-process.ts';

const LONG_MS = 60_000;
const CLIENTS = 64;

interface Kept {
  readonly socket: Socket;
  /** The server has ended it, and everything has arrived. */
  readonly ended: Promise<unknown>;
  answers(): string;
}

async function kept(url: string): Promise<Kept> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  cleanUp.push(async () => socket.destroy());
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  await once(socket, 'connect');
  return { socket, ended: once(socket, 'close'), answers: () => text };
}

const claim = (name: string) =>
  `PUT /v1/names/${name} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 13\r\n\r\n{"owner":"a"}`;
const count = (text: string, part: string) => text.split(part).length - 1;

async function served(hold: (method: StoreMethod) => Promise<void>, graceMs = LONG_MS) {
  const store = new InterceptedStore(new MemoryStore(), async (method, run) => {
    await hold(method);
    return run();
  });
  return serve({ app: createApp(open(store), admitLoopback), store, host: '127.0.0.1', port: 0, graceMs });
}

test('a connection that is kept alive gets one more answer, which tells it to go', async () => {
  const serving = await served(async () => undefined);
  const { socket, ended, answers } = await kept(serving.url);
  socket.write(claim('one'));
  await expect.poll(() => count(answers(), '201 Created')).toBe(1);
  expect(answers()).not.toContain('Connection: close');
  const closed = serving.close();
  socket.write(claim('two'));
  await Promise.all([closed, ended]);
  expect(count(answers(), '201 Created')).toBe(2);
  expect(count(answers(), 'Connection: close')).toBe(1);
});

test('a request that is being answered meanwhile is answered, and its connection told to go', async () => {
  const gate = deferred();
  let held = 0;
  const serving = await served(async (method) => {
    if (method !== 'open') return;
    held += 1;
    await gate.promise;
  });
  const { socket, ended, answers } = await kept(serving.url);
  socket.write(claim('one'));
  await expect.poll(() => held).toBe(1);
  const closed = serving.close();
  gate.resolve();
  await Promise.all([closed, ended]);
  expect(answers()).toContain('201 Created');
  expect(answers()).toContain('Connection: close');
});

test('a connection at rest holds nobody up for longer than the grace', async () => {
  const serving = await served(async () => undefined, 1);
  const { socket, answers } = await kept(serving.url);
  socket.write(claim('one'));
  await expect.poll(() => count(answers(), '201 Created')).toBe(1);
  await serving.close();
});

/** Claims one name after another on one connection, until told to go; answers how it ended. */
async function claimUntilTheEnd(url: string, client: number): Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanUp.push(async () => agent.destroy());
  for (let index = 0; ; index += 1) {
    const claimed = request(`${url}/v1/names/n${client}-${index}`, { method: 'PUT', agent });
    const answered = once(claimed, 'response').catch((error: NodeJS.ErrnoException) => error);
    claimed.end('{"owner":"a"}');
    const [answer] = [await answered].flat();
    if (answer instanceof Error) return 'code' in answer ? String(answer.code) : answer.message;
    answer.resume();
    if (answer.statusCode !== 201) return `status ${answer.statusCode}`;
    if (answer.headers.connection === 'close') return 'told to go';
  }
}

test('SIGTERM under load: every client is told to go, no connection is reset', async () => {
  const server = await startServer(['--data', await directory()]);
  const clients = Array.from({ length: CLIENTS }, (_, client) => claimUntilTheEnd(server.url, client));
  const claimed = async () => (await fetch(`${server.url}/v1/names/n0-20`)).status;
  await expect.poll(claimed, { timeout: 20_000 }).toBe(200);
  expect(await server.end('SIGTERM')).toBe(0);
  expect(await Promise.all(clients)).toEqual(Array.from({ length: CLIENTS }, () => 'told to go'));
});
