// Goal: readers of the past hold one state of it at a time, and none goes on with a replay that another has left
// in the middle. Method: replays of a log on a memory store, by readers that the test holds up.

import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ofText } from '../../src/encoding/byte-string.ts';
import { Log } from '../../src/log/log.ts';
import { PagedPast } from '../../src/replica/paged-past.ts';
import { Replays } from '../../src/replica/replays.ts';
import { Replica } from '../../src/replica/replica.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { deferred } from '../support/deferred.ts';

async function reader() {
  const store = new MemoryStore();
  const log = new Log(store, 'namespace');
  const replica = new Replica(kernel, store, log);
  for (let position = 1; position <= 10; position += 1) {
    const put = { kind: 'put', key: ofText(`k${position}`), value: ofText(''), lease: '' } as const;
    await replica.submit({ kind: 'transaction', checks: [], then: [put], else: [] });
  }
  const replays = new Replays({ store, log, machine: kernel }, systemClock, 2);
  return new PagedPast(replays, kernel.stateBytes);
}

test('readers take turns', async () => {
  const past = await reader();
  const [begun, end] = [deferred(), deferred()];
  const order: string[] = [];
  const first = past.run(3, async (replay) => {
    begun.resolve();
    await end.promise;
    order.push('first');
    return replay.state.keyCount;
  });
  await begun.promise;
  const second = past.run(5, async ({ state }) => {
    order.push('second');
    return state.keyCount;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(order).toEqual([]);
  end.resolve();
  expect(await Promise.all([first, second])).toEqual([3, 5]);
  expect(order).toEqual(['first', 'second']);
});

test('a replay is kept where it stands, unless its reader has failed or could not go on', async () => {
  const past = await reader();
  const seen: unknown[] = [];
  const look = (position: number) =>
    past.run(position, async (replay) => {
      seen.push(replay);
      return replay.position;
    });
  expect(past.bytesKept).toBe(0);
  expect(await look(3)).toBe(3);
  expect(past.bytesKept).toBeGreaterThan(0);
  expect(await look(5)).toBe(5);
  expect(seen[1]).toBe(seen[0]);
  expect(await look(4)).toBe(4);
  expect(seen[2]).not.toBe(seen[1]);
  const failure = new Error('on the way');
  await expect(past.run(4, () => Promise.reject(failure))).rejects.toBe(failure);
  expect(past.bytesKept).toBe(0);
  expect(await look(6)).toBe(6);
  expect(await past.run(6, async () => undefined)).toBeUndefined();
  expect(past.bytesKept).toBe(0);
  expect(await look(10)).toBe(10);
});
