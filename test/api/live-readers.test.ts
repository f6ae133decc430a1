// Goal: what live readers of a stream cost does not grow with their number, nor with how slowly they read. Method: the app in
// this process on a store that counts its calls, readers as many as we like, and sockets of readers that do not read.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { serve } from '../../src/server/serve.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore, type StoreMethod } from '../support/intercepted-store.ts';

/** Never within a test. */
const NEVER_MS = 2 ** 30;

class CountedStore extends InterceptedStore {
  readonly calls = new Map<StoreMethod, number>();
  readonly #pollMs: number;

  constructor(inner: MemoryStore, pollMs: number) {
    super(inner, (method, run) => {
      this.calls.set(method, this.count(method) + 1);
      return run();
    });
    this.#pollMs = pollMs;
  }

  override get traits() {
    return { ...super.traits, pollMs: this.#pollMs };
  }

  count(method: StoreMethod): number {
    return this.calls.get(method) ?? 0;
  }
}

/** Two servers on one store. Only the first one's calls are counted. */
async function world(pollMs: number) {
  const memory = new MemoryStore();
  const store = new CountedStore(memory, pollMs);
  const [service, elsewhere] = [open(store), open(memory)];
  const app = createApp(service, admitOperator, { longPollMs: 60_000 });
  const stream = service.stream('s');
  await stream.create({ contentType: 'text/plain' });
  const append = (text: string, on = stream) => on.append(text, { contentType: 'text/plain' });
  const ask = (query: string, signal?: AbortSignal) =>
    Promise.resolve(
      app.fetch(
        new Request(`http://localhost/v1/stream/s?offset=-1&${query}`, { ...(signal ? { signal } : {}) }),
      ),
    );
  const log = {
    get waiting() {
      return service.figures().waitingReaders;
    },
  };
  return { store, app, stream, append, ask, log, elsewhere: elsewhere.stream('s') };
}

/** Reads events of the stream, one call after the other, until `text` has come. */
function reader(response: Response) {
  const parts = response.body?.getReader();
  let told = '';
  return {
    async until(text: string): Promise<string> {
      for (let from = 0; !told.includes(text, from); ) {
        const next = await parts?.read();
        if (!next || next.done) throw new Error(`the stream ended before "${text}": ${told}`);
        from = Math.max(0, told.length - text.length);
        told += Buffer.from(next.value).toString();
      }
      return told;
    },
    leave: () => parts?.cancel(),
  };
}

describe('however many readers there are', () => {
  for (const live of ['sse', 'long-poll'] as const) {
    test(`one poll of the log serves them, and wakes them all (${live})`, async () => {
      const { store, append, ask, elsewhere } = await world(5);
      const answers = Array.from({ length: 200 }, () => ask(`live=${live}`));
      const readers = live === 'sse' ? (await Promise.all(answers)).map(reader) : [];
      await Promise.all(readers.map((one) => one.until('upToDate')));
      while (store.count('last') < 200) await nextTurn();
      const [looks, reads] = [store.count('last'), store.count('range')];
      // Ten polls go by while 200 readers wait.
      while (store.count('last') < looks + 10) await new Promise((resolve) => setTimeout(resolve, 1));
      expect(store.count('range')).toBe(reads);
      await append('news', elsewhere);
      if (live === 'sse') await Promise.all(readers.map((one) => one.until('data:news')));
      else for (const answer of answers) expect(await (await answer).text()).toBe('news');
      await Promise.all(readers.map((one) => one.leave()));
    });
  }

  test('they share the read of what is new (sse)', async () => {
    const { store, append, ask } = await world(NEVER_MS);
    const readers = (await Promise.all(Array.from({ length: 200 }, () => ask('live=sse')))).map(reader);
    await Promise.all(readers.map((one) => one.until('upToDate')));
    const before = store.count('range') + store.count('last');
    for (let number = 1; number <= 10; number += 1) {
      await append(`news ${number}.`);
      await Promise.all(readers.map((one) => one.until(`news ${number}.`)));
    }
    expect(store.count('range') + store.count('last') - before).toBeLessThanOrEqual(2 * 10);
    await Promise.all(readers.map((one) => one.leave()));
  });

  test('they share the read of what is new (long-poll)', async () => {
    const { store, append, ask, log } = await world(NEVER_MS);
    const answers = Array.from({ length: 200 }, () => ask('live=long-poll'));
    while (log.waiting < 200) await nextTurn();
    const before = store.count('range') + store.count('last');
    await append('news');
    for (const answer of answers) expect(await (await answer).text()).toBe('news');
    expect(store.count('range') + store.count('last') - before).toBeLessThanOrEqual(2);
  });

  test('a program that reads has bytes of its own', async () => {
    const { append, log, stream } = await world(NEVER_MS);
    const reads = [stream.read(0, { wait: true }), stream.read(0, { wait: true })];
    while (log.waiting < 2) await nextTurn();
    await append('news');
    const [one, other] = await Promise.all(reads);
    if (one?.kind !== 'data' || other?.kind !== 'data') throw new Error('nothing was read');
    one.body.fill(0);
    expect(Buffer.from(other.body).toString()).toBe('news');
  });
});

test('a reader that leaves is forgotten at once', async () => {
  const { ask, log } = await world(NEVER_MS);
  const events = reader(await ask('live=sse'));
  await events.until('upToDate');
  while (log.waiting === 0) await nextTurn();
  const left = events.leave();
  for (let turns = 0; turns < 10; turns += 1) await nextTurn();
  expect(log.waiting).toBe(0);
  await left;
});

describe('an append in the same process', () => {
  test('reaches them without a poll', async () => {
    const { append, ask } = await world(NEVER_MS);
    const events = reader(await ask('live=sse'));
    await events.until('upToDate');
    const polled = ask('live=long-poll');
    await nextTurn();
    await append('at once');
    expect(await events.until('data:at once')).toContain('streamNextOffset');
    expect(await (await polled).text()).toBe('at once');
    await events.leave();
  });

  test('between a read and the wait is not waited for', async () => {
    const store = new CountedStore(new MemoryStore(), NEVER_MS);
    const stream = open(store).stream('s');
    await stream.create();
    const piece = await stream.readPiece('start');
    if (piece.kind !== 'piece') throw new Error(piece.kind);
    await stream.append('1');
    await stream.waitBeyond(piece, NEVER_MS, new AbortController().signal);
  });
});

describe('a reader that does not read', () => {
  const PART = 'x'.repeat(20_000);
  const PARTS = 300;

  test('has the server keep two pieces for it, and gets all of it when it reads', async () => {
    const { store, append, ask } = await world(NEVER_MS);
    const events = reader(await ask('live=sse'));
    await events.until('upToDate');
    for (let number = 0; number < 5; number += 1) await append(`${PART}.${number}.`);
    while (store.count('range') === 0) await nextTurn();
    const before = store.count('range');
    // 6 MB: a server that kept them would read each of them.
    for (let number = 5; number < PARTS; number += 1) await append(`${PART}.${number}.`);
    for (let turns = 0; turns < 100; turns += 1) await nextTurn();
    expect(store.count('range') - before).toBeLessThanOrEqual(2);
    const told = await events.until(`.${PARTS - 1}.`);
    const numbers = [...told.matchAll(/\.(\d+)\./g)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: PARTS }, (_, index) => index));
    await events.leave();
  });

