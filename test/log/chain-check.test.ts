// Goal: an operator is told of everything that must never be, and of nothing else. Method: chains with one planted fault each, and
// chains made by the log itself, also while it is written to.

import { describe, expect, test } from 'vitest';
import { checkChain } from '../../src/diagnostics/chain-check.ts';
import { checkLog } from '../../src/diagnostics/log-check.ts';
import { encodeBatch } from '../../src/log/batch.ts';
import { Log } from '../../src/log/log.ts';
import type { Segment } from '../../src/log/segment.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

let ids = 1000;

function nextId(): number {
  ids += 1;
  return ids;
}

function entry(records: number, id = nextId()): Uint8Array {
  const idBytes = new Uint8Array(12);
  new DataView(idBytes.buffer).setUint32(0, id);
  const data = Array.from({ length: records }, () => new Uint8Array(10));
  return encodeBatch({ id: idBytes, timeMs: 1, records: data });
}

function bigEntry(): Uint8Array {
  const id = new Uint8Array(12);
  new DataView(id.buffer).setUint32(0, nextId());
  return encodeBatch({ id, timeMs: 1, records: [new Uint8Array(100_000)] });
}

function segment(base: number, tail: number, more: Partial<Segment> = {}): Segment {
  const entries = more.entries ?? [entry(tail - base)];
  const bytes = entries.reduce((sum, one) => sum + one.length, 0);
  return { base, tail, entries, bytes, cap: 1, metadata: { incarnation: 0 }, ...more };
}

async function faultsOf(...segments: Segment[]): Promise<readonly string[]> {
  const store = new MemoryStore();
  for (const one of segments) await store.open('log', one);
  return (await checkChain(store, 'log')).faults;
}

describe('planted faults', () => {
  test.each([
    ['a gap', /nothing holds the positions 4 to 5/, () => [segment(0, 3), segment(5, 6), segment(6, 7)]],
    ['a gap at the end', /nothing holds the positions 4 to 5/, () => [segment(0, 3), segment(5, 6)]],
    ['an overlap', /the segments 0 and 2 overlap/, () => [segment(0, 3), segment(2, 6)]],
    ['a missing beginning', /begins at 3 instead of 0/, () => [segment(3, 6)]],
    ['too few records', /holds 2 records/, () => [segment(0, 3, { entries: [entry(2)] })]],
    ['wrong bytes', /says 7/, () => [segment(0, 3, { bytes: 7 })]],
    ['nonsense', /cannot be read/, () => [segment(0, 3, { entries: [new Uint8Array([1, 2, 3])], bytes: 3 })]],
    ['a batch twice in a segment', /twice/, () => [segment(0, 2, { entries: [entry(1, 9), entry(1, 9)] })]],
    [
      'a batch twice in neighbours',
      /twice/,
      () => [segment(0, 1, { entries: [entry(1, 8)] }), segment(1, 2, { entries: [entry(1, 8)] })],
    ],
  ])('%s', async (_what, expected, plant) => {
    const faults = await faultsOf(...plant());
    expect(faults.length).toBe(1);
    expect(faults[0]).toMatch(expected);
  });
});

test('nothing at all, and an intact chain', async () => {
  expect(await checkChain(new MemoryStore(), 'log')).toMatchObject({
    segments: 0,
    records: 0,
    tail: 0,
    faults: [],
  });
  expect(await faultsOf(segment(0, 3), segment(3, 4), segment(4, 9))).toEqual([]);
});

test('a trimmed log, a zombie behind its trim point', async () => {
  const store = new MemoryStore();
  const clock = new ManualClock();
  const log = new Log(store, 'log', { clock, segmentCapBytes: 50, trimAgeMinMs: 1000 });
  for (let index = 0; index < 20; index += 1) await log.append([new Uint8Array(20)]);
  await log.trim(10);
  clock.pass(2000);
  await log.trim(10);
  const before = await checkChain(store, 'log');
  expect(before).toMatchObject({ tail: 20, trimmedTo: 10, zombies: 0, faults: [] });
  expect(before.records).toBeLessThan(20);
  await store.open('log', segment(0, 2));
  expect(await checkChain(store, 'log')).toEqual({ ...before, zombies: 1 });
});

test('while others write, and roll over', async () => {
  const store = new MemoryStore();
  const log = new Log(store, 'log', { segmentCapBytes: 100 });
  let writing = true;
  const writer = (async () => {
    while (writing) await log.append([new Uint8Array(20)]);
  })();
  for (let times = 0; times < 50; times += 1) expect((await checkChain(store, 'log')).faults).toEqual([]);
  writing = false;
  await writer;
  const { tail, records } = await checkChain(store, 'log');
  expect(records).toBe(tail);
});

