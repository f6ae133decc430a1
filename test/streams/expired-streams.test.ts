// Goal: a stream that has expired gives its storage back by the maintenance of any server, though nobody asks for it
// again; one that is still used is never deleted, whatever the clocks; and each call does a bounded amount of work.
// Method: services on one memory store, each with a clock of its own that is set by hand, and every order of the calls
// of one that maintains and one that uses the stream.

import { describe, expect, test } from 'vitest';
import type { CreateOptions } from '../../src/api/streams.ts';
import { STREAMS_MAINTAINED_MAX } from '../../src/limits.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { open, type Service } from '../../src/service/service.ts';
import { maintainStreams } from '../../src/service/stream-maintenance.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Stream } from '../../src/streams/stream.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { type Interleaved, inEveryOrder } from '../support/interleavings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const HOUR_MS = 3_600_000;
const TTL: CreateOptions = { expiry: { ttlSeconds: 10 } };
const OPTIONS = { readTimeoutMs: 50, writeTimeoutMs: 50, segmentCapBytes: 60 };

function serverOn(store: Store, clock = new ManualClock(), errors: unknown[] = []): Service {
  const onError = (error: unknown) => void errors.push(error);
  return open(store, { clock, log: { ...OPTIONS, clock }, onError });
}

async function fill(server: Service, path: string): Promise<void> {
  for (let index = 0; index < 5; index += 1) await server.stream(path).append(`"${'x'.repeat(60)}"`);
}

async function basesOf(store: Store, path: string): Promise<number[]> {
  return (await store.range(streamLogName(path), 0, 1_000_000)).segments.map(({ base }) => base);
}

describe('a stream that nobody asks for after its end', () => {
  const expiries: readonly (readonly [string, (nowMs: number) => CreateOptions])[] = [
    ['a time to live', () => TTL],
    ['a fixed time', (nowMs) => ({ expiry: { atMs: nowMs + 10_000 } })],
  ];

  test.each(expiries)(
    'with %s gives its storage back by a server that has never seen it',
    async (_, optionsAt) => {
      const store = new MemoryStore();
      const clock = new ManualClock();
      const creator = serverOn(store, clock);
      await creator.stream('s').create(optionsAt(clock.nowMs()));
      await creator.stream('other').create();
      for (const path of ['s', 'other']) await fill(creator, path);
      const other = serverOn(store, clock);
      clock.pass(9000);
      await other.maintain();
      expect(await new Log(store, streamLogName('s')).checkTail()).toMatchObject({ kind: 'end' });
      clock.pass(1000);
      await other.maintain();
      expect(await new Log(store, streamLogName('s')).checkTail()).toMatchObject({ kind: 'missing' });
      for (let times = 0; times < 2; times += 1) {
        clock.pass(HOUR_MS + 1);
        await other.maintain();
      }
      expect(await basesOf(store, 's')).toEqual([5]);
      expect(await basesOf(store, 'other')).toEqual([0, 1, 2, 3, 4]);
      expect(await other.streams.maintained.paths()).toEqual([]);
      expect(await creator.stream('s').append('1')).toEqual({ kind: 'missing' });
    },
  );

  test('that cannot be deleted now is reported, keeps no other from it, and is deleted by a later call', async () => {
    const faulty = faultyStore(new MemoryStore());
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const server = serverOn(faulty.store, clock, errors);
    for (const path of ['a', 'b']) await server.stream(path).create(TTL);
    clock.pass(10_000);
    faulty.fail('update', ...Array.from({ length: 400 }, () => 'throttled' as const));
    await server.maintain();
    expect(errors.length).toBeGreaterThanOrEqual(2);
    faulty.forgive('update');
    await server.maintain();
    expect(await server.streams.maintained.paths()).toEqual([]);
  });
});

describe('a stream that is still there', () => {
  test('is not renewed by maintenance', async () => {
    const clock = new ManualClock();
    const server = serverOn(new MemoryStore(), clock);
    await server.stream('s').create(TTL);
    clock.pass(9000);
    await server.maintain();
    clock.pass(1000);
    await server.maintain();
    expect(await server.streams.maintained.paths()).toEqual([]);
  });

  test('after its expiry was given up by a new creation', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const server = serverOn(store, clock);
    await server.stream('s').create(TTL);
    clock.pass(10_000);
    await server.stream('s').create({ body: '[1]' });
    clock.pass(HOUR_MS);
    await serverOn(store, clock).maintain();
    expect(await server.stream('s').describe()).toMatchObject({ kind: 'stream' });
  });
});

