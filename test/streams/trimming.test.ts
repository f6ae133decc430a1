// Goal: what is trimmed can no longer be read by anybody, its storage comes back and not too early, and a failure says
// truly whether anything can have happened. Method: servers on one memory store, with clocks set by hand and a store
// whose calls fail or wait.

import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/log/store.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { open, type Service } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { type Interleaved, inEveryOrder } from '../support/interleavings.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;
const LOG = streamLogName('s');
const OPTIONS = { readTimeoutMs: 50, writeTimeoutMs: 50, segmentCapBytes: 60 };

function serverOn(store: Store, clock = new ManualClock()): Service {
  return open(store, { clock, log: { ...OPTIONS, clock } });
}

/** Each record has a segment of its own. */
async function fill(server: Service, count: number): Promise<void> {
  for (let index = 1; index <= count; index += 1)
    await server.stream('s').append(`"${index}${'x'.repeat(60)}"`);
}

const basesIn = async (store: Store) =>
  (await store.range(LOG, 0, 1_000_000)).segments.map(({ base }) => base);

describe('the storage of what is trimmed', () => {
  test('comes back an hour later, by the maintenance of any server', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const server = serverOn(store, clock);
    await server.stream('s').create();
    await fill(server, 6);
    await server.stream('s').trim(4);
    // Another server, which has never seen the stream.
    const other = serverOn(store, clock);
    clock.pass(HOUR_MS - 1);
    await other.maintain();
    expect(await basesIn(store)).toEqual([0, 1, 2, 3, 4, 5]);
    clock.pass(1);
    await other.maintain();
    expect(await basesIn(store)).toEqual([3, 4, 5]);
  });

  test('comes back, too, of what was trimmed while the hour of an earlier time was passing', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const server = serverOn(store, clock);
    await server.stream('s').create();
    await fill(server, 6);
    for (const before of [3, 5, 6]) {
      await server.stream('s').trim(before);
      clock.pass(HOUR_MS / 4);
    }
    for (let times = 0; times < 3; times += 1) {
      clock.pass(HOUR_MS);
      await server.maintain();
    }
    expect(await basesIn(store)).toEqual([5]);
  });

  test('comes back wherever the server ends while it trims', async () => {
    const start = async (): Promise<Interleaved> => {
      const store = new MemoryStore();
      await serverOn(store).stream('s').create();
      await fill(serverOn(store), 4);
      const trimmer = async (gated: Store) => {
        const server = serverOn(gated);
        await server.stream('s').describe();
        return () => server.stream('s').trim(4);
      };
      const check = async () => {
        const clock = new ManualClock();
        const server = serverOn(store, clock);
        const described = await server.stream('s').describe();
        const isTrimmed = described.kind === 'stream' && described.earliest === 4;
        for (let times = 0; times < 3; times += 1) {
          await server.maintain();
          clock.pass(HOUR_MS);
        }
        expect(await basesIn(store)).toEqual(isTrimmed ? [3] : [0, 1, 2, 3]);
      };
      return { store, processes: [trimmer], check };
    };
    expect(await inEveryOrder(start, 1)).toBeGreaterThan(5);
  });

  test('a stream that cannot be looked after keeps no other from it, and is reported', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const onError = (_error: unknown, { log }: { readonly log?: string | undefined }) => errors.push(log);
    const server = open(store, { clock, log: { ...OPTIONS, clock }, onError });
    for (const path of ['a', 's']) await server.stream(path).create({ body: '[1,2]' });
    await fill(server, 3);
    for (const path of ['a', 's']) await server.stream(path).trim(2);
    const record = await store.metadataRecord(streamLogName('a'), 'trim-point');
    await store.setMetadataRecord(streamLogName('a'), 'trim-point', 'nonsense', record?.version ?? 0);
    await server.stream('s').trim(5);
    for (let times = 0; times < 3; times += 1) {
      clock.pass(HOUR_MS);
      await server.maintain();
    }
    expect(errors).toContain(streamLogName('a'));
    expect(await basesIn(store)).toEqual([4]);
  });
});

test('a stream that was not trimmed costs maintenance nothing', async () => {
  const faulty = faultyStore(new MemoryStore());
  const server = serverOn(faulty.store);
  for (let index = 0; index < 20; index += 1) await server.stream(`s${index}`).create();
  await server.maintain();
  faulty.calls.length = 0;
  await server.maintain();
  const idle = faulty.calls.length;
  await server.stream('s1').append('1');
  await server.stream('s1').trim(2);
  await server.maintain();
  faulty.calls.length = 0;
  await server.maintain();
  // The hour has not passed: a look at its end, and what a sweep in vain costs.
  expect(faulty.calls.length).toBeLessThanOrEqual(idle + 5);
});

test('a stream that was created anew meanwhile loses nothing', async () => {
  const faulty = faultyStore(new MemoryStore());
  const [server, other] = [serverOn(faulty.store), serverOn(faulty.store)];
  await server.stream('s').create({ body: '[1,2]' });
  // The note in the register, after the look at the stream.
  const hold = faulty.hold('open');
  const trimming = server.stream('s').trim(1000);
  await hold.reached;
  await other.stream('s').delete();
  await other.stream('s').create({ body: '[3,4]' });
  hold.release();
  await trimming;
  const read = await other.stream('s').read();
  expect(read.kind === 'data' && Buffer.from(read.body).toString()).toBe('[3,4]');
});

describe('a failure', () => {
  const often = <T>(fault: T) => Array.from({ length: 300 }, () => fault);

  test('of the trim point says that it may have happened, and the next try settles it', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await server.stream('s').create({ body: '[1,2]' });
    faulty.fail('setMetadataRecord', ...often('lost-before' as const));
    expect(await server.stream('s').trim(2)).toMatchObject({ kind: 'failed', definite: false });
    faulty.forgive('setMetadataRecord');
    expect(await server.stream('s').trim(2)).toEqual({ kind: 'trimmed', earliest: 2 });
  });

  test('before anything was written says that nothing has happened', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await server.stream('s').create({ body: '[1,2]' });
    faulty.fail('last', ...often('lost-before' as const));
    expect(await server.stream('s').trim(2)).toMatchObject({ kind: 'failed', definite: true });
    faulty.forgive('last');
    expect(await server.stream('s').describe()).toMatchObject({ earliest: 1 });
  });

  test('of a sweep after the trim point has moved is not called definite', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await server.stream('s').create({ body: '[1,2]' });
    faulty.fail('range', ...often('throttled' as const));
    expect(await server.stream('s').trim(2)).toMatchObject({ kind: 'failed', definite: false });
    faulty.forgive('range');
    expect(await server.stream('s').describe()).toMatchObject({ earliest: 2 });
  });

  test('a lost answer that comes at the second try is no failure', async () => {
    const faulty = faultyStore(new MemoryStore());
    const server = serverOn(faulty.store);
    await server.stream('s').create({ body: '[1,2]' });
    faulty.fail('setMetadataRecord', 'lost-after');
    expect(await server.stream('s').trim(2)).toEqual({ kind: 'trimmed', earliest: 2 });
  });
});
