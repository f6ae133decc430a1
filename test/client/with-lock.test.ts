// Goal: the work of two holders of one lock does not overlap, unless a holder has been told that its lock is lost;
// and nothing of a lock is left behind. Method: processes on one store, in virtual time: they are killed, frozen
// and cut off.

import { describe, expect, test } from 'vitest';
import { type WithLockOptions, withLock } from '../../src/client/with-lock.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { serverOn, virtualTime } from '../support/server-on.ts';

const TTL_MS = 9000;
const LONG_MS = TTL_MS * 10;

function setUp() {
  const virtual = virtualTime();
  const memory = new MemoryStore();
  const diary: string[] = [];
  /** A process with its own way to the store. */
  const join = (word: string) => {
    const process = virtual.newProcess();
    let isCutOff = false;
    const store: Store = new InterceptedStore(memory, async (_method, run) => {
      if (isCutOff) throw new StoreError('cut off', { definite: false, retryable: true });
      return run();
    });
    const namespace = serverOn(store, process.clock);
    const hold = (workMs: number, options: WithLockOptions = {}) =>
      withLock(namespace, 'l', { ttlMs: TTL_MS, clock: process.clock, ...options }, async (token, signal) => {
        const tell = (what: string) => diary.push(`${virtual.time.nowMs} ${word} ${what}`);
        tell(`begins with ${token}`);
        signal.addEventListener('abort', () => tell('is told'));
        await process.clock.sleep(workMs, signal);
        tell('ends');
        return word;
      });
    return { process, namespace, hold, cutOff: () => (isCutOff = true) };
  };
  const { time, outcomeOf, pass } = virtual;
  return { time, outcomeOf, pass, diary, join };
}

describe('work under a lock', () => {
  test('is done while the lock is held, however long it takes, and leaves nothing behind', async () => {
    const { join, outcomeOf } = setUp();
    const { hold, namespace } = join('ada');
    expect(await outcomeOf(hold(LONG_MS))).toEqual({ kind: 'done', value: 'ada', token: 1 });
    expect(await outcomeOf(namespace.locks.lookUp('l'))).toMatchObject({ holders: [], waiters: [] });
    expect(namespace.kernel.glance((state) => [...state.leases.values()])).toEqual([]);
  });

  test('waits for its turn, and keeps its lease alive meanwhile', async () => {
    const { join, outcomeOf, diary } = setUp();
    const works = ['ada', 'bob', 'cid'].map((word) => join(word).hold(LONG_MS));
    for (const work of works) expect(await outcomeOf(work)).toMatchObject({ kind: 'done' });
    expect(diary.filter((line) => /is told/.test(line))).toEqual([]);
    expect(diary.map((line) => line.split(' ')[2])).toEqual([
      'begins',
      'ends',
      'begins',
      'ends',
      'begins',
      'ends',
    ]);
  });

  test('is not begun when the lock cannot be had in time', async () => {
    const { join, outcomeOf, diary, pass } = setUp();
    const [ada, bob] = [join('ada'), join('bob')];
    void ada.hold(LONG_MS);
    await pass(1);
    for (const waitMs of [0, 1, TTL_MS * 2]) {
      expect(await outcomeOf(bob.hold(1, { waitMs }))).toMatchObject({ kind: 'held', holder: { token: 1 } });
    }
    expect(await outcomeOf(bob.hold(1, { holders: 2 }))).toMatchObject({ kind: 'holders-mismatch' });
    expect(diary).toEqual(['0 ada begins with 1']);
    expect(await outcomeOf(bob.namespace.locks.lookUp('l'))).toMatchObject({ waiters: [] });
    expect(bob.namespace.kernel.glance((state) => [...state.leases.values()].length)).toBe(1);
  });

  test('what it throws comes through, and the lock is released', async () => {
    const { join, outcomeOf } = setUp();
    const { namespace, process } = join('ada');
    const work = withLock(namespace, 'l', { clock: process.clock }, () => {
      throw new Error('no');
    });
    await expect(outcomeOf(work)).rejects.toThrow('no');
    expect(await outcomeOf(namespace.locks.lookUp('l'))).toMatchObject({ holders: [] });
  });

  test('a signal ends the wait with its reason, and leaves no place', async () => {
    const { join, outcomeOf, pass } = setUp();
    const [ada, bob] = [join('ada'), join('bob')];
    void ada.hold(LONG_MS);
    await pass(1);
    const end = new AbortController();
    const waiting = bob.hold(1, { signal: end.signal });
    waiting.catch(() => undefined);
    await pass(1000);
    end.abort(new Error('enough'));
    await expect(outcomeOf(waiting)).rejects.toThrow('enough');
    expect(await outcomeOf(bob.namespace.locks.lookUp('l'))).toMatchObject({ waiters: [] });
  });
});

describe('a holder', () => {
  test('that is cut off is told before the next one begins, whose token is greater', async () => {
    const { join, outcomeOf, diary, pass } = setUp();
    const [ada, bob] = [join('ada'), join('bob')];
    const first = ada.hold(LONG_MS);
    await pass(1);
    const second = bob.hold(1);
    await pass(TTL_MS);
    ada.cutOff();
    expect(await outcomeOf(second)).toMatchObject({ kind: 'done' });
    expect(await outcomeOf(first)).toMatchObject({ kind: 'lost', value: 'ada' });
    const order = diary.map((line) => line.split(' ').slice(1).join(' '));
    expect(order).toEqual(['ada begins with 1', 'ada is told', 'ada ends', 'bob begins with 2', 'bob ends']);
  });

  test('that dies is followed when its time to live is over', async () => {
    const { join, outcomeOf, diary, pass, time } = setUp();
    const [ada, bob] = [join('ada'), join('bob')];
    void ada.hold(LONG_MS);
    await pass(1);
    ada.process.kill();
    expect(await outcomeOf(bob.hold(1))).toMatchObject({ kind: 'done', token: 2 });
    expect(diary[1]).toMatch(/bob begins/);
    expect(time.nowMs).toBeLessThanOrEqual(TTL_MS + 1000);
  });

  test('that is frozen is told when it thaws, and its token tells it from the next one', async () => {
    const { join, outcomeOf, diary, pass } = setUp();
    const [ada, bob] = [join('ada'), join('bob')];
    const first = ada.hold(LONG_MS);
    await pass(1);
    ada.process.freeze(TTL_MS * 3, true);
    expect(await outcomeOf(bob.hold(1))).toMatchObject({ kind: 'done', token: 2 });
    expect(await outcomeOf(first)).toMatchObject({ kind: 'lost' });
    const order = diary.map((line) => line.split(' ').slice(1).join(' '));
    expect(order).toEqual(['ada begins with 1', 'bob begins with 2', 'bob ends', 'ada is told', 'ada ends']);
  });
});
