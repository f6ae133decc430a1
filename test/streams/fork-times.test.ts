// Goal: a read of a fork from a time begins with the first record that is so new, whichever stream it was appended to.
// Method: forks of forks of random streams, whose clocks go back and forth, against the list of what is read.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamRecord } from '../../src/api/streams.ts';
import type { Service } from '../../src/service/service.ts';
import { fork, LONG, oneServer, TEXT } from './fork-server.ts';

const batches = fc.array(
  fc.record({ timeMs: fc.integer({ min: 1000, max: 1015 }), text: fc.constantFrom('x', 'a longer one') }),
  { maxLength: 6 },
);

async function recordsOf(service: Service, path: string): Promise<StreamRecord[]> {
  const records: StreamRecord[] = [];
  for (let after = 0; ; ) {
    const read = await service.stream(path).readRecords(after);
    if (read.kind !== 'records') throw new Error(read.kind);
    records.push(...read.records);
    if (read.upToDate) return records;
    after = read.next;
  }
}

async function firstFrom(service: Service, path: string, fromTimeMs: number) {
  const read = await service.stream(path).readRecords(0, { fromTimeMs });
  return read.kind === 'records' ? read.records[0] : read;
}

test('it begins with the first record that is not older, in a fork of a fork, too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        all: fc.tuple(batches, batches, batches),
        ends: fc.tuple(fc.nat(6), fc.nat(12)),
        /** Of other streams that were in the places of the forks. */
        before: fc.tuple(fc.nat(4), fc.nat(8)),
        deleted: fc.boolean(),
      }),
      async ({ all: [ofS, ofF, ofG], ends, before, deleted }) => {
        const { service, clock } = oneServer();
        const append = async (path: string, texts: typeof ofS) => {
          for (const { timeMs, text } of texts) {
            clock.wallMs = timeMs;
            await service.stream(path).append(text, TEXT);
          }
        };
        const forked = async (path: string, from: string, records: number, positions: number) => {
          if (positions > 0) {
            await service.stream(path).create(TEXT);
            for (let at = 1; at < positions; at += 1) await service.stream(path).append('before', TEXT);
            await service.stream(path).delete();
          }
          const there = await recordsOf(service, from);
          const after = records === 0 ? 0 : (there[records - 1]?.position ?? there.at(-1)?.position ?? 0);
          expect(await fork(service, path, { from, after })).toMatchObject({ kind: 'created' });
        };
        await service.stream('s').create(TEXT);
        await append('s', ofS);
        await forked('f', 's', ends[0], before[0]);
        await append('s', ofG);
        await append('f', ofF);
        await forked('g', 'f', ends[1], before[1]);
        await append('f', ofS);
        await append('g', ofG);
        if (deleted) await service.stream('s').delete();
        if (deleted) await service.stream('f').delete();
        for (const path of deleted ? ['g'] : ['f', 'g']) {
          const records = await recordsOf(service, path);
          for (let timeMs = 0; timeMs <= 1016; timeMs += timeMs === 0 ? 999 : 1)
            expect(await firstFrom(service, path, timeMs)).toEqual(
              records.find((one) => one.timeMs >= timeMs),
            );
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('after trimming it begins with what is left', async () => {
  const { service, clock } = oneServer();
  await service.stream('s').create(TEXT);
  for (const [at, text] of LONG.entries()) {
    clock.wallMs = 1000 + at;
    await service.stream('s').append(text, TEXT);
  }
  await service.stream('s').trim(6);
  await fork(service, 'f', { from: 's', after: 20 });
  // Another stream was in its place, with smaller positions.
  await service.stream('none').create({ ...TEXT, body: 'before' });
  await service.stream('none').delete();
  await fork(service, 'none', { from: 's', after: 5 });
  clock.wallMs = 2000;
  for (const path of ['f', 'none']) await service.stream(path).append('x', TEXT);
  for (const fromTimeMs of [0, 1, 1002, 1005])
    expect(await firstFrom(service, 'f', fromTimeMs)).toMatchObject({ position: 6 });
  expect(await firstFrom(service, 'f', 1006)).toMatchObject({ position: 7 });
  for (const fromTimeMs of [0, 1, 1002, 1006])
    expect(await firstFrom(service, 'none', fromTimeMs)).toMatchObject({ position: 6 });
  await service.stream('f').trim(11);
  expect(await firstFrom(service, 'f', 1006)).toMatchObject({ position: 11 });
  expect(await firstFrom(service, 'f', 1015)).toMatchObject({ position: 16 });
  expect(await firstFrom(service, 'f', 1020)).toMatchObject({ position: 21, timeMs: 2000 });
  await service.stream('f').append('y', TEXT);
  await service.stream('f').trim(22);
  expect(await firstFrom(service, 'f', 1006)).toMatchObject({ position: 22 });
});
