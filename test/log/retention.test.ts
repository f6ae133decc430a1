// Goal: the retention of a log trims what it no longer keeps, in whole segments, and nothing that is younger than the
// age of trimming, held, or newer by any writer's clock. Method: logs on one memory store, with clocks set by hand.

import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import { firstSegment } from '../../src/log/search.ts';
import type { Retention, Segment } from '../../src/log/segment.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const MINUTE_MS = 60_000;
const AGE_MIN_MS = 10 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

function logOn(store = new MemoryStore(), clock = new ManualClock()) {
  const faulty = faultyStore(store);
  const log = new Log(faulty.store, 'log', { clock, segmentCapBytes: 60, trimAgeMinMs: AGE_MIN_MS });
  return { store, clock, faulty, log };
}

/** A segment for each, a minute apart. */
async function fill(log: Log, clock: ManualClock, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await log.append([utf8('x'.repeat(60))]);
    clock.pass(MINUTE_MS);
  }
}

async function filled(retention: Retention, count: number) {
  const all = logOn();
  await all.log.create({ contentType: 'text/plain', retention });
  await fill(all.log, all.clock, count);
  return all;
}

const bytesOfOne = async (store: MemoryStore) => (await store.last('log', 0)).segment?.bytes ?? 0;

describe('by age', () => {
  test('a segment goes once all its records are older', async () => {
    const { log, clock } = await filled({ ageMs: 60 * MINUTE_MS }, 30);
    expect(await log.retain()).toMatchObject({ earliest: 1 });
    // The first record is an hour old, but for a millisecond.
    clock.pass(30 * MINUTE_MS - 1);
    expect(await log.retain()).toMatchObject({ earliest: 1 });
    clock.pass(1);
    expect(await log.retain()).toMatchObject({ earliest: 2 });
    clock.pass(10 * MINUTE_MS);
    expect(await log.retain()).toMatchObject({ earliest: 12 });
    expect(await log.read(10)).toEqual({ kind: 'trimmed', first: 12 });
  });

  test('the last segment goes, too, and what is appended next is there', async () => {
    const { log, clock } = await filled({ ageMs: 60 * MINUTE_MS }, 5);
    clock.pass(DAY_MS);
    expect(await log.retain()).toMatchObject({ earliest: 6 });
    expect(await log.read()).toMatchObject({ kind: 'records', records: [], upToDate: true });
    await fill(log, clock, 1);
    expect(await log.read()).toMatchObject({ records: [{ position: 6 }] });
    expect(await log.retain()).toMatchObject({ earliest: 6 });
  });

  test('a shorter age than that of trimming is that of trimming', async () => {
    const { log } = await filled({ ageMs: 1000 }, 15);
    expect(await log.retain()).toMatchObject({ earliest: 7 });
  });

  test('a record keeps those after it, whatever the clocks of their writers say', async () => {
    const { log, clock, store } = await filled({ ageMs: 60 * MINUTE_MS }, 5);
    const ahead = new ManualClock();
    ahead.wallMs = clock.wallMs + 50 * MINUTE_MS;
    const other = new Log(store, 'log', { clock: ahead, segmentCapBytes: 60, trimAgeMinMs: AGE_MIN_MS });
    await other.append([utf8('y'.repeat(60))]);
    await fill(log, clock, 20);
    // The records from 7 on are older than an hour by their own times, the sixth is not.
    clock.pass(80 * MINUTE_MS);
    expect(await log.retain()).toMatchObject({ earliest: 6 });
    clock.pass(10 * MINUTE_MS);
    expect(await log.retain()).toMatchObject({ earliest: 27 });
  });
});

