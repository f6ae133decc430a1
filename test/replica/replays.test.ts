// Goal: however many readers of the past there are, only a few copies of the state are kept, and every reader gets on. Method: a diary
// whose states are counted while they are alive, readers that go on when the test says so, on virtual time.

import { describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import { Replays } from '../../src/replica/replays.ts';
import { Replica } from '../../src/replica/replica.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { diary } from '../support/diary.ts';
import { virtualTime } from '../support/server-on.ts';

const PAGES = 40;
const REPLAYS_MAX = 2;

async function setUp() {
  const { newProcess, outcomeOf, pass, time } = virtualTime();
  const { clock } = newProcess();
  const store = new MemoryStore();
  const log = new Log(store, 'namespace', { segmentCapBytes: 1, clock });
  const replica = new Replica(diary, store, log, { clock });
  for (let page = 1; page <= PAGES; page += 1) await outcomeOf(replica.submit(`${page}`));
  let made = 0;
  const machine = {
    ...diary,
    empty: () => {
      made += 1;
      return diary.empty();
    },
  };
  const replays = new Replays({ store, log, machine }, clock, REPLAYS_MAX);
  type Reader = ReturnType<typeof replays.begin>;
  /** Reads the next `count` pages. */
  const read = (reader: Reader, count: number) =>
    replays.use(reader, async (replay) =>
      (await replay.next({ recordsMax: count }))?.entries.map(({ position }) => position),
    );
  const held = (readers: readonly Reader[]) => readers.filter(({ replay }) => replay !== undefined).length;
  return { replays, read, held, outcomeOf, pass, time, made: () => made };
}

const positions = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('replays', () => {
  test('a reader keeps its replay from page to page', async () => {
    const { replays, read, outcomeOf, made } = await setUp();
    const reader = replays.begin(3);
    expect(await outcomeOf(read(reader, 5))).toEqual(positions(4, 8));
    expect(await outcomeOf(read(reader, 5))).toEqual(positions(9, 13));
    expect(made()).toBe(1);
  });

  test('the next reader waits for one that ends', async () => {
    const { replays, read, held, outcomeOf, pass } = await setUp();
    const [one, two, three] = [replays.begin(0), replays.begin(10), replays.begin(20)];
    const readers = [one, two, three];
    for (const reader of [one, two]) await outcomeOf(read(reader, 1));
    let isThere = false;
    const waiting = read(three, 1).then((page) => {
      isThere = true;
      return page;
    });
    await pass(200);
    expect(isThere).toBe(false);
    expect(held(readers)).toBe(REPLAYS_MAX);
    replays.end(one);
    expect(await outcomeOf(waiting)).toEqual([21]);
    expect(held(readers)).toBe(REPLAYS_MAX);
  });

  test('readers that rest lose theirs to others, and go on where they were', async () => {
    const { replays, read, held, outcomeOf } = await setUp();
    const readers = [0, 5, 10, 15, 20].map((position) => replays.begin(position));
    const told = readers.map(() => [] as number[]);
    for (let round = 0; round < 4; round += 1) {
      for (const [index, reader] of readers.entries()) {
        const page = await outcomeOf(read(reader, 3));
        if (Array.isArray(page)) told[index]?.push(...page);
        expect(held(readers)).toBeLessThanOrEqual(REPLAYS_MAX);
      }
    }
    expect(told).toEqual([0, 5, 10, 15, 20].map((position) => positions(position + 1, position + 12)));
  });

  test('many that read without a rest all come to the end', async () => {
    const { replays, read, held, outcomeOf } = await setUp();
    const readers = Array.from({ length: 20 }, (_, index) => replays.begin(index));
    const all = readers.map(async (reader) => {
      const told: number[] = [];
      while (reader.position < PAGES) {
        const page = await read(reader, 2);
        if (Array.isArray(page)) told.push(...page);
        expect(held(readers)).toBeLessThanOrEqual(REPLAYS_MAX);
      }
      replays.end(reader);
      return told;
    });
    const told = await outcomeOf(Promise.all(all));
    expect(told).toEqual(readers.map((_, index) => positions(index + 1, PAGES)));
    expect(held(readers)).toBe(0);
  });

  test('a failed page ends the replay, and the reader begins anew from its position', async () => {
    const { replays, read, held, outcomeOf, made } = await setUp();
    const reader = replays.begin(3);
    expect(await outcomeOf(read(reader, 2))).toEqual([4, 5]);
    const failing = replays.use(reader, async (replay) => {
      await replay.next({ recordsMax: 1 });
      throw new Error('the store failed');
    });
    await expect(outcomeOf(failing)).rejects.toThrow('the store failed');
    expect(held([reader])).toBe(0);
    expect(await outcomeOf(read(reader, 2))).toEqual([6, 7]);
    expect(made()).toBe(2);
  });
});
