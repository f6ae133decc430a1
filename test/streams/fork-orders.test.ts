// Goal: whatever processes create and delete a fork, its source and streams in their places at the same time, and
// wherever one of them dies, a fork has all records that it inherits, and once all is deleted nothing is left. Method:
// every order of their calls of the store, or many random ones. After each, everything is read, then deleted, then swept.

import { beforeAll, describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { holdsIn, trimPointOf } from '../../src/log/trim-point.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { loadOnDemandParts } from '../../src/service/on-demand.ts';
import { open, type Service } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { type Interleaved, inEveryOrder, inSomeOrders } from '../support/interleavings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const TEXT = { contentType: 'text/plain' };
const HOUR_MS = 3_600_000;
const RECORDS = ['a', 'b', 'c'];
const PATHS = ['s', 'f', 'g'];

interface Server {
  readonly service: Service;
  readonly clock: ManualClock;
  readonly log: (path: string) => Log;
}

interface Told {
  readonly kind: string;
}

interface Act {
  readonly does: (server: Server) => Promise<Told>;
  /** By how much the clock of its process is ahead. */
  readonly aheadMs?: number;
}

function serverOn(store: Store, aheadMs = 0): Server {
  const clock = new ManualClock();
  clock.pass(aheadMs);
  const options = { clock };
  const log = (path: string) => new Log(store, streamLogName(path), options);
  return { service: open(store, { clock, log: options }), clock, log };
}

const fork = (path: string, from: string, after?: number): Act => ({
  does: ({ service }) => service.stream(path).create({ fork: { from, after } }),
});
const create = (path: string): Act => ({ does: ({ service }) => service.stream(path).create(TEXT) });
const remove = (path: string): Act => ({ does: ({ service }) => service.stream(path).delete() });
const trim = (path: string, position: number): Act => ({ does: ({ log }) => log(path).trim(position) });
const expire = (path: string): Act => ({
  does: ({ service }) => service.stream(path).describe(),
  aheadMs: 2 * HOUR_MS,
});
const createLate = (path: string): Act => ({ ...create(path), aheadMs: 61_000 });
/** As a schedule does it, two hours later. */
const sweep: Act = {
  does: async ({ service }) => {
    await service.maintain();
    return { kind: 'swept' };
  },
  aheadMs: 2 * HOUR_MS,
};

/** Before the processes begin, each knows the register and the announcements, and what `before` has left. */
function racing(before: readonly Act[], acts: readonly Act[], expiry?: { ttlSeconds: number }) {
  return async (): Promise<Interleaved> => {
    const store = new MemoryStore();
    const first = serverOn(store);
    await createSource(store, expiry);
    for (const { does } of before) await does(first);
    const told = new Map<number, Told>();
    const processes = acts.map(({ does, aheadMs }, index) => async (gated: Store) => {
      const server = serverOn(gated, aheadMs);
      await server.service.stream(`warm-${index}`).create();
      await server.service.stream(`warm-${index}`).delete();
      return async () => void told.set(index, await does(server));
    });
    const laterMs = { now: 3 * HOUR_MS };
    return { store, processes, check: () => checkAll(store, acts, told, laterMs) };
  };
}

/** Every record of it has a segment of its own. Other logs have large ones, so that few calls are made at once. */
async function createSource(store: Store, expiry: { ttlSeconds: number } | undefined): Promise<void> {
  const clock = new ManualClock();
  const log = new Log(store, streamLogName('s'), { clock, segmentCapBytes: 1 });
  const ttlMs = (expiry?.ttlSeconds ?? 0) * 1000;
  const expires = expiry && { atMs: clock.nowMs() + ttlMs, ttlMs, renewals: 0 };
  const [record = '', ...more] = RECORDS;
  await log.create({ ...TEXT, records: [Buffer.from(record)], expiry: expires });
  for (const next of more) await log.append([Buffer.from(next)]);
  await log.idle();
}

async function checkAll(
  store: Store,
  acts: readonly Act[],
  told: ReadonlyMap<number, Told>,
  laterMs: { now: number },
): Promise<void> {
  await checkRecords(store);
  for (const [index, { kind }] of told) expect(kind, String(acts[index]?.does)).not.toBe('failed');
  await checkNothingLeft(store, laterMs);
}

/** By what the metadata of a fork say, it has all of its source from `after` on. */
async function checkRecords(store: Store): Promise<void> {
  const { service, log } = serverOn(store);
  for (const path of ['f', 'g']) {
    const end = await log(path).checkTail();
    const origin = end.kind === 'end' ? end.segment.metadata.origin : undefined;
    if (!origin) continue;
    const read = await service.stream(path).read(origin.after);
    const text = read.kind === 'data' ? Buffer.from(read.body).toString() : read.kind;
    expect(text).toBe(RECORDS.slice(origin.after, origin.upTo).join(''));
    const described = await service.stream(path).describe();
    expect(described).toMatchObject({ kind: 'stream' });
    const listed = await service.streams.list({ prefix: path });
    expect(listed).toMatchObject({ streams: [{ name: path }] });
  }
}

async function checkNothingLeft(store: Store, laterMs: { now: number }): Promise<void> {
  const { service, clock } = serverOn(store, laterMs.now);
  for (const path of PATHS) await service.stream(path).delete();
  for (let times = 0; times < 4; times += 1) {
    await service.maintain();
    clock.pass(1.1 * HOUR_MS);
  }
  laterMs.now += 6 * HOUR_MS;
  for (const path of PATHS) {
    expect(await service.stream(path).describe()).toEqual({ kind: 'missing' });
    const record = await store.metadataRecord(streamLogName(path), 'trim-point');
    expect(holdsIn(record)).toEqual([]);
    const { segments } = await store.range(streamLogName(path), 0, 1e6);
    expect(segments.filter(({ base }) => base >= trimPointOf(record).sweptTo).length).toBeLessThanOrEqual(1);
  }
}

/** No measure of anything: there are many orders, which takes long on a busy machine. */
const HANGS_AFTER_MS = 600_000;
const GONE: readonly Act[] = [fork('f', 's'), remove('f')];

type Case = readonly [what: string, before: readonly Act[], acts: readonly Act[]];

const ALONE: readonly Case[] = [
  ['a fork is created', [], [fork('f', 's')]],
  ['a fork is created where one was deleted', GONE, [fork('f', 's')]],
  ['a fork of a fork is created', [fork('f', 's')], [fork('g', 'f')]],
  ['a fork is deleted', [fork('f', 's')], [remove('f')]],
  ['a fork of a deleted source is deleted', [fork('f', 's'), remove('s')], [remove('f')]],
  [
    'a chain is deleted from its end',
    [fork('f', 's'), fork('g', 'f'), remove('s'), remove('f')],
    [remove('g')],
  ],
];

/** With a death they have thousands of orders, so deaths are drawn by chance. */
const LONG_PAIRS: readonly Case[] = [
  ['a fork is created, and its source deleted', [], [fork('f', 's'), remove('s')]],
  ['a fork is created, and its source trimmed', [], [fork('f', 's'), trim('s', 2)]],
];

const PAIRS: readonly Case[] = [
  ['a fork and another stream are created in one place', [], [fork('f', 's'), create('f')]],
  ['a fork is deleted and created again', [fork('f', 's')], [remove('f'), fork('f', 's')]],
  ['a fork is deleted, and its source', [fork('f', 's')], [remove('f'), remove('s')]],
  [
    'a fork is deleted, and its deleted source created',
    [fork('f', 's'), remove('s')],
    [remove('f'), create('s')],
  ],
];

const OTHERS: readonly Case[] = [
  [
    'a fork of nothing and one of all are created in one place, and their source is trimmed',
    [],
    [fork('f', 's', 0), fork('f', 's', 3), trim('s', 2)],
  ],
  ['a fork is deleted, and its deleted source swept', [fork('f', 's'), remove('s')], [remove('f'), sweep]],
  ['two create one fork', [], [fork('f', 's'), fork('f', 's', 3)]],
  ['two create forks with different ends in one place', [], [fork('f', 's', 1), fork('f', 's', 3)]],
  ['a fork is created where one was deleted, and its source deleted', GONE, [fork('f', 's'), remove('s')]],
  [
    'a fork is created, and its source deleted and created',
    [],
    [fork('f', 's'), remove('s'), createLate('s')],
  ],
  ['a fork is created and deleted, and its source deleted', [], [fork('f', 's'), remove('f'), remove('s')]],
  ['a fork of a fork is created, and the fork deleted', [fork('f', 's')], [fork('g', 'f'), remove('f')]],
  [
    'a fork of a fork is created, and everything below it deleted',
    [fork('f', 's')],
    [fork('g', 'f'), remove('f'), remove('s')],
  ],
  [
    'a chain is deleted from all ends',
    [fork('f', 's'), fork('g', 'f')],
    [remove('g'), remove('f'), remove('s')],
  ],
  ['two create one fork, while its source is trimmed', [], [fork('f', 's'), fork('f', 's'), trim('s', 2)]],
  ['two create one fork, and its source is deleted', [], [fork('f', 's'), fork('f', 's'), remove('s')]],
  ['a fork is created while the sweep looks for it', [], [fork('f', 's'), remove('s'), sweep]],
  [
    'forks of two sources are created in one place',
    [fork('g', 's')],
    [fork('f', 's'), fork('f', 'g'), remove('s')],
  ],
];

// What is loaded from disk meanwhile would look like a process that waits for nothing.
beforeAll(() => loadOnDemandParts());

describe('a process dies at any of its calls', { timeout: HANGS_AFTER_MS }, () => {
  test.each(ALONE)('while %s', async (_what, before, acts) => {
    expect(await inEveryOrder(racing(before, acts), 1)).toBeGreaterThan(5);
  });
});

describe('two processes, in every order', { timeout: HANGS_AFTER_MS }, () => {
  test.each(LONG_PAIRS)('%s', async (_what, before, acts) => {
    expect(await inEveryOrder(racing(before, acts), 0)).toBeGreaterThan(20);
  });
});

describe('two processes, in every order, and a death of either', { timeout: HANGS_AFTER_MS }, () => {
  test.each(PAIRS)('%s', async (_what, before, acts) => {
    expect(await inEveryOrder(racing(before, acts), 1)).toBeGreaterThan(20);
  });
});

const RUNS = 200;

describe('in many orders, with deaths', { timeout: HANGS_AFTER_MS }, () => {
  test.each([...LONG_PAIRS, ...OTHERS])('%s', async (what, before, acts) => {
    const random = new SeededRandom(what.length);
    const below = (options: number) => Math.floor(random.fraction() * options);
    await inSomeOrders(racing(before, acts), 2, RUNS, below);
  });

  test('source and fork expire', async () => {
    const random = new SeededRandom(7);
    const below = (options: number) => Math.floor(random.fraction() * options);
    const acts = [fork('f', 's'), expire('s'), expire('f')];
    await inSomeOrders(racing([], acts, { ttlSeconds: 3600 }), 2, RUNS, below);
    await inSomeOrders(
      racing([fork('f', 's')], [fork('g', 'f'), ...acts.slice(1)], { ttlSeconds: 3600 }),
      2,
      RUNS,
      below,
    );
  });
});