describe('by bytes', () => {
  test('a segment goes once so many bytes follow it', async () => {
    const one = await bytesOfOne((await filled({ bytes: 1 }, 1)).store);
    const { log, clock } = await filled({ bytes: 5 * one }, 30);
    clock.pass(DAY_MS);
    expect(await log.retain()).toMatchObject({ earliest: 26 });
    await fill(log, clock, 3);
    clock.pass(DAY_MS);
    expect(await log.retain()).toMatchObject({ earliest: 29 });
    expect(await log.retain()).toMatchObject({ earliest: 29 });
  });

  test('but none that is younger than the age of trimming', async () => {
    const { log } = await filled({ bytes: 1 }, 30);
    expect(await log.retain()).toMatchObject({ earliest: 22 });
  });

  test('the last segment stays', async () => {
    const { log, clock } = await filled({ bytes: 1 }, 4);
    clock.pass(DAY_MS);
    expect(await log.retain()).toMatchObject({ earliest: 4 });
  });

  test('or by age, whichever comes first', async () => {
    const one = await bytesOfOne((await filled({ bytes: 1 }, 1)).store);
    const both = await filled({ bytes: 20 * one, ageMs: 40 * MINUTE_MS }, 50);
    expect(await both.log.retain()).toMatchObject({ earliest: 31 });
    both.clock.pass(30 * MINUTE_MS);
    expect(await both.log.retain()).toMatchObject({ earliest: 42 });
  });

  test('an incarnation counts its own bytes alone', async () => {
    const one = await bytesOfOne((await filled({ bytes: 1 }, 1)).store);
    const { log, clock } = await filled({ bytes: 3 * one }, 10);
    await log.delete();
    await log.create({ contentType: 'text/plain', retention: { bytes: 3 * one } });
    await fill(log, clock, 3);
    clock.pass(DAY_MS);
    expect(await log.retain()).toMatchObject({ earliest: 12 });
  });
});

test('what is held stays, and goes once it no longer is', async () => {
  const { log, clock } = await filled({ ageMs: MINUTE_MS }, 10);
  clock.pass(DAY_MS);
  const asked: string[] = [];
  const heldAfter = async (name: string) => {
    asked.push(name);
    return 4;
  };
  expect(await log.retain(heldAfter)).toMatchObject({ earliest: 5 });
  expect(await log.retain(heldAfter)).toMatchObject({ earliest: 5 });
  expect(asked).toEqual(['log', 'log']);
  expect(await log.retain(async () => undefined)).toMatchObject({ earliest: 11 });
});

test('the storage comes back, once it is old enough, by the same call', async () => {
  const { log, clock, store } = await filled({ ageMs: MINUTE_MS }, 10);
  clock.pass(DAY_MS);
  expect(await log.retain()).toEqual({ earliest: 11, segmentsRemoved: 0 });
  clock.pass(AGE_MIN_MS);
  expect(await log.retain()).toEqual({ earliest: 11, segmentsRemoved: 9 });
  expect((await store.range('log', 0, 100_000)).segments.map(({ base }) => base)).toEqual([9]);
});

test('a log for which nothing is due costs two reads, and one without retention a single one', async () => {
  const { log, faulty } = await filled({ ageMs: DAY_MS }, 10);
  faulty.calls.length = 0;
  await log.retain();
  expect(faulty.calls).toEqual(['last', 'last']);
  const plain = logOn();
  await plain.log.create({ contentType: 'text/plain' });
  await fill(plain.log, plain.clock, 10);
  plain.faulty.calls.length = 0;
  await plain.log.retain();
  expect(plain.faulty.calls).toEqual(['last']);
});

test('a log that is not there, or was deleted', async () => {
  const { log, clock } = logOn();
  expect(await log.retain()).toEqual({ earliest: undefined, segmentsRemoved: 0 });
  await log.create({ contentType: 'text/plain', retention: { bytes: 1 } });
  await fill(log, clock, 3);
  await log.delete();
  expect(await log.retain()).toEqual({ earliest: undefined, segmentsRemoved: 0 });
});

describe('the search for a segment', () => {
  test.each([1, 2, 3, 7, 64, 100])('finds the first of %d, with few reads', async (count) => {
    const { log, faulty } = await filled({ ageMs: DAY_MS }, count);
    const look = await log.checkTail();
    if (look.kind !== 'end') throw new Error(look.kind);
    for (let wanted = 0; wanted <= count; wanted += 1) {
      faulty.calls.length = 0;
      const searched = { store: faulty.store, log: 'log', after: 0, end: look.segment };
      const found = await firstSegment(searched, ({ base }: Segment) => base >= wanted);
      expect(found?.base).toBe(wanted < count ? wanted : undefined);
      expect(faulty.calls.length).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(count + 1)));
    }
  });

  test('does not look before the place where it begins, and gets on where segments are gone', async () => {
    const { log, store } = await filled({ ageMs: DAY_MS }, 20);
    const look = await log.checkTail();
    if (look.kind !== 'end') throw new Error(look.kind);
    for (let base = 0; base < 12; base += 1) await store.remove('log', base);
    const searched = { store, log: 'log', end: look.segment };
    expect((await firstSegment({ ...searched, after: 0 }, () => true))?.base).toBe(12);
    expect((await firstSegment({ ...searched, after: 15 }, () => true))?.base).toBe(15);
  });
});
