// Goal: a stream that exists is in the list, whatever processes that create and delete it do at the same time, and
// wherever one of them dies. Method: every order of their calls of the store, with what each knows from before,
// and many random orders of more of them.

import { describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { open, type Service } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { type Interleaved, inEveryOrder, inSomeOrders } from '../support/interleavings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const PATH = 's';

type Act = (server: Service) => Promise<unknown>;
const create: Act = (server) => server.stream(PATH).create();
const createFilled: Act = (server) => server.stream(PATH).create({ body: '[1]' });
const remove: Act = (server) => server.stream(PATH).delete();

function serverOn(store: Store): Service {
  const clock = new ManualClock();
  return open(store, { clock, log: { clock } });
}

/** Before the processes begin, each knows the register and the announcements, and what `before` has left. */
function racing(before: readonly Act[], acts: readonly Act[]): () => Promise<Interleaved> {
  return async () => {
    const store = new MemoryStore();
    const first = serverOn(store);
    await first.stream('other').create();
    for (const act of before) await act(first);
    const processes = acts.map((act, index) => async (gated: Store) => {
      const server = serverOn(gated);
      await server.stream(`warm-${index}`).create();
      await server.stream(`warm-${index}`).delete();
      await server.streams.list();
      return () => act(server);
    });
    return { store, processes, check: () => checkList(store) };
  };
}

async function checkList(store: Store): Promise<void> {
  const server = serverOn(store);
  const described = await server.stream(PATH).describe();
  const listed = await server.streams.list({ prefix: PATH });
  const streams = described.kind === 'stream' ? [{ name: PATH, tail: described.tail }] : [];
  expect(listed).toMatchObject({ kind: 'page', streams, more: false });
}

/** No measure of anything: there are many orders, which takes long on a busy machine. */
const HANGS_AFTER_MS = 300_000;

describe('a stream that exists is listed, whatever comes between', { timeout: HANGS_AFTER_MS }, () => {
  const before: readonly (readonly [string, readonly Act[]])[] = [
    ['that never was', []],
    ['that exists', [create]],
    ['that was deleted', [create, remove]],
  ];

  test.each(before)('a creation and a deletion of one %s, and a death of either', async (_what, acts) => {
    const runs = await inEveryOrder(racing(acts, [create, remove]), 1);
    expect(runs).toBeGreaterThan(20);
  });

  test.each(before)('two creations of one %s, and a death of either', async (_what, acts) => {
    const runs = await inEveryOrder(racing(acts, [create, createFilled]), 1);
    expect(runs).toBeGreaterThan(5);
  });

  test.each(before)('two creations and two deletions of one %s', async (_what, acts) => {
    const random = new SeededRandom(acts.length + 1);
    const below = (options: number) => Math.floor(random.fraction() * options);
    const all = [create, remove, createFilled, remove];
    await inSomeOrders(racing(acts, all), 2, 400, below);
  });
});

test('a creation that another one and a deletion have overtaken begins again', async () => {
  const store = new MemoryStore();
  await serverOn(store).stream('other').create();
  const [first, second, third] = [faultyStore(store), faultyStore(store), faultyStore(store)];
  const [one, two, remover] = [serverOn(first.store), serverOn(second.store), serverOn(third.store)];
  await remover.stream('warm').create();
  await remover.stream('warm').delete();
  const [opens, opensLate] = [first.hold('open'), second.hold('open')];
  const created = create(one);
  await opens.reached;
  // It finds the name there, without a mark.
  const createdLate = create(two);
  await opensLate.reached;
  opens.release();
  expect(await created).toMatchObject({ kind: 'created' });
  const updates = Array.from({ length: 4 }, () => third.hold('update'));
  const removed = remove(remover);
  // The mark, the announcement, the tombstone; and the removal, later.
  for (const update of updates.slice(0, 3)) update.release();
  // Where a deletion removes no name, it ends here.
  await Promise.race([updates[3]?.reached, removed]);
  opensLate.release();
  expect(await createdLate).toMatchObject({ kind: 'created', tail: 1 });
  updates[3]?.release();
  expect(await removed).toEqual({ kind: 'deleted' });
  await checkList(store);
});

describe('that a stream is trimmed stays in the register', () => {
  const trimmedIn = (server: Service) => server.streams.maintained.paths();
  const trim: Act = (server) => server.stream(PATH).trim(2);
  const changes: readonly (readonly [string, (server: Service) => Promise<unknown>])[] = [
    ['another creation', create],
    [
      'a deletion that goes no further than its mark',
      (server) => server.streams.registerFor(PATH).beginRemoval(),
    ],
    [
      'one after the other',
      async (server) => {
        await server.streams.registerFor(PATH).beginRemoval();
        await create(server);
      },
    ],
    ['trimming it again', trim],
  ];

  test.each(changes)('after %s', async (_what, change) => {
    const store = new MemoryStore();
    const server = serverOn(store);
    await createFilled(server);
    await server.stream('other').create();
    expect(await trimmedIn(server)).toEqual([]);
    await trim(server);
    expect(await trimmedIn(server)).toEqual([PATH]);
    // One that has to find out what is there.
    await change(serverOn(store));
    expect(await trimmedIn(serverOn(store))).toEqual([PATH]);
  });

  test('until it is deleted', async () => {
    const server = serverOn(new MemoryStore());
    await createFilled(server);
    await trim(server);
    await remove(server);
    await create(server);
    expect(await trimmedIn(server)).toEqual([]);
  });

  test('costs no write when it is trimmed again', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await server.stream(PATH).create({ body: '[1,2,3]' });
    await trim(server);
    faulty.calls.length = 0;
    await server.stream(PATH).trim(3);
    expect(faulty.calls).not.toContain('update');
    expect(faulty.calls).not.toContain('open');
  });
});

