// Goal: a watch tells every change after its place, in order and once, whatever the replica still has in memory. Method: a diary, whose
// changes are its texts, over one store; snapshots, trims and cold replicas at chosen moments.

import { setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { ReplicaStoppedError } from '../../src/replica/applier.ts';
import { History } from '../../src/replica/history.ts';
import { maintainNamespace } from '../../src/replica/maintenance.ts';
import { Replica } from '../../src/replica/replica.ts';
import { watchReplica } from '../../src/replica/watch.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { diary } from '../support/diary.ts';
import { faultyStore } from '../support/faulty-store.ts';

const NAMESPACE = 'namespace';
const EVERY = 10;

function open(store: Store) {
  return new Replica(diary, store, new Log(store, NAMESPACE, { trimAgeMinMs: 0, segmentCapBytes: 1 }), {
    snapshotEvery: EVERY,
  });
}

type Diary = ReturnType<typeof open>;

function watched(replica: Diary, after: number | undefined, signal: AbortSignal) {
  return watchReplica(replica.watchParts, after, signal);
}

async function write(replica: Diary, from: number, to: number): Promise<void> {
  for (let page = from; page <= to; page += 1) {
    expect(await replica.submit(`${page}`)).toMatchObject({ kind: 'done', position: page });
    await replica.idle();
  }
}

const pages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

/** Takes changes from a watch until there are so many. */
async function take(
  watch: ReturnType<typeof watched>,
  count: number,
): Promise<(string | { gone: number })[]> {
  const taken: (string | { gone: number })[] = [];
  while (taken.length < count) {
    const { value, done } = await watch.next();
    if (done) break;
    if (value.kind === 'gone') taken.push({ gone: value.earliest });
    else
      for (const { position, changes } of value.entries) {
        expect(changes).toEqual([`${position}`]);
        taken.push(...changes);
      }
  }
  return taken;
}

describe('a watch', () => {
  test('begins at the tail, and tells what comes', async () => {
    const replica = open(new MemoryStore());
    await write(replica, 1, 3);
    const end = new AbortController();
    const watch = watched(replica, undefined, end.signal);
    expect((await watch.next()).value).toEqual({ kind: 'changes', position: 3, entries: [] });
    const taken = take(watch, 3);
    await write(replica, 4, 6);
    expect(await taken).toEqual(pages(4, 6));
    end.abort();
    expect((await watch.next()).done).toBe(true);
  });

  test('goes on from any position, with what another replica has written', async () => {
    const store = new MemoryStore();
    const writer = open(store);
    await write(writer, 1, 5);
    const watch = watched(open(store), 2, new AbortController().signal);
    expect(await take(watch, 3)).toEqual(pages(3, 5));
    const taken = take(watch, 2);
    await write(writer, 6, 7);
    expect(await taken).toEqual(pages(6, 7));
    await watch.return();
  });

  test('a place in the future waits until the log is there', async () => {
    const replica = open(new MemoryStore());
    const watch = watched(replica, 3, new AbortController().signal);
    const taken = take(watch, 1);
    await write(replica, 1, 4);
    expect(await taken).toEqual(['4']);
    await watch.return();
  });

  test.each([0, 5, 10, 19, 20, 33])('a cold replica makes the past after %i again', async (after) => {
    const store = new MemoryStore();
    await write(open(store), 1, 35);
    const cold = open(store);
    await cold.read(() => 0);
    const watch = watched(cold, after, new AbortController().signal);
    expect(await take(watch, 35 - after)).toEqual(pages(after + 1, 35));
    const next = take(watch, 1);
    await write(cold, 36, 36);
    expect(await next).toEqual(['36']);
    await watch.return();
  });

  test('where the past is trimmed, the watch says from where it can be made', async () => {
    const store = new MemoryStore();
    const writer = open(store);
    await write(writer, 1, 35);
    await maintainNamespace(store, writer);
    await maintainNamespace(store, writer);
    const cold = open(store);
    expect(await take(watched(cold, 5, new AbortController().signal), 1)).toEqual([{ gone: 20 }]);
    expect(await take(watched(cold, 20, new AbortController().signal), 15)).toEqual(pages(21, 35));
  });

  test('two hundred watchers cost no more reads than one', async () => {
    const calls = async (watchers: number) => {
      const faulty = faultyStore(new MemoryStore());
      const replica = open(faulty.store);
      await write(replica, 1, 1);
      const end = new AbortController();
      setMaxListeners(0, end.signal);
      const watches = Array.from({ length: watchers }, () => watched(replica, undefined, end.signal));
      for (const watch of watches) await watch.next();
      const taken = watches.map((watch) => take(watch, 5));
      faulty.calls.length = 0;
      await write(replica, 2, 6);
      for (const one of taken) expect(await one).toEqual(pages(2, 6));
      const count = faulty.calls.length;
      end.abort();
      return count;
    };
    expect(await calls(200)).toBeLessThanOrEqual((await calls(1)) + 2);
  });

  test('a store that fails for a while delays a watch, and takes nothing from it', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = open(faulty.store);
    const other = open(faulty.store);
    await write(other, 1, 2);
    const watch = watched(replica, 0, new AbortController().signal);
    expect(await take(watch, 2)).toEqual(pages(1, 2));
    faulty.fail('range', 'throttled', 'lost-before');
    faulty.fail('last', 'lost-before');
    const taken = take(watch, 2);
    await write(other, 3, 4);
    expect(await taken).toEqual(pages(3, 4));
    await watch.return();
  });

  test('ends with an error when the replica stops', async () => {
    const replica = open(new MemoryStore());
    await write(replica, 1, 1);
    const watch = watched(replica, undefined, new AbortController().signal);
    await watch.next();
    const next = watch.next();
    next.catch(() => undefined);
    expect(await replica.submit('unbearable')).toMatchObject({ kind: 'failed', definite: false });
    await expect(next).rejects.toThrow(ReplicaStoppedError);
  });
});

