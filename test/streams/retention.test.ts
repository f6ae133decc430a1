// Goal: a stream that says how much of it is kept is trimmed by every server, wherever its creator ends, and says so of
// itself. Method: servers on one memory store, with clocks set by hand.

import { describe, expect, test } from 'vitest';
import type { StreamRetention } from '../../src/api/streams.ts';
import { DeletedLogs } from '../../src/log/deleted-logs.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { open, type Service } from '../../src/service/service.ts';
import { maintainStreams } from '../../src/service/stream-maintenance.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { trimStream } from '../../src/streams/trimming.ts';
import { type Interleaved, inEveryOrder } from '../support/interleavings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const HOUR_MS = 3_600_000;
const DAY: StreamRetention = { ageSeconds: 86_400 };
const OPTIONS = { readTimeoutMs: 50, writeTimeoutMs: 50, segmentCapBytes: 60 };

function serverOn(store: Store, clock = new ManualClock()): Service {
  return open(store, { clock, log: { ...OPTIONS, clock } });
}

async function fill(server: Service, count: number): Promise<void> {
  for (let index = 1; index <= count; index += 1) await server.stream('s').append(`"${'x'.repeat(60)}"`);
}

test('maintenance of a server that has never seen the stream trims it, and gives its storage back', async () => {
  const store = new MemoryStore();
  const clock = new ManualClock();
  const server = serverOn(store, clock);
  await server.stream('s').create({ retention: DAY });
  await server.stream('kept').create({ body: '[1]' });
  await fill(server, 3);
  clock.pass(12 * HOUR_MS);
  await fill(server, 3);
  clock.pass(12 * HOUR_MS);
  const other = serverOn(store, clock);
  await other.maintain();
  expect(await server.stream('s').describe()).toMatchObject({ earliest: 4, tail: 6, retention: DAY });
  expect(await server.stream('s').read(1)).toEqual({ kind: 'trimmed', earliest: 4 });
  clock.pass(HOUR_MS);
  await other.maintain();
  const { segments } = await store.range(streamLogName('s'), 0, 1_000_000);
  expect(segments.map(({ base }) => base)).toEqual([3, 4, 5]);
  clock.pass(48 * HOUR_MS);
  await other.maintain();
  expect(await server.stream('kept').describe()).toMatchObject({ earliest: 1, tail: 1 });
});

describe('it is part of what a stream is', () => {
  test.each<StreamRetention>([DAY, { bytes: 1000 }, { ageSeconds: 1, bytes: 1 }])('%j', async (retention) => {
    const server = serverOn(new MemoryStore());
    const stream = server.stream('s');
    expect(await stream.create({ retention })).toMatchObject({ kind: 'created', retention });
    expect(await stream.create({ retention })).toMatchObject({ kind: 'exists', retention });
    await fill(server, 3);
    expect(await stream.describe()).toMatchObject({ retention });
    expect(await server.streams.list()).toMatchObject({ streams: [{ name: 's', retention }] });
    for (const other of [undefined, { ageSeconds: 2 }, { bytes: 2 }, { ...retention, ageSeconds: 3 }])
      expect(await stream.create({ retention: other })).toMatchObject({ code: 'stream-exists' });
    await stream.delete();
    await stream.create();
    expect(await stream.describe()).not.toHaveProperty('retention');
  });

  test.each([
    {},
    { ageSeconds: 0 },
    { ageSeconds: 1.5 },
    { ageSeconds: 1e10 },
    { bytes: 0 },
    { bytes: -1 },
    { bytes: Number.NaN },
    { ageSeconds: 5, bytes: 0 },
  ])('no stream is kept so: %j', async (retention) => {
    const server = serverOn(new MemoryStore());
    expect(await server.stream('s').create({ retention })).toMatchObject({ code: 'invalid-request' });
  });
});

/** No measure of anything: there are many orders, which takes long on a busy machine. */
const HANGS_AFTER_MS = 300_000;

describe('a stream that exists is trimmed, whatever comes between', { timeout: HANGS_AFTER_MS }, () => {
  test('two creators with different wishes and a deletion, and a death of any', async () => {
    const acts = [
      (server: Service) => server.stream('s').create({ retention: DAY }),
      (server: Service) => server.stream('s').delete(),
    ];
    const start = async (): Promise<Interleaved> => {
      const store = new MemoryStore();
      await serverOn(store).stream('s').create({ retention: DAY });
      const processes = acts.map((act) => async (gated: Store) => {
        const server = serverOn(gated);
        await server.stream('s').describe();
        await server.streams.list();
        return () => act(server);
      });
      const check = async () => {
        const server = serverOn(store);
        const described = await server.stream('s').describe();
        const isThere = described.kind === 'stream';
        if (isThere) expect(described.retention).toEqual(DAY);
        if (isThere) expect(await server.streams.maintained.paths()).toEqual(['s']);
      };
      return { store, processes, check };
    };
    expect(await inEveryOrder(start, 1)).toBeGreaterThan(20);
  });
});

describe('what is held', () => {
  const heldAfter = async () => 2;

  test('is not trimmed by maintenance', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const server = serverOn(store, clock);
    await server.stream('s').create({ retention: DAY });
    await fill(server, 5);
    clock.pass(48 * HOUR_MS);
    const onError = (error: unknown) => {
      throw error;
    };
    await maintainStreams({
      ...server.streams.maintained,
      describe: (path) => server.stream(path).describe(),
      clock,
      random: new SeededRandom(1),
      heldAfter,
      onError,
    });
    expect(await server.stream('s').describe()).toMatchObject({ earliest: 3 });
  });

  test('is not trimmed by anybody, who is told up to where', async () => {
    const store = new MemoryStore();
    const server = serverOn(store);
    await server.stream('s').create({ body: '[1,2,3,4]' });
    const log = new Log(store, streamLogName('s'), OPTIONS);
    const parts = {
      log,
      deletedLogs: new DeletedLogs(store),
      register: server.streams.registerFor('s'),
      look: () => log.checkTail(),
      heldAfter,
    };
    expect(await trimStream(4, parts)).toEqual({ kind: 'trimmed', earliest: 3 });
    expect(await trimStream(2, parts)).toEqual({ kind: 'trimmed', earliest: 3 });
  });
});