describe('the register', () => {
  test('costs one write for a creation, and nothing for one of a stream that exists', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await server.stream('other').create();
    faulty.calls.length = 0;
    await server.stream(PATH).create();
    expect(faulty.calls).toEqual(['last', 'update', 'open']);
    faulty.calls.length = 0;
    expect(await server.stream(PATH).create()).toMatchObject({ kind: 'exists' });
    expect(faulty.calls).toEqual(['last', 'range']);
    faulty.calls.length = 0;
    await server.stream(PATH).append('1');
    expect(faulty.calls).toEqual(['update']);
  });

  test('holds nothing of a stream that was deleted', async () => {
    const store = new MemoryStore();
    const server = serverOn(store);
    for (let round = 0; round < 3; round += 1) {
      await create(server);
      await remove(server);
    }
    const { replica } = server.streams;
    expect(await replica.read((state) => state.keyCount)).toMatchObject({ value: 0 });
  });

  test('a stream that cannot be noted down is not created, and says so', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await server.stream('other').create();
    faulty.fail('update', ...Array.from({ length: 200 }, () => 'lost-before' as const));
    expect(await server.stream(PATH).create()).toMatchObject({ kind: 'failed', definite: true });
    faulty.forgive('update');
    expect(await server.stream(PATH).describe()).toEqual({ kind: 'missing' });
  });

  test('a deletion that cannot be noted down does not happen, and says so', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await create(server);
    faulty.fail('update', ...Array.from({ length: 200 }, () => 'throttled' as const));
    expect(await remove(server)).toMatchObject({ kind: 'failed', definite: true });
    faulty.forgive('update');
    await checkList(faulty.store);
    expect(await server.stream(PATH).describe()).toMatchObject({ kind: 'stream' });
    expect(await remove(server)).toEqual({ kind: 'deleted' });
    await checkList(faulty.store);
  });

  test('what is too large to be created is not noted down', async () => {
    const server = serverOn(new MemoryStore());
    const many = `[${'1,'.repeat(10_000)}1]`;
    expect(await server.stream(PATH).create({ body: many })).toMatchObject({ code: 'too-large' });
    expect(await server.streams.replica.read((state) => state.keyCount)).toMatchObject({ value: 0 });
  });
});

describe('the list', () => {
  test('leaves out what is gone, and goes on behind it', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    const names = Array.from({ length: 60 }, (_, index) => `n${10 + index}`);
    for (const name of names) await server.stream(name).create({ contentType: 'text/plain' });
    // Deleted below the list, as by a process that dies before it has tidied up.
    for (const name of names.slice(0, 40)) await new Log(faulty.store, `stream/${name}`).delete();
    const left = names.slice(40);
    const page = await server.streams.list({ limit: 15 });
    expect(page).toMatchObject({ more: true });
    expect(page.kind === 'page' && page.streams.map(({ name }) => name)).toEqual(left.slice(0, 15));
    expect(await server.streams.list({ after: left[14] })).toEqual({
      kind: 'page',
      streams: left.slice(15).map((name) => ({ name, contentType: 'text/plain', tail: 0, closed: false })),
      more: false,
    });
  });

  test('is in the order of bytes, of any path that a stream can have', async () => {
    const server = serverOn(new MemoryStore());
    const paths = ['..', 'a/../b', 'a\u0001', 'ä', '\uffee', '🙂', 'x'.repeat(1017)];
    for (const path of paths) await server.stream(path).create();
    const sorted = paths.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const listed = await server.streams.list();
    expect(listed.kind === 'page' && listed.streams.map(({ name }) => name)).toEqual(sorted);
    const rest = await server.streams.list({ after: 'x'.repeat(1017) });
    expect(rest.kind === 'page' && rest.streams.map(({ name }) => name)).toEqual(['ä', '\uffee', '🙂']);
  });
});
