// Goal: waits end as soon as they should, whatever the others do, and cost together about what one does.
// Method: waits for keys of a namespace, on virtual time, with looks and calls of the store counted.

import { describe, expect, test } from 'vitest';
import { storedKey } from '../../src/coordination/keys.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { serverOn, virtualTime } from '../support/server-on.ts';

const SECOND_MS = 1000;

async function setUp() {
  const { time, newProcess, outcomeOf, pass } = virtualTime();
  let calls = 0;
  const store = new InterceptedStore(new MemoryStore(), (_method, run) => {
    calls += 1;
    return run();
  });
  const namespace = serverOn(store, newProcess().clock);
  await outcomeOf(namespace.keys.put('first', ''));
  /** Resolves with how long it took until the key was there, or the wait was over. */
  const forKey = async (key: string, waitMs: number, signal?: AbortSignal): Promise<number> => {
    const startedAtMs = time.nowMs;
    const isMissing = (state: KernelState) => state.get(storedKey(key)) === undefined;
    await namespace.kernel.settle(() => ({}), isMissing, waitMs, signal);
    return time.nowMs - startedAtMs;
  };
  const countCalls = async (run: () => Promise<unknown>): Promise<number> => {
    calls = 0;
    await run();
    return calls;
  };
  return { newProcess, outcomeOf, pass, keys: namespace.keys, store, forKey, countCalls };
}

describe('waits', () => {
  test('each ends with what it waits for, or with its own time', async () => {
    const { forKey, keys, outcomeOf, pass } = await setUp();
    const waits = [
      forKey('a', 60 * SECOND_MS),
      forKey('b', 60 * SECOND_MS),
      forKey('c', 300),
      forKey('d', 5 * SECOND_MS),
    ];
    await pass(100);
    await outcomeOf(keys.put('b', ''));
    await pass(10 * SECOND_MS - 100);
    await outcomeOf(keys.put('a', ''));
    expect(await outcomeOf(Promise.all(waits))).toEqual([10 * SECOND_MS, 100, 300, 5 * SECOND_MS]);
  });

  test('one that has nothing to wait for, or no time, does not begin to follow', async () => {
    const { forKey, outcomeOf, countCalls } = await setUp();
    const calls = await countCalls(async () => {
      expect(await outcomeOf(forKey('first', SECOND_MS))).toBe(0);
      expect(await outcomeOf(forKey('none', 0))).toBe(0);
      expect(await outcomeOf(forKey('none', SECOND_MS, AbortSignal.abort()))).toBe(0);
    });
    expect(calls).toBe(0);
  });

  test('one that is given up ends at once, and the last one ends the polls', async () => {
    const { forKey, outcomeOf, pass, countCalls } = await setUp();
    const end = new AbortController();
    const waits = [forKey('a', 60 * SECOND_MS, end.signal), forKey('b', 60 * SECOND_MS, end.signal)];
    await pass(SECOND_MS);
    end.abort();
    expect(await outcomeOf(Promise.all(waits))).toEqual([SECOND_MS, SECOND_MS]);
    expect(await countCalls(() => pass(60 * SECOND_MS))).toBe(0);
  });

  test('a process that appends all that is waited for reads nothing', async () => {
    const { forKey, keys, outcomeOf, pass, countCalls } = await setUp();
    const waits = Array.from({ length: 100 }, (_, index) => forKey(`key${index}`, SECOND_MS));
    await pass(0);
    const calls = await countCalls(async () => {
      for (let index = 0; index < 100; index += 1) await outcomeOf(keys.put(`key${index}`, ''));
      await outcomeOf(Promise.all(waits));
    });
    // One write each.
    expect(calls).toBe(100);
  });

  test('what another process appends is noticed by one poll for all', async () => {
    const { forKey, store, newProcess, outcomeOf, pass, countCalls } = await setUp();
    const other = serverOn(store, newProcess().clock);
    await outcomeOf(other.keys.put('second', ''));
    const waits = Array.from({ length: 100 }, () => forKey('a', 60 * SECOND_MS));
    await pass(0);
    const { pollMs } = store.traits;
    const calls = await countCalls(async () => {
      await outcomeOf(other.keys.put('a', ''));
      for (const waited of await outcomeOf(Promise.all(waits)))
        expect(waited).toBeLessThanOrEqual(2 * pollMs);
    });
    // A write, a look or two, and a read.
    expect(calls).toBeLessThanOrEqual(4);
  });
});
