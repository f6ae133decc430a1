// Goal: a deleted stream's storage comes back, and nothing that is still wanted goes. Method: the memory
// store and a clock that moves when told; what is left is counted in the store.

import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { DeletedLogs } from '../../src/log/deleted-logs.ts';
import { Log } from '../../src/log/log.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;

function setUp() {
  const clock = new ManualClock();
  const store = new MemoryStore();
  const options = { clock, segmentCapBytes: 100, trimAgeMinMs: HOUR_MS };
  const deleted = new DeletedLogs(store, options);
  const streamOf = (path: string) => new Log(store, `stream/${path}`, options);
  const fill = async (path: string) => {
    const log = streamOf(path);
    for (let index = 0; index < 20; index += 1) await log.append([utf8(`${path} ${index}`.padEnd(60))]);
    return log;
  };
  const segmentsOf = async (log: string) => (await store.range(log, 0, 1_000_000)).segments.length;
  /** As a server does it. */
  const remove = async (path: string) => {
    expect((await deleted.announce(`stream/${path}`)).kind).toBe('appended');
    return streamOf(path).delete();
  };
  return { clock, deleted, streamOf, fill, segmentsOf, remove };
}

test('all but the tombstone goes, an age after the first sweep', async () => {
  const { clock, deleted, fill, segmentsOf, remove } = setUp();
  await fill('a');
  const before = await segmentsOf('stream/a');
  expect(before).toBeGreaterThan(5);
  await remove('a');
  expect(await deleted.sweep()).toEqual({ segmentsRemoved: 0, logsPending: 1 });
  clock.pass(HOUR_MS / 2);
  expect(await deleted.sweep()).toEqual({ segmentsRemoved: 0, logsPending: 1 });
  clock.pass(HOUR_MS);
  expect(await deleted.sweep()).toMatchObject({ logsPending: 0 });
  expect(await segmentsOf('stream/a')).toBe(1);
  // And then nobody looks at it again.
  expect(await deleted.sweep()).toEqual({ segmentsRemoved: 0, logsPending: 0 });
});

test('a stream that was created anew keeps all of its own', async () => {
  const { clock, deleted, streamOf, fill, segmentsOf, remove } = setUp();
  await fill('a');
  await remove('a');
  const log = await fill('a');
  const whole = await log.read();
  const before = await segmentsOf('stream/a');
  for (let round = 0; round < 3; round += 1) {
    await deleted.sweep();
    clock.pass(2 * HOUR_MS);
  }
  expect(await segmentsOf('stream/a')).toBeLessThan(before);
  const after = await streamOf('a').read();
  expect(after).toMatchObject({ kind: 'records', records: whole.kind === 'records' ? whole.records : [] });
});

test('a deletion that never came leaves the stream alone, and is forgotten', async () => {
  const { clock, deleted, fill, segmentsOf } = setUp();
  await fill('a');
  await deleted.announce('stream/a');
  await deleted.announce('never there');
  const before = await segmentsOf('stream/a');
  expect(await deleted.sweep()).toEqual({ segmentsRemoved: 0, logsPending: 2 });
  clock.pass(2 * HOUR_MS);
  expect(await deleted.sweep()).toEqual({ segmentsRemoved: 0, logsPending: 0 });
  expect(await segmentsOf('stream/a')).toBe(before);
});

test('what is known of many deletions does not grow for ever', async () => {
  const { clock, deleted, fill, segmentsOf, remove } = setUp();
  for (let round = 0; round < 6; round += 1) {
    for (const path of ['a', 'b', 'c']) {
      await fill(path);
      await remove(path);
    }
    await deleted.sweep();
    clock.pass(2 * HOUR_MS);
  }
  await deleted.sweep();
  clock.pass(2 * HOUR_MS);
  await deleted.sweep();
  expect(await segmentsOf('system/deleted-logs')).toBeLessThan(4);
  for (const path of ['a', 'b', 'c']) expect(await segmentsOf(`stream/${path}`)).toBe(1);
});

describe('a sweep between an announcement and its deletion', () => {
  test.each(['first', 'second'] as const)(
    'does not forget it, in the %s incarnation',
    async (incarnation) => {
      const { clock, deleted, streamOf, fill, segmentsOf, remove } = setUp();
      await fill('a');
      if (incarnation === 'second') {
        await remove('a');
        await fill('a');
        for (let round = 0; round < 3; round += 1) {
          await deleted.sweep();
          clock.pass(2 * HOUR_MS);
        }
      }
      // One whose deletion never came, long ago, does not stand for the new one.
      await deleted.announce('stream/a');
      clock.pass(2 * HOUR_MS);
      await deleted.announce('stream/a');
      expect(await deleted.sweep()).toMatchObject({ logsPending: 1 });
      await streamOf('a').delete();
      for (let round = 0; round < 3; round += 1) {
        await deleted.sweep();
        clock.pass(2 * HOUR_MS);
      }
      expect(await segmentsOf('stream/a')).toBe(1);
    },
  );
});
