// Goal: the store and those who append have work at the same time. Method: clients that append again as soon as they are answered, on
// a store whose writes end one by one when the test says so.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { positionsIn, records } from '../support/bytes.ts';
import { type Deferred, deferred } from '../support/deferred.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';

interface SlowStore {
  readonly store: InterceptedStore;
  /** Lets the one write that is on its way take effect, and those who wait for it go on. */
  endWrite(): Promise<void>;
}

function slowStore(): SlowStore {
  const underway: Deferred[] = [];
  const store = new InterceptedStore(new MemoryStore(), async (method, run) => {
    if (method !== 'update' && method !== 'open') return run();
    const end = deferred();
    underway.push(end);
    await end.promise;
    return run();
  });
  const endWrite = async () => {
    expect(underway.length).toBe(1);
    underway.shift()?.resolve();
    await nextTurn();
    // A log that has been idle waits a turn for appends that arrive together.
    await nextTurn();
  };
  return { store, endWrite };
}

/** How many appends each of `writes` writes carried, with so many clients. */
async function shares(clients: number, writes: number): Promise<number[]> {
  const { store, endWrite } = slowStore();
  const log = new Log(store, 'log', { segmentCapBytes: 1_000 });
  let answered = 0;
  let stopping = false;
  const client = async () => {
    while (!stopping) {
      expect(await log.append(records('r'))).toMatchObject({ kind: 'appended' });
      answered += 1;
    }
  };
  // One comes first, so that the others find a write on its way.
  const all = [client()];
  await nextTurn();
  for (let index = 1; index < clients; index += 1) all.push(client());
  await nextTurn();
  const carried: number[] = [];
  for (let write = 0; write < writes; write += 1) {
    const before = answered;
    await endWrite();
    carried.push(answered - before);
  }
  stopping = true;
  const ended = Promise.all(all).then(() => true);
  while (!(await Promise.race([ended, nextTurn(false)]))) await endWrite();
  const read = await log.read();
  expect(positionsIn(read)).toEqual(Array.from({ length: answered }, (_, index) => index + 1));
  return carried;
}

test.each([2, 3, 10, 64])('%i clients: two writes share them evenly', async (clients) => {
  const carried = await shares(clients, 40);
  expect(carried[0]).toBe(1);
  for (const share of carried.slice(20)) expect(Math.abs(share - clients / 2)).toBeLessThanOrEqual(1);
});

test('one client: one append a write', async () => {
  expect(new Set(await shares(1, 10))).toEqual(new Set([1]));
});

test('what is asked for at once while nothing is on its way goes at once', async () => {
  const { store, endWrite } = slowStore();
  const log = new Log(store, 'log', { segmentCapBytes: 60_000 });
  const appends = Array.from({ length: 100 }, () => log.append(records('r')));
  await nextTurn();
  await endWrite();
  expect(await Promise.all(appends)).toHaveLength(100);
});

test('idle waits for a segment that is being opened ahead', async () => {
  const faulty = faultyStore(new MemoryStore());
  const [mine, other] = [faulty.store, faulty.store].map(
    (store) => new Log(store, 'log', { segmentCapBytes: 100 }),
  ) as [Log, Log];
  // Two who compete: the one that fills a segment opens the next.
  await other.append(records('o'));
  await mine.append(records('a'));
  await other.append(records('p'));
  const opening = faulty.hold('open');
  expect((await mine.append(records('x'.repeat(80)))).kind).toBe('appended');
  await opening.reached;
  let idle = false;
  const waiting = mine.idle().then(() => {
    idle = true;
  });
  await nextTurn();
  expect(idle).toBe(false);
  opening.release();
  await waiting;
  expect(faulty.calls.at(-1)).toBe('open');
});