describe('a call has a bounded amount of work', () => {
  function maintenance(count: number) {
    const paths = Array.from({ length: count }, (_, index) => String(index).padStart(6, '0'));
    const seen = new Map<string, number>();
    const store = new MemoryStore();
    const random = new SeededRandom(7);
    const parts = {
      paths: async () => paths,
      open: (path: string) => {
        seen.set(path, (seen.get(path) ?? 0) + 1);
        return new Log(store, streamLogName(path));
      },
      describe: async () => ({ kind: 'missing' }) as const,
      clock: new ManualClock(),
      random,
      onError: (error: unknown) => {
        throw error;
      },
    };
    return { seen, paths, run: () => maintainStreams(parts) };
  }

  test('all streams, where there are no more than one call looks after', async () => {
    const { run, seen, paths } = maintenance(50);
    expect(await run()).toEqual({ streams: 50, streamsExpired: 0, segmentsRemoved: 0 });
    expect([...seen.keys()].sort()).toEqual(paths);
  });

  test('a portion of more, and each of them in the end', { timeout: 60_000 }, async () => {
    const { run, seen, paths } = maintenance(STREAMS_MAINTAINED_MAX * 2 + 1);
    expect(await run()).toMatchObject({ streams: STREAMS_MAINTAINED_MAX });
    expect(seen.size).toBe(STREAMS_MAINTAINED_MAX);
    expect(Math.max(...seen.values())).toBe(1);
    for (let times = 0; times < 20 && seen.size < paths.length; times += 1) await run();
    expect(seen.size).toBe(paths.length);
  });
});

/** No measure of anything: there are many orders, which takes long on a busy machine. */
const HANGS_AFTER_MS = 300_000;

describe('one server maintains, another uses the stream', { timeout: HANGS_AFTER_MS }, () => {
  interface Told {
    readonly kind: string;
  }
  const uses: readonly (readonly [string, (stream: Stream) => Promise<Told>])[] = [
    ['appends', (stream) => stream.append('2')],
    ['reads', (stream) => stream.read()],
    ['closes', (stream) => stream.close()],
  ];

  test.each(uses)('and %s: in every order both agree on what became of it', async (_what, use) => {
    const start = async (): Promise<Interleaved> => {
      const store = new MemoryStore();
      const creator = serverOn(store);
      await creator.stream('s').create({ ...TTL, body: '1' });
      const answers: Told[] = [];
      const maintains = async (gated: Store) => {
        const clock = new ManualClock();
        const server = serverOn(gated, clock);
        await server.stream('warm').create();
        await server.stream('warm').delete();
        clock.pass(10_500);
        const { maintained } = server.streams;
        const describe = (path: string) => server.stream(path).describe();
        const onError = (error: unknown) => {
          throw error;
        };
        return () =>
          maintainStreams({ ...maintained, describe, clock, random: new SeededRandom(1), onError });
      };
      const usesIt = async (gated: Store) => {
        const clock = new ManualClock();
        const server = serverOn(gated, clock);
        clock.pass(9500);
        return async () => void answers.push(await use(server.stream('s')));
      };
      const check = async () => {
        const end = await new Log(store, streamLogName('s')).checkTail();
        const [answer] = answers;
        if (answer?.kind === 'missing') expect(end.kind).toBe('missing');
        // It was renewed, so no clock that stands before its new end has it deleted.
        else if (answer) expect(end).toMatchObject({ segment: { metadata: { expiry: { renewals: 1 } } } });
        // What is there is not forgotten, wherever one of them has died.
        if (end.kind === 'end') expect(await serverOn(store).streams.maintained.paths()).toEqual(['s']);
      };
      return { store, processes: [maintains, usesIt], check };
    };
    expect(await inEveryOrder(start, 1)).toBeGreaterThan(5);
  });

  test('a creator that dies leaves no stream behind that maintenance does not find', async () => {
    const start = async (): Promise<Interleaved> => {
      const store = new MemoryStore();
      const creates = (gated: Store) => {
        const server = serverOn(gated);
        return server.streams.list().then(() => () => server.stream('s').create(TTL));
      };
      const check = async () => {
        const clock = new ManualClock();
        clock.pass(20_000);
        await serverOn(store, clock).maintain();
        expect(await new Log(store, streamLogName('s')).checkTail()).toMatchObject({ kind: 'missing' });
      };
      return { store, processes: [creates], check };
    };
    expect(await inEveryOrder(start, 1)).toBeGreaterThan(3);
  });
});
