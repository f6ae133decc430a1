// Goal: what is particular to the writes of the embedded store: one thread of a process makes them, many in one transaction, and each
// answer is exact though it brings only what its caller lacks. Method: stores on real directories, two of them on one.

import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POSITION_MAX } from '../../src/limits.ts';
import { applyUpdate, openSegment, type Segment } from '../../src/log/segment.ts';
import { numberIn } from '../../src/store/sqlite/schema.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { entryOf } from '../contract/store-contract.ts';
import { cleanUp, directory } from '../support/clean-up.ts';

function storeOn(path: string): SqliteStore {
  const store = new SqliteStore(path);
  cleanUp.push(() => store.close());
  return store;
}

/** No measure of anything. */
const HANGS_AFTER_MS = 60_000;

const empty = openSegment({ base: 0, cap: 100_000, metadata: { incarnation: 0 }, entry: undefined });

const append = (entry: Uint8Array) => ({ entry, conditions: {} });

test('writes that come together share transactions, also those of different logs', async () => {
  const path = await directory();
  const store = storeOn(path);
  await store.open('first', empty);
  const watching = new DatabaseSync(join(path, 'ordinal.db'));
  cleanUp.push(async () => watching.close());
  const pagesWritten = () => {
    const row = watching.prepare('PRAGMA wal_checkpoint(NOOP)', { returnArrays: true }).get();
    return (row as [number, number, number])[1];
  };
  const before = pagesWritten();
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, log) => store.open(`log-${log}`, empty)),
  );
  expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['opened']));
  // A transaction writes three pages at the least: the row, its index, the last number.
  expect(pagesWritten() - before).toBeLessThan(200);
});

test('a write that is impossible leaves the others of its transaction alone', async () => {
  const store = storeOn(await directory());
  await store.open('good', empty);
  await store.open('full', { ...empty, base: POSITION_MAX, tail: POSITION_MAX });
  const [impossible, good] = await Promise.allSettled([
    store.update('full', POSITION_MAX, append(entryOf('one too many'))),
    store.update('good', 0, append(entryOf('a'))),
  ]);
  expect(impossible).toMatchObject({
    status: 'rejected',
    reason: { name: 'StoreError', definite: true, message: expect.stringMatching(/out of positions/) },
  });
  expect(good).toMatchObject({ status: 'fulfilled', value: { kind: 'applied' } });
  expect((await store.last('full')).segment).toMatchObject({ tail: POSITION_MAX, entries: [] });
});

test('answers bring what others have written meanwhile', async () => {
  const path = await directory();
  const [one, other] = [storeOn(path), storeOn(path)];
  const entries = Array.from({ length: 12 }, (_, index) => entryOf(`record ${index}`));
  await one.open('log', empty);
  let expected: Segment = empty;
  for (const [index, entry] of entries.entries()) {
    const outcome = await (index % 3 === 0 ? one : other).update('log', 0, append(entry));
    expected = applyUpdate(expected, append(entry));
    expect(outcome).toEqual({ kind: 'applied', segment: expected });
    if (index % 4 === 0) expect((await one.last('log')).segment).toEqual(expected);
  }
  // An entry that somebody else has appended is found, and so is one that this store knows to be there.
  for (const entry of [entries[1], entries[9]]) {
    const again = await one.update('log', 0, append(entry ?? entryOf('none')));
    expect(again).toEqual({ kind: 'refused', segment: expected });
  }
});

test('a range ends with what others have appended to the last segment meanwhile', async () => {
  const path = await directory();
  const [one, other] = [storeOn(path), storeOn(path)];
  await one.open('log', { ...empty, cap: 1 });
  await one.update('log', 0, append(entryOf('a', 'b')));
  await one.open('log', openSegment({ ...empty, base: 2, entry: entryOf('c') }));
  const first = await one.range('log', 0, 1_000_000);
  expect(first.segments.map((segment) => segment.tail)).toEqual([2, 3]);
  const entry = entryOf('d');
  await other.update('log', 2, append(entry));
  const [before, last] = first.segments;
  const after = [before, last && applyUpdate(last, append(entry))];
  expect(await one.range('log', 0, 1_000_000)).toEqual({ segments: after, complete: true });
  expect(await one.range('log', 2, 1_000_000)).toEqual({ segments: after.slice(1), complete: true });
});

