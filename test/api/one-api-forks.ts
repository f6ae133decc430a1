// Forks of streams, as a program may rely on them whichever way it has come to its `Ordinal`.

import { describe, expect, test } from 'vitest';
import type { Ordinal } from '../../src/api/ordinal.ts';
import type { ReadResult } from '../../src/api/streams.ts';

/** @param fresh a path that no other test has */
export function forksOfOneApi(open: () => Ordinal, fresh: () => string): void {
  describe('forks of streams', () => {
    const text = (result: ReadResult) =>
      result.kind === 'data' ? Buffer.from(result.body).toString() : result.kind;

    test('made, read, and their source deleted', async () => {
      const from = `${fresh()}/a b/ä`;
      const source = open().stream(from);
      const [one, other] = [open().stream(fresh()), open().stream(fresh())];
      const contentType = 'application/json';
      await source.create({ body: '[1,2,3]', expiry: { ttlSeconds: 3600 } });
      const expiry = { ttlSeconds: 3600 };
      const fork = { from, after: 1, subOffset: 1 };
      const end = { tail: 2, closed: false };
      expect(await one.create({ fork })).toEqual({
        kind: 'created',
        contentType,
        expiry,
        first: 3,
        ...end,
      });
      expect(await one.create({ fork })).toEqual({ kind: 'exists', contentType, expiry, ...end });
      expect(await one.append('[4]')).toMatchObject({ kind: 'appended', first: 3 });
      expect(text(await one.read())).toBe('[1,2,4]');
      const rejected = (code: string) => ({ kind: 'rejected', code, message: expect.any(String) });
      expect(await one.create({ fork: { from } })).toMatchObject(rejected('stream-exists'));
      expect(await other.create({ fork: { from: fresh() } })).toEqual(rejected('source-not-found'));
      expect(await other.create({ fork: { from, after: 4 } })).toEqual(rejected('invalid-request'));
      const wrong = { contentType: 'text/plain', fork: { from } };
      expect(await other.create(wrong)).toEqual(rejected('content-type-mismatch'));
      expect(await source.delete()).toEqual({ kind: 'deleted' });
      const held = { kind: 'missing', held: true };
      expect(await source.append('5')).toEqual(held);
      expect(await source.close()).toEqual(held);
      expect(await source.read()).toEqual(held);
      expect(await source.describe()).toEqual(held);
      expect(await source.delete()).toEqual(held);
      expect(await source.create()).toEqual(rejected('stream-held'));
      expect(await other.create({ fork: { from } })).toEqual(rejected('stream-held'));
      expect(text(await one.read())).toBe('[1,2,4]');
      expect(await one.delete()).toEqual({ kind: 'deleted' });
      expect(await source.describe()).toEqual({ kind: 'missing' });
      expect(await source.create({ body: '[7]' })).toMatchObject({ kind: 'created', first: 5 });
      expect(await other.create({ fork: { from, after: 0 } })).toEqual(rejected('source-trimmed'));
      expect(await other.create({ fork: { from, after: 4 } })).toMatchObject({ kind: 'created', tail: 4 });
      expect(text(await other.read())).toBe('[]');
    });
  });
}
