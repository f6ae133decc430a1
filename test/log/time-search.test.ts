// Goal: a read from a time misses no record that is so new, begins at the first of them, and costs few reads. Method:
// logs on one memory store, whose clocks go back and forth, against the plain list of their records.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const TEXT = 'text/plain';

/** A log with a batch of so many records at each of the times. */
async function logWith(batches: readonly { timeMs: number; records: number }[], segmentCapBytes = 60) {
  const faulty = faultyStore(new MemoryStore());
  const clock = new ManualClock();
  const log = new Log(faulty.store, 'log', { clock, segmentCapBytes });
  await log.create({ contentType: TEXT });
  const times: number[] = [];
  for (const { timeMs, records } of batches) {
    clock.wallMs = timeMs;
    await log.append(Array.from({ length: records }, () => utf8('x')));
    times.push(...Array.from({ length: records }, () => timeMs));
  }
  return { log, clock, faulty, times };
}

test('it is the first record that is not older, wherever the clocks go; after trimming, what is left', async () => {
  const batch = fc.record({
    timeMs: fc.integer({ min: 1000, max: 1020 }),
    records: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(batch, { maxLength: 25 }),
      fc.integer({ min: 20, max: 90 }),
      fc.integer({ min: 0, max: 40 }),
      async (batches, cap, trimTo) => {
        const { log, times } = await logWith(batches, cap);
        const trimmed = Math.min(trimTo, times.length);
        await log.trim(trimmed);
        for (let timeMs = 999; timeMs <= 1021; timeMs += 1) {
          const index = times.findIndex((one) => one >= timeMs);
          const place = index < 0 ? times.length : Math.max(index, trimmed);
          expect(await log.placeOfTime(timeMs)).toBe(place);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('among records whose bytes are elsewhere', async () => {
  const { log, clock } = await logWith([{ timeMs: 1000, records: 2 }]);
  for (const timeMs of [1010, 1005, 1020]) {
    clock.wallMs = timeMs;
    await log.append([new Uint8Array(300 * 1024), utf8('x')]);
  }
  const places = [1000, 1001, 1010, 1011, 1020, 1021].map((timeMs) => log.placeOfTime(timeMs));
  expect(await Promise.all(places)).toEqual([0, 2, 2, 6, 6, 8]);
});

test('a second life does not know the times of the first', async () => {
  const { log } = await logWith([{ timeMs: 9000, records: 3 }]);
  await log.delete();
  expect(await log.placeOfTime(1)).toBe('missing');
  await log.create({ contentType: TEXT });
  expect(await log.placeOfTime(8000)).toBe(4);
  expect(await log.placeOfTime(0)).toBe(4);
});

test('it costs a read for each doubling of the number of segments', async () => {
  const batches = Array.from({ length: 256 }, (_, index) => ({ timeMs: 1000 + index, records: 5 }));
  const { log, faulty } = await logWith(batches, 20);
  for (const timeMs of [1000, 1001, 1100, 1254, 1255, 1256]) {
    faulty.calls.length = 0;
    expect(await log.placeOfTime(timeMs)).toBe((timeMs - 1000) * 5);
    expect(faulty.calls.every((call) => call === 'last')).toBe(true);
    expect(faulty.calls.length).toBeLessThanOrEqual(1 + 8 + 3);
  }
});