test('a trim point that moves while the log is read', async () => {
  const inner = new MemoryStore();
  const clock = new ManualClock();
  const log = new Log(inner, 'log', { clock, segmentCapBytes: 50, trimAgeMinMs: 1000 });
  for (let index = 0; index < 20; index += 1) await log.append([new Uint8Array(20)]);
  await log.trim(10);
  let trims = 0;
  const store = new InterceptedStore(inner, async (method, run) => {
    const answer = await run();
    if (method === 'metadataRecord' && trims === 0) {
      trims += 1;
      clock.pass(2000);
      await log.trim(10);
    }
    return answer;
  });
  expect((await checkChain(store, 'log')).faults).toEqual([]);
  expect(trims).toBe(1);
});

test('a sweep that was broken off, with more zombies than one read brings', async () => {
  const store = new MemoryStore();
  const large = (base: number) => segment(base, base + 1, { entries: [bigEntry()] });
  for (let base = 0; base < 10; base += 1) await store.open('log', large(base));
  await store.setMetadataRecord('log', 'trim-point', JSON.stringify({ trimmedTo: 8, sweptTo: 8 }), 0);
  expect(await checkChain(store, 'log')).toEqual({
    complete: true,
    segments: 2,
    records: 2,
    tail: 10,
    trimmedTo: 8,
    zombies: 8,
    faults: [],
  });
});

describe('large appends', () => {
  /** Ten records in a log, and the keys of the bytes of the large one among them. */
  async function largeLog() {
    const store = new MemoryStore();
    const keys: string[] = [];
    const watched = new InterceptedStore(store, (method, run, of) => {
      if (method === 'putBlob') keys.push(of);
      return run();
    });
    const clock = new ManualClock();
    const log = new Log(watched, 'log', { clock, inlineBytesMax: 20, chunkBytes: 10, segmentCapBytes: 1 });
    for (let index = 0; index < 3; index += 1) await log.append([new Uint8Array(5).fill(index)]);
    await log.append(Array.from({ length: 5 }, (_, index) => new Uint8Array(7).fill(index)));
    for (let index = 0; index < 2; index += 1) await log.append([new Uint8Array(5).fill(index)]);
    return { store, log, clock, keys };
  }

  test('a log that has some is sound', async () => {
    const { store, keys } = await largeLog();
    expect(keys.length).toBe(5);
    expect(await checkChain(store, 'log')).toMatchObject({
      faults: [],
      records: 10,
      tail: 10,
      complete: true,
    });
  });

  test('each blob that is missing, and each that is damaged, is a fault', async () => {
    const { store, keys } = await largeLog();
    for (const key of keys) {
      const bytes = await store.blob(key);
      await store.removeBlob(key);
      const what = key.endsWith('index') ? 'the index' : `the chunk ${key.split('/').at(-1)}`;
      expect((await checkChain(store, 'log')).faults).toEqual([
        `the records 4 to 8: ${what} of their bytes is missing`,
      ]);
      await store.putBlob(key, Uint8Array.of(1, ...(bytes ?? [])));
      expect((await checkChain(store, 'log')).faults).toEqual([
        'the records 4 to 8: bytes of a large batch do not have their digest',
      ]);
      await store.removeBlob(key);
      await store.putBlob(key, bytes ?? new Uint8Array());
    }
    expect((await checkChain(store, 'log')).faults).toEqual([]);
  });

  test('bytes of what is trimmed may be gone', async () => {
    const { store, log, keys } = await largeLog();
    await log.trim(9);
    for (const key of keys) await store.removeBlob(key);
    expect((await checkChain(store, 'log')).faults).toEqual([]);
  });

  test('an operator is told of uploads that wait for a sweep', async () => {
    const { store } = await largeLog();
    const record = await store.metadataRecord('log', 'uploads');
    const upload = { id: '0'.repeat(24), chunks: 3, generation: 0, base: 0, atMs: 0 };
    const value = JSON.stringify({ generation: 0, pending: [upload] });
    expect((await checkLog(store, 'log')).some(({ what }) => what.includes('uploads'))).toBe(false);
    await store.setMetadataRecord('log', 'uploads', value, record?.version ?? 0);
    const what = '1 uploads that no entry may name, for the next sweep';
    expect(await checkLog(store, 'log')).toContainEqual({ log: 'log', severity: 'ok', what });
  });
});
