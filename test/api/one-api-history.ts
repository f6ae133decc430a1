// The history of a namespace, as a program may rely on it whichever way it has come to its `Ordinal`.

import { describe, expect, test } from 'vitest';
import type { Namespace } from '../../src/api/ordinal.ts';

/** @param open a namespace in which nothing has happened */
export function historyOfOneApi(open: () => Namespace): void {
  describe('history', () => {
    test('tells each command as a whole, whatever its bytes are', async () => {
      const namespace = open();
      const none = { kind: 'page', position: 0, commands: [], more: false, next: 0 };
      expect(await namespace.history()).toEqual(none);
      await namespace.keys.put('a', Uint8Array.of(255));
      await namespace.keys.put('a', 'text', { ifAbsent: true });
      const place = { resource: 'keys', name: 'a' };
      const entry = { ...place, valueBase64: '/w==', version: 1, created: 1, modified: 1 };
      const common = { writtenAt: expect.any(Number), kind: 'transaction' };
      const get = { kind: 'get', ...place, limit: 1 };
      const put = {
        ...common,
        position: 1,
        operations: { checks: [], then: [{ kind: 'put', ...place, valueBase64: '/w==' }], else: [get] },
        succeeded: true,
        results: [{ kind: 'put', entry }],
        changes: [{ ...place, after: entry }],
      };
      const refused = {
        ...common,
        position: 2,
        operations: {
          checks: [{ ...place, target: 'version', is: '=', to: 0 }],
          then: [{ kind: 'put', ...place, value: 'text' }],
          else: [get],
        },
        succeeded: false,
        failedCheck: 0,
        results: [{ kind: 'get', entries: [entry], more: false }],
        changes: [],
      };
      const page = { kind: 'page', position: 2, more: false, next: 2 };
      expect(await namespace.history()).toEqual({ ...page, commands: [put, refused] });
      expect(await namespace.history({ after: 1 })).toEqual({ ...page, commands: [refused] });
      expect(await namespace.history({ limit: 1 })).toEqual({
        ...page,
        commands: [put],
        more: true,
        next: 1,
      });
      expect(await namespace.history({ prefix: 'b' })).toEqual({ ...page, commands: [] });
      expect(await namespace.history({ prefix: 'a', resource: 'names' })).toEqual({ ...page, commands: [] });
      expect(await namespace.history({ after: 9 })).toEqual({ kind: 'behind', position: 2 });
    });

    test('what cannot be is rejected', async () => {
      const namespace = open();
      const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.stringMatching(/./) };
      for (const limit of [0, 1.5, 1001, Number.NaN])
        expect(await namespace.history({ limit })).toEqual(invalid);
      for (const after of [-1, 0.5, Number.NaN]) expect(await namespace.history({ after })).toEqual(invalid);
      for (const prefix of ['\ud800', 'a\0']) expect(await namespace.history({ prefix })).toEqual(invalid);
    });
  });
}