  test('no event is larger than a piece may be', async () => {
    const { append, ask } = await world(NEVER_MS);
    for (let number = 0; number < PARTS; number += 1) await append(`${PART}.${number}.`);
    const response = await ask('live=sse');
    const parts = response.body?.getReader();
    let [bytes, largest] = [0, 0];
    for (let first = true; bytes < PARTS * PART.length; first = false) {
      const next = await parts?.read();
      if (!next || next.done) break;
      bytes += next.value.length;
      // The first piece is that of a plain read.
      if (!first) largest = Math.max(largest, next.value.length);
    }
    expect(bytes).toBeGreaterThan(PARTS * PART.length);
    expect(largest).toBeLessThanOrEqual(257 * 1024);
    await parts?.cancel();
  });

  for (const [live, bytesMax] of [
    // An event on its way, and one that was asked for when it had been handed on.
    ['sse', 2 * 257 * 1024],
    // An answer is at most as large as that of a plain read.
    ['long-poll', 1025 * 1024],
  ] as const) {
    test(`has the server keep so many bytes for its connection, and not more (${live})`, async () => {
      const { store, app, append, log } = await world(NEVER_MS);
      const served: Socket[] = [];
      const onRequest = (message: unknown) => served.push((message as { socket: Socket }).socket);
      subscribe('http.server.request.start', onRequest);
      const serving = await serve({ app, store, host: '127.0.0.1', port: 0, graceMs: 0 });
      const { port } = new URL(serving.url);
      const idle = Array.from({ length: 4 }, () => connect(Number(port), '127.0.0.1').pause());
      for (const socket of idle)
        socket.write(`GET /v1/stream/s?offset=-1&live=${live} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      while (log.waiting < idle.length) await nextTurn();
      let largest = 0;
      // 60 MB: more than the buffers of the operating system take.
      for (let number = 0; number < 3000; number += 1) {
        await append(`${PART}.${number}.`);
        await nextTurn();
        largest = Math.max(largest, ...served.map((socket) => socket.writableLength));
      }
      expect(served).toHaveLength(idle.length);
      if (live === 'sse')
        expect(Math.min(...served.map((socket) => socket.writableLength))).toBeGreaterThan(0);
      expect(largest).toBeLessThanOrEqual(bytesMax);
      unsubscribe('http.server.request.start', onRequest);
      await Promise.all(idle.map((socket) => once(socket.destroy(), 'close')));
      await serving.close();
    });
  }
});