test('a change of rules alone is seen, though no entry came with it', async () => {
  const path = await directory();
  const [one, other] = [storeOn(path), storeOn(path)];
  await one.open('log', empty);
  await one.update('log', 0, append(entryOf('a')));
  await other.update('log', 0, { entry: undefined, conditions: { fencingToken: 7 } });
  expect((await one.last('log')).segment?.metadata).toEqual({ incarnation: 0, fence: 7 });
  await other.update('log', 0, { entry: undefined, end: 'sealed', conditions: { fencingToken: 7 } });
  expect((await one.last('log')).segment?.metadata).toEqual({ incarnation: 0, fence: 7, ended: 'sealed' });
});

test('a segment that was removed and brought back is not taken for the one that was there before', async () => {
  const path = await directory();
  const [one, other] = [storeOn(path), storeOn(path)];
  await one.open('log', empty);
  await one.update('log', 0, append(entryOf('first a')));
  await one.update('log', 0, append(entryOf('first b')));
  await other.remove('log', 0);
  const brought = openSegment({
    base: 0,
    cap: 100_000,
    metadata: { incarnation: 0 },
    entry: entryOf('second'),
  });
  await other.open('log', brought);
  // The same length as what `one` has seen, and other records.
  const longer = await other.update('log', 0, append(entryOf('second b')));
  expect((await one.last('log')).segment).toEqual(longer.kind === 'applied' ? longer.segment : undefined);
  const entry = entryOf('third');
  const outcome = await one.update('log', 0, append(entry));
  const expected = longer.kind === 'applied' && applyUpdate(longer.segment, append(entry));
  expect(outcome).toEqual({ kind: 'applied', segment: expected });
});

const whole = fc.integer({ min: 0, max: POSITION_MAX });
const metadata: fc.Arbitrary<Segment['metadata']> = fc.record(
  {
    incarnation: whole,
    contentType: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    fence: whole,
    ended: fc.constantFrom('sealed' as const, 'deleted' as const),
  },
  { requiredKeys: ['incarnation'] },
);

test('whatever a segment is, it comes back as it was', async () => {
  const path = await directory();
  const [one, other] = [storeOn(path), storeOn(path)];
  let logs = 0;
  const texts = fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 3 }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      metadata,
      fc.integer({ min: 0, max: POSITION_MAX - 9 }),
      texts,
      async (given, base, batches) => {
        const begun = openSegment({ base, cap: 64, metadata: given, entry: undefined });
        const segment = batches.reduce((sum, batch) => applyUpdate(sum, append(entryOf(...batch))), begun);
        logs += 1;
        await one.open(`log-${logs}`, { ...segment, metadata: given });
        expect((await other.last(`log-${logs}`)).segment).toEqual({ ...segment, metadata: given });
      },
    ),
    { numRuns: 100 },
  );
});

test('what was removed gives its storage back to the disk, and every process may do it', async () => {
  const path = await directory();
  const [one, other] = [storeOn(path), storeOn(path)];
  const watching = new DatabaseSync(join(path, 'ordinal.db'));
  cleanUp.push(async () => watching.close());
  const pages = () => numberIn(watching, 'PRAGMA page_count');
  const keys = Array.from({ length: 100 }, (_, index) => `blob-${index}`);
  await Promise.all(keys.map((key) => one.putBlob(key, new Uint8Array(200_000))));
  const full = pages();
  expect(full).toBeGreaterThan(4000);
  await Promise.all(keys.map((key, index) => (index % 2 === 0 ? one : other).removeBlob(key)));
  await expect.poll(pages, { timeout: 20_000 }).toBeLessThan(600);
});

test('an answer that is there before its caller looks counts, however long the caller has stood still', {
  timeout: HANGS_AFTER_MS,
}, async () => {
  const store = storeOn(await directory());
  await store.putBlob('first', Uint8Array.of(1));
  const write = store.putBlob('a', Uint8Array.of(1));
  await nextTurn();
  // Longer than the thread may be silent.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8500);
  expect(await write).toBe('created');
});

test('what is too much to wait for is refused at once, and the rest is written', async () => {
  const store = storeOn(await directory());
  const writes = await Promise.allSettled(
    Array.from({ length: 400 }, (_, index) => store.putBlob(`b${index}`, new Uint8Array(250_000))),
  );
  const refused = writes.filter((write) => write.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ name: 'StoreError', definite: true, retryable: true });
  }
  for (const [index, { status }] of writes.entries()) {
    expect((await store.blob(`b${index}`)) !== undefined).toBe(status === 'fulfilled');
  }
});
