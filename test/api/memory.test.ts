// Goal: what a server keeps of streams and namespaces is bounded in bytes, and nobody who uses one ever meets
// a second object for it. Method: more than fits, on a memory store, and a store that does not answer yet.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Names } from '../../src/coordination/names.ts';
import { Log } from '../../src/log/log.ts';
import { Replica } from '../../src/replica/replica.ts';
import { ObjectCache } from '../../src/service/object-cache.ts';
import { Service, type ServiceOptions } from '../../src/service/service.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { deferred } from '../support/deferred.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';

const MANY = 2000;

/** Node has no other way to ask for it from within. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

function manyThings(bytesMax: number, bytesOf: (name: string) => number) {
  const created: string[] = [];
  const cache = new ObjectCache<{ readonly name: string }>({
    bytesMax,
    sizeOf: ({ name }) => bytesOf(name),
    create: (name) => {
      created.push(name);
      return { name };
    },
  });
  for (let index = 0; index < MANY; index += 1) cache.get(`${index}`);
  return { cache, created };
}

/** Weakly held objects stay until the turn of the event loop is over. */
async function turnIsOver(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
}

test('those used last are kept, as many as there is room for; the others go', async () => {
  const { cache, created } = manyThings(1000, () => 10);
  await turnIsOver();
  for (let index = MANY - 100; index < MANY; index += 1) cache.get(`${index}`);
  expect(created.length).toBe(MANY);
  expect(cache.values().length).toBeLessThan(200);
  cache.get('0');
  expect(created.at(-1)).toBe('0');
});

test('one that is larger than all the room, among a few that take turns, is not made again and again', async () => {
  const { cache, created } = manyThings(1000, (name) => (name === 'large' ? 5000 : 10));
  for (let times = 0; times < 100; times += 1) {
    for (const name of ['large', 'a', 'b']) cache.get(name);
    await turnIsOver();
  }
  expect(created.slice(MANY)).toEqual(['large', 'a', 'b']);
});

test('one that is in use is never made twice, however many others there are', () => {
  const { cache, created } = manyThings(1, () => 10);
  const used = cache.get('used');
  for (let index = 0; index < MANY; index += 1) cache.get(`${index}`);
  expect(cache.get('used')).toBe(used);
  expect(created.filter((name) => name === 'used').length).toBe(1);
});

function slowService(options: ServiceOptions) {
  const gate = deferred();
  let waiting = 0;
  const store = new InterceptedStore(new MemoryStore(), async (method, run) => {
    if (method === 'open') {
      waiting += 1;
      await gate.promise;
    }
    return run();
  });
  return { service: new Service(store, options), gate, waiting: () => waiting };
}

test.each(['stream', 'namespace'] as const)(
  'a %s that was evicted while it writes is waited for',
  async (kind) => {
    const { service, gate, waiting } = slowService({ streamsKeptBytesMax: 1, namespacesKeptBytesMax: 1 });
    const write =
      kind === 'stream' ? service.stream('used').create() : service.names('used').claim('ann', 'me');
    await expect.poll(waiting).toBe(1);
    for (let index = 0; index < MANY; index += 1) {
      service.stream(`s${index}`);
      service.names(`s${index}`);
    }
    let idle = false;
    const idling = service.idle().then(() => {
      idle = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(idle).toBe(false);
    gate.resolve();
    await idling;
    expect((await write).kind).toBe(kind === 'stream' ? 'created' : 'claimed');
  },
);

test('the state of a namespace counts with its keys and values', async () => {
  const store = new MemoryStore();
  const replica = new Replica(kernel, store, new Log(store, 'namespace'));
  const names = new Names(new Kernel(replica));
  for (let index = 0; index < 200; index += 1) await names.claim(`name${index}`, 'o'.repeat(200));
  expect(replica.bytesKept).toBeGreaterThan(200 * 200);
});