test('a watch that is busy while the replica stops learns of it, too', async () => {
  const replica = open(new MemoryStore());
  await write(replica, 1, 1);
  const busy = watched(replica, undefined, new AbortController().signal);
  const waiting = watched(replica, undefined, new AbortController().signal);
  for (const watch of [busy, waiting]) await watch.next();
  const next = waiting.next();
  next.catch(() => undefined);
  // It has been told something, and has not come back for more.
  const told = busy.next();
  await write(replica, 2, 2);
  await Promise.all([told, next]);
  const failing = waiting.next();
  failing.catch(() => undefined);
  expect(await replica.submit('unbearable')).toMatchObject({ kind: 'failed', definite: false });
  await expect(failing).rejects.toThrow(ReplicaStoppedError);
  await expect(busy.next()).rejects.toThrow(ReplicaStoppedError);
});

test('a watch whose signal has aborted tells what there is, and ends', async () => {
  const replica = open(new MemoryStore());
  await write(replica, 1, 3);
  expect(await take(watched(replica, 1, AbortSignal.abort()), 3)).toEqual(pages(2, 3));
});

describe('a read in the past', () => {
  test('shows the state as it was, back to the trim point', async () => {
    const store = new MemoryStore();
    const writer = open(store);
    await write(writer, 1, 35);
    const at = async (position: number) => {
      const read = await open(store).readPast(position, (state) => state.length);
      return read.kind === 'read' ? read.value : read;
    };
    for (const position of [0, 1, 9, 10, 11, 29, 30, 34, 35]) expect(await at(position)).toBe(position);
    expect(await at(36)).toEqual({ kind: 'behind', position: 35 });
    await maintainNamespace(store, writer);
    expect(await at(19)).toEqual({ kind: 'gone', earliest: 20 });
    expect(await at(20)).toBe(20);
  });
});

describe('the history of a replica', () => {
  test('keeps the newest changes within its bytes, and knows what it has forgotten', () => {
    const history = new History<string>(2000, (change) => change.length);
    history.restart(10);
    for (let position = 11; position <= 60; position += 1) history.add(position, ['x'.repeat(100)]);
    expect(history.bytes).toBeLessThanOrEqual(2000);
    expect(history.begin).toBe(50);
    expect(history.since(49)).toBeUndefined();
    expect(history.since(50)?.map(({ position }) => position)).toEqual([
      51, 52, 53, 54, 55, 56, 57, 58, 59, 60,
    ]);
    const page = (bytesMax: number) => {
      const { entries = [], complete } = history.pageSince(57, bytesMax) ?? {};
      return { positions: entries.map(({ position }) => position), complete };
    };
    expect(page(1)).toEqual({ positions: [58], complete: false });
    expect(page(201)).toEqual({ positions: [58, 59], complete: false });
    expect(page(600)).toEqual({ positions: [58, 59, 60], complete: true });
    expect(history.pageSince(60, 1)).toEqual({ entries: [], complete: true });
    expect(history.pageSince(49, 1)).toBeUndefined();
    expect(history.since(60)).toEqual([]);
    expect(history.since(1000)).toEqual([]);
  });

  test('a change that is larger than all of it is told by a replay', () => {
    const history = new History<string>(100, (change) => change.length);
    history.add(1, ['x'.repeat(1000)]);
    expect(history.since(0)).toBeUndefined();
    expect(history.since(1)).toEqual([]);
  });

  test('many small ones are forgotten at a steady cost', () => {
    const history = new History<string>(200_000, () => 0);
    for (let position = 1; position <= 100_000; position += 1) history.add(position, ['x']);
    expect(history.since(98_000)).toHaveLength(2000);
    expect(history.since(97_999)).toBeUndefined();
  });
});
