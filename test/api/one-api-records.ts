// Reads of a stream record by record, as a program may rely on them whichever way it has come to its `Ordinal`.

import { describe, expect, test } from 'vitest';
import type { Ordinal } from '../../src/api/ordinal.ts';
import type { ReadRecordsResult } from '../../src/api/streams.ts';

/** @param fresh a path that no other test has */
export function recordsOfOneApi(open: () => Ordinal, fresh: () => string): void {
  describe('reads record by record', () => {
    const valuesOf = (result: ReadRecordsResult) =>
      result.kind === 'records' && result.records.map(({ value }) => Buffer.from(value).toString());

    test('each with its position and its time, as it was appended', async () => {
      const stream = open().stream(fresh());
      await stream.create({ body: '[{"a": 1.0}, 12345678901234567890, "ä,\\"[", []]' });
      const read = await stream.readRecords(1);
      const rest = { contentType: 'application/json', next: 4, upToDate: true, closed: false };
      const record = { timeMs: expect.any(Number), value: expect.any(Uint8Array) };
      const records = [2, 3, 4].map((position) => ({ position, ...record }));
      expect(read).toEqual({ kind: 'records', records, ...rest });
      expect(valuesOf(read)).toEqual(['12345678901234567890', '"ä,\\"["', '[]']);
      expect(await stream.readRecords(4)).toEqual({ kind: 'records', records: [], ...rest });
      expect(await stream.readRecords(5)).toEqual({ kind: 'beyond-tail', tail: 4 });
      expect(await stream.readRecords(1, { fromTimeMs: 0 })).toMatchObject({ code: 'invalid-request' });
      await stream.trim(3);
      expect(await stream.readRecords(1)).toEqual({ kind: 'trimmed', earliest: 3 });
      expect(valuesOf(await stream.readRecords(0, { fromTimeMs: 0 }))).toEqual(['"ä,\\"["', '[]']);
      expect(await open().stream(fresh()).readRecords()).toEqual({ kind: 'missing' });
    });

    test('of bytes, and waits for them', async () => {
      const stream = open().stream(fresh());
      const contentType = 'text/plain';
      await stream.create({ contentType });
      const waiting = stream.readRecords(0, { wait: true });
      await stream.append('\uFEFFä', { contentType });
      await waiting;
      await stream.append(Uint8Array.of(0xe4), { contentType });
      const read = await stream.readRecords();
      expect(read.kind === 'records' && read.records.map(({ value }) => [...value])).toEqual([
        [0xef, 0xbb, 0xbf, 0xc3, 0xa4],
        [0xe4],
      ]);
      await stream.close();
      const end = { next: 2, upToDate: true, closed: true, contentType };
      expect(await stream.readRecords(2, { wait: true })).toEqual({ kind: 'records', records: [], ...end });
    });
  });
}
