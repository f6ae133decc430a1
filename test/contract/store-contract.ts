// The contract of the store port, run on every store. Each case says one sentence of `src/log/store.ts`; a change of a segment is
// compared with what the pure transitions say of it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { BLOB_BYTES_MAX, PRODUCERS_PER_BATCH_MAX } from '../../src/limits.ts';
import { BATCH_ID_BYTES, encodeBatch } from '../../src/log/batch.ts';
import { Log } from '../../src/log/log.ts';
import {
  applyUpdate,
  batchesAfter,
  openSegment,
  refusalOf,
  type Segment,
  type SegmentUpdate,
} from '../../src/log/segment.ts';
import type { Store } from '../../src/log/store.ts';

let ids = 0;

export function entryOf(...texts: string[]): Uint8Array {
  ids += 1;
  // ASCII: dynalite compares bytes as text, in which all that are no UTF-8 are equal.
  const id = utf8(String(ids).padStart(BATCH_ID_BYTES, '0'));
  return encodeBatch({ id, timeMs: 1_700_000_000_000, records: texts.map((text) => utf8(text)) });
}

function segmentAt(base: number, ...entries: Uint8Array[]): Segment {
  const empty = openSegment({ base, cap: 200, metadata: { incarnation: 0 }, entry: undefined });
  return entries.reduce<Segment>((segment, entry) => applyUpdate(segment, { entry, conditions: {} }), empty);
}

export function storeContract(
  name: string,
  open: () => Promise<{ store: Store; stop: () => Promise<void> }>,
): void {
  describe(`store contract: ${name}`, () => {
    let store: Store;
    let stop: () => Promise<void>;
    let logs = 0;
    const newLog = () => `log-${++logs}`;

    beforeAll(async () => {
      ({ store, stop } = await open());
    });
    afterAll(() => stop());

    /** Opens `segment` and applies `update`; the store must do as the pure functions do. */
    async function expectAsPure(segment: Segment, update: SegmentUpdate): Promise<void> {
      const log = newLog();
      expect(await store.open(log, segment)).toEqual({ kind: 'opened' });
      const outcome = await store.update(log, segment.base, update);
      const refusal = refusalOf(segment, update);
      const after = refusal ? segment : applyUpdate(segment, update);
      expect(outcome.kind).toBe(refusal ? 'refused' : 'applied');
      expectSegment(outcome.segment, after);
      expectSegment((await store.last(log)).segment, after);
    }

    test('an update appends an entry and answers the whole segment', async () => {
      await expectAsPure(segmentAt(0), { entry: entryOf('a'), conditions: {} });
      await expectAsPure(segmentAt(7, entryOf('a'), entryOf('b', 'c')), {
        entry: entryOf('d', 'e'),
        conditions: {},
      });
    });

    test('an entry that is in the segment is refused, and the refusal shows it', async () => {
      const entry = entryOf('once');
      await expectAsPure(segmentAt(0, entry), { entry, conditions: {} });
      await expectAsPure(segmentAt(0, entryOf('x'), entry, entryOf('y')), { entry, conditions: {} });
    });

    test('two entries of equal records and different ids are two', async () => {
      await expectAsPure(segmentAt(0, entryOf('same')), { entry: entryOf('same'), conditions: {} });
    });

    test('a full segment refuses every change', async () => {
      const full = segmentAt(3, entryOf('x'.repeat(200)));
      await expectAsPure(full, { entry: entryOf('more'), conditions: {} });
      await expectAsPure(full, { entry: undefined, end: 'sealed', conditions: {} });
      await expectAsPure(full, { entry: undefined, conditions: { fencingToken: 1 } });
    });

    test('the cap in the segment decides: one byte below it there is room, at it there is none', async () => {
      const entry = entryOf('abc');
      const atCap = { ...segmentAt(0, entry), cap: entry.length };
      await expectAsPure(atCap, { entry: entryOf('d'), conditions: {} });
      await expectAsPure({ ...atCap, cap: entry.length + 1 }, { entry: entryOf('d'), conditions: {} });
    });

    test('the expected tail is compared with the tail', async () => {
      const segment = segmentAt(5, entryOf('a', 'b'));
      await expectAsPure(segment, { entry: entryOf('c'), conditions: { expectedTail: 7 } });
      await expectAsPure(segment, { entry: entryOf('c'), conditions: { expectedTail: 6 } });
      await expectAsPure(segment, { entry: entryOf('c'), conditions: { expectedTail: 8 } });
    });

    test('a fencing token is refused below the greatest one shown, and raises it', async () => {
      const fenced: Segment = { ...segmentAt(0), metadata: { incarnation: 0, fence: 10 } };
      for (const fencingToken of [9, 10, 11, undefined]) {
        await expectAsPure(fenced, { entry: entryOf('w'), conditions: { fencingToken } });
        await expectAsPure(segmentAt(0), { entry: entryOf('w'), conditions: { fencingToken } });
      }
      await expectAsPure(segmentAt(0), { entry: undefined, conditions: { fencingToken: 3 } });
    });

    test('a sequence text is refused unless it is greater, byte by byte, and raises the last one', async () => {
      const last: Segment = { ...segmentAt(0), metadata: { incarnation: 0, sequence: 'b1' } };
      for (const sequence of ['b1', 'b0', 'b', 'b10', 'b2', 'B9', 'c', '~', '!', undefined]) {
        await expectAsPure(last, { entry: entryOf('w'), conditions: { sequence } });
        await expectAsPure(segmentAt(0), { entry: entryOf('w'), conditions: { sequence } });
      }
    });

    test('a request of a producer is taken if it is the next one, or the first of a greater epoch', async () => {
      const producers = new Map([
        ['p', { epoch: 2, sequence: 9, base: 4 }],
        ['p2', { epoch: 0, sequence: 0, base: 0 }],
      ]);
      const known: Segment = { ...segmentAt(4, entryOf('a')), metadata: { incarnation: 0, producers } };
      for (const [epoch, sequence] of [
        [2, 10],
        [2, 9],
        [2, 0],
        [2, 1],
        [2, 11],
        [1, 10],
        [1, 0],
        [3, 0],
        [3, 1],
        [3, 10],
        [20, 10],
        [Number.MAX_SAFE_INTEGER, 0],
      ] as const) {
        for (const id of ['p', 'p2', 'new', '__proto__', 'a/b.c[0]#:'.repeat(25)]) {
          const conditions = { producer: { id, epoch, sequence } };
          await expectAsPure(known, { entry: entryOf('w'), conditions });
          await expectAsPure(known, { entry: undefined, end: 'sealed', conditions });
        }
      }
    });

    test('requests that share a write are taken all or none, each if it is the next one', async () => {
      const producers = new Map([
        ['p', { epoch: 2, sequence: 9, base: 4 }],
        ['q', { epoch: 0, sequence: 0, base: 0 }],
        ['r', { epoch: 7, sequence: 3, base: 4 }],
      ]);
      const known: Segment = { ...segmentAt(4, entryOf('a')), metadata: { incarnation: 0, producers } };
      const next = { id: 'p', epoch: 2, sequence: 10 };
      const others = [
        { id: 'q', epoch: 0, sequence: 1 },
        { id: 'q', epoch: 0, sequence: 0 },
        { id: 'q', epoch: 0, sequence: 2 },
        { id: 'q', epoch: 1, sequence: 0 },
        { id: 'r', epoch: 6, sequence: 4 },
        { id: 'r', epoch: 8, sequence: 1 },
        { id: 'new', epoch: 0, sequence: 0 },
        { id: 'new', epoch: 0, sequence: 1 },
        { id: 'a/b.c[0]#:'.repeat(25), epoch: 3, sequence: 0 },
      ];
      for (const other of others) {
        for (const shared of [
          [next, other],
          [other, next],
        ]) {
          await expectAsPure(known, { entry: entryOf('w', 'v'), conditions: { producers: shared } });
        }
      }
    });

    test('as many requests share a write as may, and each is noted down', async () => {
      const of = (sequence: number) =>
        Array.from({ length: PRODUCERS_PER_BATCH_MAX }, (_, index) => {
          // Longer than a client of Ordinal makes them.
          return { id: `${index} ${'x'.repeat(40)}`, epoch: index % 3, sequence };
        });
      const log = newLog();
      await store.open(log, { ...segmentAt(0), cap: 60_000 });
      for (const sequence of [0, 1]) {
        const sent = { entry: entryOf('w'), conditions: { producers: of(sequence) } };
        expect(await store.update(log, 0, sent)).toMatchObject({ kind: 'applied' });
      }
      const [first, ...rest] = of(2);
      const withOneRepeated = [...rest, { ...first, id: first?.id ?? '', epoch: 0, sequence: 1 }];
      const sent = { entry: entryOf('w'), conditions: { producers: withOneRepeated } };
      expect(await store.update(log, 0, sent)).toMatchObject({ kind: 'refused' });
      const { segment } = await store.last(log);
      const states = of(1).map(({ id, epoch, sequence }) => [id, { epoch, sequence, base: 0 }] as const);
      expect(segment?.metadata.producers).toEqual(new Map(states));
      expect(segment?.tail).toBe(2);
    });

    test('a producer may repeat its request where the log is sealed, and gets nothing else in', async () => {
      const producers = new Map([['p', { epoch: 0, sequence: 1, base: 0 }]]);
      const sealed: Segment = { ...segmentAt(0), metadata: { incarnation: 0, producers, ended: 'sealed' } };
      for (const sequence of [0, 1, 2]) {
        const conditions = { producer: { id: 'p', epoch: 0, sequence } };
        await expectAsPure(sealed, { entry: entryOf('w'), end: 'sealed', conditions });
      }
    });

    test('the requests of a producer follow each other in the store', async () => {
      const log = newLog();
      await store.open(log, { ...segmentAt(7), cap: 60_000 });
      const send = (epoch: number, sequence: number) =>
        store.update(log, 7, { entry: entryOf('w'), conditions: { producer: { id: 'p', epoch, sequence } } });
      const taken: string[] = [];
      for (const [epoch, sequence] of [
        [0, 1],
        [0, 0],
        [0, 0],
        [0, 2],
        [0, 1],
        [5, 1],
        [5, 0],
        [0, 2],
        [5, 1],
        [5, 1],
        [6, 0],
      ] as const) {
        const { kind } = await send(epoch, sequence);
        if (kind === 'applied') taken.push(`${epoch}.${sequence}`);
      }
      expect(taken).toEqual(['0.0', '0.1', '5.0', '5.1', '6.0']);
      const { segment } = await store.last(log);
      expect(segment?.metadata.producers).toEqual(new Map([['p', { epoch: 6, sequence: 0, base: 7 }]]));
      expect(segment?.tail).toBe(12);
    });

    test('an expiry is moved with an append, with a close, and by itself, and each time is counted', async () => {
      const expiry = { atMs: 1_700_000_000_123, ttlMs: 5000, renewals: 3 };
      const expiring: Segment = { ...segmentAt(0, entryOf('a')), metadata: { incarnation: 0, expiry } };
      const renewAtMs = 1_700_000_009_000;
      const sealed: Segment = { ...expiring, metadata: { ...expiring.metadata, ended: 'sealed', fence: 7 } };
      const deleted: Segment = { ...expiring, metadata: { ...expiring.metadata, ended: 'deleted' } };
      for (const segment of [expiring, sealed, deleted, segmentAt(0)]) {
        await expectAsPure(segment, { entry: entryOf('w'), renewAtMs, conditions: {} });
        await expectAsPure(segment, { entry: undefined, end: 'sealed', renewAtMs, conditions: {} });
        await expectAsPure(segment, { entry: undefined, renewAtMs, conditions: { incarnation: 0 } });
        await expectAsPure(segment, { entry: undefined, renewAtMs, conditions: { incarnation: 9 } });
      }
    });

    test('the first segment of a log that has an origin begins behind it', async () => {
      const origin = { log: 'other', incarnation: 0, after: 2, upTo: 50 };
      for (const base of [0, 40, 60]) {
        const metadata = { incarnation: base, origin };
        for (const entry of [undefined, entryOf('a', 'b')]) {
          const first = openSegment({ base, cap: 200, metadata, entry });
          const start = Math.max(base, 50);
          expect(first.tail).toBe(start + (entry ? 2 : 0));
          await expectAsPure(first, { entry: entryOf('c', 'd'), conditions: { expectedTail: first.tail } });
          await expectAsPure(first, { entry: entryOf('c'), conditions: { expectedTail: base + 1 } });
          const log = newLog();
          await store.open(log, first);
          const update = { entry: entryOf('c', 'd'), conditions: {} };
          await store.update(log, base, update);
          const { segment } = await store.last(log);
          expect(segment && batchesAfter(segment, 0).map(({ firstPosition }) => firstPosition)).toEqual(
            entry ? [start + 1, start + 3] : [start + 1],
          );
        }
      }
    });

    test('how much is kept, and what came before, come back as they went in', async () => {
      for (const retention of [{ ageMs: 5000 }, { bytes: 9e15 }, { ageMs: 9e12, bytes: 1 }, undefined]) {
        for (const past of [
          { bytes: 0, latestMs: 0 },
          { bytes: 12_345, latestMs: 1_700_000_000_123 },
          undefined,
        ]) {
          const kept = { ...(retention ? { retention } : {}), ...(past ? { past } : {}) };
          const segment: Segment = { ...segmentAt(0, entryOf('a')), metadata: { incarnation: 0, ...kept } };
          await expectAsPure(segment, { entry: entryOf('w'), conditions: {} });
          await expectAsPure(segment, { entry: undefined, end: 'sealed', conditions: {} });
        }
      }
    });

    test('a deletion on condition that nobody has renewed', async () => {
      for (const expiry of [{ atMs: 5, ttlMs: 1, renewals: 3 }, { atMs: 5, renewals: 0 }, undefined]) {
        const metadata = { incarnation: 0, ...(expiry ? { expiry } : {}) };
        for (const renewals of [0, 2, 3, 4]) {
          const conditions = { incarnation: 0, renewals };
          const update = { entry: entryOf(''), end: 'deleted', conditions } as const;
          await expectAsPure({ ...segmentAt(0, entryOf('a')), metadata }, update);
        }
      }
    });

    test('the incarnation of the log is compared', async () => {
      const second: Segment = { ...segmentAt(4), metadata: { incarnation: 4, contentType: 'text/plain' } };
      for (const conditions of [
        { incarnation: 4 },
        { incarnation: 0 },
        { incarnation: 4, expectedTail: 4 },
      ]) {
        await expectAsPure(second, { entry: entryOf('t'), conditions });
      }
    });

    test('a sealed segment takes nothing but a tombstone; a deleted one takes nothing', async () => {
      const sealed: Segment = {
        ...segmentAt(0, entryOf('a')),
        metadata: { incarnation: 0, ended: 'sealed' },
      };
      const deleted: Segment = { ...sealed, metadata: { incarnation: 0, ended: 'deleted' } };
      for (const segment of [sealed, deleted, segmentAt(0)]) {
        await expectAsPure(segment, { entry: entryOf('b'), conditions: {} });
        await expectAsPure(segment, { entry: undefined, end: 'sealed', conditions: {} });
        await expectAsPure(segment, { entry: entryOf('b'), end: 'sealed', conditions: {} });
        await expectAsPure(segment, { entry: entryOf(''), end: 'deleted', conditions: {} });
      }
      const fenced: Segment = { ...segmentAt(0), metadata: { incarnation: 0, fence: 5 } };
      await expectAsPure(fenced, { entry: entryOf(''), end: 'deleted', conditions: {} });
      await expectAsPure(fenced, { entry: undefined, end: 'sealed', conditions: {} });
    });

    test('an update of a segment that is not there is refused and creates nothing', async () => {
      const log = newLog();
      const outcome = await store.update(log, 0, { entry: entryOf('a'), conditions: {} });
      expect(outcome).toEqual({ kind: 'refused', segment: undefined });
      expect((await store.last(log)).segment).toBeUndefined();
    });

    test('open creates once; the second one is shown what is there', async () => {
      const log = newLog();
      const first = segmentAt(0, entryOf('first'));
      expect(await store.open(log, first)).toEqual({ kind: 'opened' });
      const second = await store.open(log, segmentAt(0, entryOf('second')));
      expect(second.kind).toBe('exists');
      if (second.kind === 'exists') expectSegment(second.segment, first);
    });

    test('every rule of a segment is stored', async () => {
      const log = newLog();
      const metadata = {
        incarnation: 3,
        contentType: 'application/json',
        fence: 12,
        sequence: 'a "quoted" one',
        expiry: { atMs: 1_700_000_000_000, ttlMs: 60_000, renewals: 12 },
        origin: { log: 'stream/ä "b"', incarnation: 7, after: 8, upTo: 9, anchor: 9, subOffset: 12 },
        producers: new Map([
          ['one', { epoch: 3, sequence: 4, base: 3 }],
          ["t'wo", { epoch: 0, sequence: Number.MAX_SAFE_INTEGER, base: 0 }],
        ]),
        uploadsFrom: 3,
        ended: 'sealed',
      } as const;
      const segment: Segment = { ...segmentAt(3, entryOf('a', 'b'), entryOf('c')), metadata };
      await store.open(log, segment);
      expectSegment((await store.last(log)).segment, segment);
    });

    test('last finds the greatest base, or the greatest not above a position', async () => {
      const log = newLog();
      expect((await store.last(log)).segment).toBeUndefined();
      for (const base of [0, 4, 9, 120]) await store.open(log, segmentAt(base, entryOf(`at ${base}`)));
      expect((await store.last(log)).segment?.base).toBe(120);
      for (const [atMost, base] of [
        [0, 0],
        [3, 0],
        [4, 4],
        [119, 9],
        [120, 120],
        [8_999_999_999_999_999, 120],
      ] as const) {
        expect((await store.last(log, atMost)).segment?.base).toBe(base);
      }
    });

    test('range brings segments in ascending order, at least one, and says whether the last is among them', async () => {
      const log = newLog();
      const bases = Array.from({ length: 30 }, (_, index) => index * 3);
      for (const base of bases) await store.open(log, segmentAt(base, entryOf('r'.repeat(100))));
      const all: number[] = [];
      for (let from = 0, complete = false; !complete; ) {
        const page = await store.range(log, from, 1000);
        ({ complete } = page);
        expect(complete || page.segments.length > 0).toBe(true);
        all.push(...page.segments.map((segment) => segment.base));
        from = (all.at(-1) ?? 0) + 1;
      }
      expect(all).toEqual(bases);
      expect((await store.range(log, 4, 1)).segments[0]?.base).toBe(6);
      expect(await store.range(log, 88, 1000)).toEqual({ segments: [], complete: true });
    });

    test('remove takes one segment away, and is content when there is none', async () => {
      const log = newLog();
      for (const base of [0, 2]) await store.open(log, segmentAt(base, entryOf('a', 'b')));
      await store.remove(log, 0);
      await store.remove(log, 0);
      const left = await store.range(log, 0, 1000);
      expect(left.segments.map((segment) => segment.base)).toEqual([2]);
    });

    test('an entry is refused where its upload is given up, and what gives up leaves all else as it was', async () => {
      const writes = (generation: number | undefined): SegmentUpdate[] => [
        { entry: entryOf('w'), conditions: { uploadGeneration: generation } },
        { entry: undefined, givesUp: true, conditions: { uploadGeneration: generation } },
        { entry: entryOf(''), end: 'deleted', givesUp: true, conditions: { uploadGeneration: generation } },
      ];
      for (const update of [1, 2, 3, 10].flatMap(writes)) {
        for (const metadata of [
          { incarnation: 0, uploadsFrom: 2 },
          { incarnation: 0 },
          { incarnation: 0, uploadsFrom: 2, fence: 7, ended: 'sealed' },
          { incarnation: 0, uploadsFrom: 2, fence: 7 },
          { incarnation: 0, uploadsFrom: 2, ended: 'deleted' },
        ] as const) {
          await expectAsPure({ ...segmentAt(0, entryOf('a')), metadata }, update);
        }
        await expectAsPure({ ...segmentAt(0, entryOf('x'.repeat(200))) }, update);
      }
    });

    test('uploads are a note of their own, which a look at the end does not bring along', async () => {
      const log = newLog();
      expect(await store.metadataRecord(log, 'uploads')).toBeUndefined();
      expect(await store.setMetadataRecord(log, 'uploads', 'one', 0)).toBe('set');
      expect(await store.setMetadataRecord(log, 'uploads', 'other', 0)).toBe('refused');
      expect(await store.setMetadataRecord(log, 'uploads', 'two', 1)).toBe('set');
      expect(await store.metadataRecord(log, 'uploads')).toEqual({ value: 'two', version: 2 });
      expect(await store.last(log)).toEqual({ segment: undefined, records: {} });
      await store.open(log, segmentAt(0, entryOf('a')));
      expect((await store.last(log)).records).toEqual({});
      expect((await store.range(log, 0, 10_000)).segments.length).toBe(1);
    });

    test('a log keeps large appends in it, among small ones', async () => {
      const log = new Log(store, newLog());
      const large = (byte: number) => new Uint8Array(BLOB_BYTES_MAX + 1000).fill(byte);
      const appended = [[utf8('a')], [large(1), utf8('b'), large(2)], [utf8('c')]];
      for (const records of appended) expect((await log.append(records)).kind).toBe('appended');
      const result = await new Log(store, log.name).read();
      const read = result.kind === 'records' ? result.records.map(({ data }) => data) : [];
      const expected = appended.flat();
      expect(read.map((data, index) => Buffer.compare(data, expected[index] ?? data))).toEqual([
        0, 0, 0, 0, 0,
      ]);
      expect(read.length).toBe(expected.length);
    });

    test('a note is set only over the version that was seen, and a look at the end brings it along', async () => {
      const log = newLog();
      expect(await store.metadataRecord(log, 'trim-point')).toBeUndefined();
      expect(await store.setMetadataRecord(log, 'trim-point', 'one', 1)).toBe('refused');
      expect(await store.setMetadataRecord(log, 'trim-point', 'one', 0)).toBe('set');
      expect(await store.setMetadataRecord(log, 'trim-point', 'other', 0)).toBe('refused');
      expect(await store.setMetadataRecord(log, 'trim-point', 'two', 1)).toBe('set');
      expect(await store.metadataRecord(log, 'trim-point')).toEqual({ value: 'two', version: 2 });
      expect(await store.metadataRecord(log, 'snapshot')).toBeUndefined();
      await store.setMetadataRecord(log, 'snapshot', 'three', 0);
      await store.open(log, segmentAt(0, entryOf('a')));
      expect((await store.last(log)).records).toEqual({
        'trim-point': { value: 'two', version: 2 },
        snapshot: { value: 'three', version: 1 },
      });
      expect((await store.last(log)).segment?.base).toBe(0);
      expect((await store.range(log, 0, 10_000)).segments.length).toBe(1);
    });

    test('logs with names that begin alike are apart', async () => {
      const log = newLog();
      await store.open(log, segmentAt(0, entryOf('short')));
      await store.open(`${log}/`, segmentAt(9, entryOf('long')));
      expect((await store.last(log)).segment?.base).toBe(0);
      expect((await store.range(log, 0, 10_000)).segments.length).toBe(1);
      expect((await store.last(`${log}/`)).segment?.base).toBe(9);
    });

    test('a blob is written once, kept byte for byte, and can be removed', async () => {
      const key = `blob-${newLog()}`;
      const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
      expect(await store.blob(key)).toBeUndefined();
      expect(await store.putBlob(key, bytes)).toBe('created');
      expect(await store.putBlob(key, utf8('other'))).toBe('exists');
      expect(Buffer.compare(Buffer.from((await store.blob(key)) ?? []), Buffer.from(bytes))).toBe(0);
      await store.removeBlob(key);
      await store.removeBlob(key);
      expect(await store.blob(key)).toBeUndefined();
    });

    test('the largest append fits into a segment that is nearly full', async () => {
      const log = newLog();
      const segment = { ...segmentAt(0, entryOf('x'.repeat(64 * 1024 - 100))), cap: 64 * 1024 };
      const entry = entryOf('y'.repeat(256 * 1024));
      await store.open(log, segment);
      const outcome = await store.update(log, 0, { entry, conditions: {} });
      expect(outcome.kind).toBe('applied');
      expect(outcome.segment?.bytes).toBe(segment.bytes + entry.length);
    });

    test('of many concurrent updates each gets positions of its own', async () => {
      const log = newLog();
      await store.open(log, { ...segmentAt(0), cap: 60_000 });
      const outcomes = await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          store.update(log, 0, { entry: entryOf(`c${index}`), conditions: {} }),
        ),
      );
      const tails = outcomes.map((outcome) => (outcome.kind === 'applied' ? outcome.segment.tail : -1));
      expect(tails.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, index) => index + 1));
    });

    test('of many concurrent opens one wins, and the others see it', async () => {
      const log = newLog();
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, (_, index) => store.open(log, segmentAt(0, entryOf(`o${index}`)))),
      );
      expect(outcomes.filter((outcome) => outcome.kind === 'opened').length).toBe(1);
      const { segment } = await store.last(log);
      for (const outcome of outcomes) {
        if (outcome.kind === 'exists') expectSegment(outcome.segment, segment);
      }
    });
  });
}

/** Compares values; stores may bring bytes as Buffers. */
function expectSegment(actual: Segment | undefined, expected: Segment | undefined): void {
  expect(plain(actual)).toEqual(plain(expected));
}

function plain(segment: Segment | undefined) {
  return (
    segment && { ...segment, entries: segment.entries.map((entry) => Buffer.from(entry).toString('hex')) }
  );
}
