// What a program may rely on, whichever way it has come to its `Ordinal`. Every result is compared as a
// whole, so both ways give the same kinds and the same fields.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ordinal } from '../../src/api/ordinal.ts';
import type { ReadResult } from '../../src/api/streams.ts';
import { RECORD_BYTES_MAX } from '../../src/limits.ts';
import { forksOfOneApi } from './one-api-forks.ts';
import { historyOfOneApi } from './one-api-history.ts';
import { oneApiOfKeys } from './one-api-keys.ts';
import { recipesOfOneApi } from './one-api-recipes.ts';
import { recordsOfOneApi } from './one-api-records.ts';

interface Target {
  readonly ordinal: Ordinal;
  /** What is left to do once it is closed. */
  readonly remove?: () => Promise<void>;
}

export function oneApi(name: string, start: () => Promise<Target>): void {
  describe(`one API: ${name}`, () => {
    let ordinal: Ordinal;
    let remove: Target['remove'];
    let count = 0;
    const fresh = () => `fresh-${++count}`;

    beforeAll(async () => {
      ({ ordinal, remove } = await start());
    });
    afterAll(async () => {
      await ordinal.close();
      await remove?.();
    });

    describe('names', () => {
      const holder = { name: 'ann', owner: 'me', claimedAt: 1 };

      test('claim, look up, release', async () => {
        const names = ordinal.names(fresh());
        expect(await names.lookUp('ann')).toEqual({ kind: 'free', position: 0 });
        expect(await names.claim('ANN', 'me')).toEqual({ kind: 'claimed', position: 1, holder });
        expect(await names.claim('ann', 'me')).toEqual({
          kind: 'already-yours',
          position: expect.any(Number),
          holder,
        });
        expect(await names.claim('Ａnn', 'you')).toEqual({
          kind: 'taken',
          position: expect.any(Number),
          holder,
        });
        expect(await names.lookUp('ANN')).toEqual({ kind: 'held', position: expect.any(Number), holder });
        expect(await names.release('ann', 'you')).toEqual({
          kind: 'not-yours',
          position: expect.any(Number),
          holder,
        });
        expect(await names.release('ann', 'me')).toEqual({ kind: 'released', position: expect.any(Number) });
        expect(await names.release('ann', 'me')).toEqual({ kind: 'not-held', position: expect.any(Number) });
        expect(await names.lookUp('ann')).toMatchObject({ kind: 'free' });
      });

      test('without a namespace it is `default`, and each namespace is for itself', async () => {
        await ordinal.names().claim('one', 'me');
        expect(await ordinal.names('default').lookUp('one')).toMatchObject({ kind: 'held' });
        expect(await ordinal.names(fresh()).lookUp('one')).toMatchObject({ kind: 'free' });
      });

      test('every consistency sees what the same object has done', async () => {
        const names = ordinal.names(fresh());
        await names.claim('ann', 'me');
        for (const consistency of ['linearizable', 'sequenced', 'local'] as const) {
          expect(await names.lookUp('ann', { consistency })).toMatchObject({ kind: 'held', holder });
          expect(await names.list({ consistency })).toMatchObject({ kind: 'page', names: [holder] });
        }
      });

      test('a position that nothing has reached', async () => {
        const names = ordinal.names(fresh());
        await names.claim('ann', 'me');
        const behind = { kind: 'behind', position: 1 };
        expect(await names.lookUp('ann', { after: 1000 })).toEqual(behind);
        expect(await names.list({ after: 1000 })).toEqual(behind);
        expect(await names.lookUp('ann', { after: 1 })).toMatchObject({ kind: 'held' });
      });

      test('an idempotency key: the first result again, and no other request', async () => {
        const names = ordinal.names(fresh());
        const once = { idempotencyKey: 'once' };
        const claimed = await names.claim('ann', 'me', once);
        await names.release('ann', 'me');
        expect(await names.claim('ann', 'me', once)).toEqual(claimed);
        expect(await names.claim('ben', 'me', once)).toEqual({
          kind: 'idempotency-key-reused',
          position: expect.any(Number),
          message: expect.stringContaining('position 1'),
        });
        expect(await names.lookUp('ben')).toMatchObject({ kind: 'free' });
      });

      test('list, in pages', async () => {
        const names = ordinal.names(fresh());
        for (const name of ['a1', 'a2', 'a3', 'b1']) await names.claim(name, 'me');
        const first = await names.list({ prefix: 'A', limit: 2 });
        expect(first).toEqual({
          kind: 'page',
          position: 4,
          names: [
            { name: 'a1', owner: 'me', claimedAt: 1 },
            { name: 'a2', owner: 'me', claimedAt: 2 },
          ],
          cursor: expect.any(String),
        });
        const cursor = first.kind === 'page' ? first.cursor : undefined;
        expect(await names.list({ prefix: 'A', limit: 2, cursor })).toEqual({
          kind: 'page',
          position: 4,
          names: [{ name: 'a3', owner: 'me', claimedAt: 3 }],
          cursor: undefined,
        });
        expect(await names.list()).toMatchObject({ names: { length: 4 }, cursor: undefined });
      });

      test('what cannot be is rejected, and says why', async () => {
        const names = ordinal.names(fresh());
        const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.stringMatching(/./) };
        for (const name of ['', '.', '..', 'a b', 'a\u0000', 'x'.repeat(300)]) {
          expect(await names.claim(name, 'me'), name).toEqual(invalid);
          expect(await names.release(name, 'me'), name).toEqual(invalid);
          expect(await names.lookUp(name), name).toEqual(invalid);
        }
        for (const owner of [undefined, '', 'a\n', 'x'.repeat(300)]) {
          expect(await names.claim('ann', owner), owner).toEqual(invalid);
        }
        for (const limit of [0, 1.5, 1001, Number.NaN]) expect(await names.list({ limit })).toEqual(invalid);
        expect(await names.list({ cursor: '!' })).toEqual(invalid);
        expect(await names.claim('...', 'me')).toMatchObject({ kind: 'claimed', position: 1 });
      });

      test.each(['', '.', '..', 'a/b', '-a', 'ä', 'x'.repeat(129)])(
        'no namespace is called %j',
        (namespace) => {
          expect(() => ordinal.names(namespace)).toThrow(RangeError);
        },
      );
    });

    oneApiOfKeys(() => ordinal, fresh);

    describe('namespaces', () => {
      test('are listed, and deleted whole', async () => {
        const [first, second] = ['ns-a', 'ns-b'];
        for (const name of [first, second]) await ordinal.names(name).claim('ann', 'me');
        expect(await ordinal.namespaces.list({ startAfter: 'ns-', limit: 1 })).toEqual({
          kind: 'page',
          names: [first],
          more: true,
        });
        expect(await ordinal.namespaces.delete(first)).toEqual({ kind: 'deleted' });
        expect(await ordinal.namespaces.delete(first)).toEqual({ kind: 'not-found' });
        expect(await ordinal.namespaces.list({ startAfter: 'ns-' })).toEqual({
          kind: 'page',
          names: [second],
          more: false,
        });
        expect(await ordinal.names(first).lookUp('ann')).toMatchObject({ kind: 'free' });
        await expect(ordinal.namespaces.delete('no/namespace')).rejects.toThrow(RangeError);
        expect(await ordinal.namespaces.list({ limit: 0 })).toMatchObject({ kind: 'rejected' });
      });
    });

    test('a namespace is described', async () => {
      const name = fresh();
      const { keys, leases } = ordinal.namespace(name);
      expect(await ordinal.namespaces.describe(name)).toEqual({ kind: 'not-found' });
      await keys.put('a', 'x');
      await keys.delete('none');
      await leases.grant('ada', 60_000);
      const described = {
        kind: 'namespace',
        name,
        stateMachine: 'kernel',
        position: 3,
        applied: 3,
        revision: 2,
        keys: 1,
        leases: 1,
        stateBytes: expect.any(Number),
        snapshotPosition: undefined,
        trimmedTo: 0,
        compactedTo: 0,
      };
      expect(await ordinal.namespaces.describe(name)).toEqual(described);
      await expect(ordinal.namespaces.describe('no/namespace')).rejects.toThrow(RangeError);
    });

    test('a diagnosis', async () => {
      const path = fresh();
      await ordinal.stream(path).create({ body: '[1,2]' });
      expect(await ordinal.diagnose({ log: `stream/${path}` })).toEqual({
        kind: 'diagnosis',
        sound: true,
        complete: true,
        findings: [{ severity: 'ok', log: `stream/${path}`, what: '2 records in 1 segments, tail 2' }],
        next: undefined,
      });
      expect(await ordinal.diagnose({ log: 'stream/none' })).toEqual({
        kind: 'diagnosis',
        sound: true,
        complete: true,
        findings: [
          {
            severity: 'warning',
            log: 'stream/none',
            what: 'there is no such log',
            advice: expect.stringMatching(/./),
          },
        ],
        next: undefined,
      });
      const all = await ordinal.diagnose();
      expect(all).toMatchObject({ kind: 'diagnosis', sound: true });
      for (const name of ['\ud800', 'a\0', ''])
        expect(await ordinal.diagnose({ log: name })).toMatchObject({ code: 'invalid-request' });
    });

    recipesOfOneApi(() => ordinal.namespace(fresh()));
    recordsOfOneApi(() => ordinal, fresh);
    forksOfOneApi(() => ordinal, fresh);
    historyOfOneApi(() => ordinal.namespace(fresh()));

    describe('streams', () => {
      const text = (result: ReadResult) => result.kind === 'data' && Buffer.from(result.body).toString();
      const open = { tail: 0, closed: false };

      test('before it is there', async () => {
        const stream = ordinal.stream(fresh());
        const missing = { kind: 'missing' };
        expect(await stream.append('1')).toEqual(missing);
        expect(await stream.close()).toEqual(missing);
        expect(await stream.read()).toEqual(missing);
        expect(await stream.read(0, { wait: true })).toEqual(missing);
        expect(await stream.describe()).toEqual(missing);
        expect(await stream.delete()).toEqual(missing);
        expect(await stream.trim(1)).toEqual(missing);
      });

      test('create, and create again', async () => {
        const stream = ordinal.stream(`${fresh()}/a b/ä`);
        const contentType = 'application/json';
        expect(await stream.create()).toEqual({ kind: 'created', contentType, first: 1, ...open });
        expect(await stream.create()).toEqual({ kind: 'exists', contentType, ...open });
        expect(await stream.create({ contentType: 'text/plain' })).toEqual({
          kind: 'rejected',
          code: 'stream-exists',
          message: expect.any(String),
          end: open,
        });
        expect(await stream.describe()).toEqual({ kind: 'stream', contentType, earliest: 1, ...open });
      });

      test('create with records, and closed', async () => {
        const stream = ordinal.stream(fresh());
        const contentType = 'text/plain';
        const end = { tail: 1, closed: true };
        const created = await stream.create({ contentType, body: 'all', close: true });
        expect(created).toEqual({ kind: 'created', contentType, first: 1, ...end });
        expect(await stream.describe()).toEqual({ kind: 'stream', contentType, earliest: 1, ...end });
        expect(text(await stream.read())).toBe('all');
      });

      test('append and read JSON', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create();
        expect(await stream.append('[1, {"two": 2.0}]')).toEqual({
          kind: 'appended',
          first: 1,
          last: 2,
          closed: false,
        });
        expect(await stream.append(Buffer.from('3'))).toEqual({
          kind: 'appended',
          first: 3,
          last: 3,
          closed: false,
        });
        const read = await stream.read(1);
        const rest = { contentType: 'application/json', next: 3, upToDate: true, closed: false };
        expect(read).toEqual({ kind: 'data', body: expect.any(Uint8Array), ...rest });
        expect(text(read)).toBe('[{"two": 2.0},3]');
        const end = await stream.read(3);
        expect(end).toEqual({ kind: 'data', body: expect.any(Uint8Array), ...rest });
        expect(text(end)).toBe('[]');
        expect(await stream.read(4)).toEqual({ kind: 'beyond-tail', tail: 3 });
      });

      test('append bytes and read them', async () => {
        const stream = ordinal.stream(fresh());
        const contentType = 'application/octet-stream';
        await stream.create({ contentType });
        await stream.append(Uint8Array.of(1, 255), { contentType });
        await stream.append(Uint8Array.of(0), { contentType });
        const read = await stream.read();
        expect(read.kind === 'data' && [...read.body]).toEqual([1, 255, 0]);
      });

      test('a read that waits is answered by an append, or by the end', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create();
        const waiting = stream.read(0, { wait: true });
        await stream.append('1');
        expect(text(await waiting)).toBe('[1]');
        const atEnd = stream.read(1, { wait: true });
        await stream.close();
        expect(await atEnd).toMatchObject({ kind: 'data', next: 1, upToDate: true, closed: true });
        expect(text(await atEnd)).toBe('[]');
      });

      test('compare-and-append', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create({ body: '[1,2]' });
        const mismatch = { kind: 'tail-mismatch', tail: 2, closed: false };
        expect(await stream.append('3', { expectedTail: 1 })).toEqual(mismatch);
        expect(await stream.close({ expectedTail: 1 })).toEqual(mismatch);
        expect(await stream.append('3', { expectedTail: 2 })).toMatchObject({ kind: 'appended', first: 3 });
      });

      test('trim: what is before a position is gone, and what is left begins there', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create({ body: '[1,2,3,4]' });
        expect(await stream.trim(1)).toEqual({ kind: 'trimmed', earliest: 1 });
        expect(await stream.trim(3)).toEqual({ kind: 'trimmed', earliest: 3 });
        expect(await stream.trim(2)).toEqual({ kind: 'trimmed', earliest: 3 });
        for (const wait of [false, true])
          expect(await stream.read(1, { wait })).toEqual({ kind: 'trimmed', earliest: 3 });
        expect(text(await stream.read(2))).toBe('[3,4]');
        expect(text(await stream.read())).toBe('[3,4]');
        expect(await stream.describe()).toMatchObject({ earliest: 3, tail: 4 });
        expect(await stream.trim(1_000_000)).toEqual({ kind: 'trimmed', earliest: 5 });
        expect(text(await stream.read())).toBe('[]');
        expect(await stream.append('5')).toMatchObject({ kind: 'appended', first: 5 });
        expect(text(await stream.read())).toBe('[5]');
        await stream.close();
        expect(await stream.trim(6)).toEqual({ kind: 'trimmed', earliest: 6 });
        expect(await stream.read()).toMatchObject({ kind: 'data', next: 5, upToDate: true, closed: true });
        await stream.delete();
        expect(await stream.trim(6)).toEqual({ kind: 'missing' });
        await stream.create();
        expect(await stream.trim(2)).toEqual({ kind: 'trimmed', earliest: 7 });
      });

      test.each([0, -1, 1.5, Number.NaN, 2 ** 53])('no stream is trimmed before %d', async (before) => {
        const stream = ordinal.stream(fresh());
        await stream.create({ body: '[1]' });
        const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.any(String) };
        expect(await stream.trim(before)).toEqual(invalid);
        expect(text(await stream.read())).toBe('[1]');
      });

      test('a fencing token shuts out smaller ones, and writers without one', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create();
        const fenced = (tail: number) => ({
          kind: 'rejected',
          code: 'stream-fenced',
          message: expect.stringMatching(/./),
          end: { tail, closed: false },
        });
        expect(await stream.append('1', { fencingToken: 7 })).toMatchObject({ kind: 'appended', last: 1 });
        expect(await stream.append('2', { fencingToken: 6 })).toEqual(fenced(1));
        expect(await stream.append('2')).toEqual(fenced(1));
        expect(await stream.append('2', { fencingToken: 7 })).toMatchObject({ kind: 'appended', last: 2 });
        expect(await stream.append('3', { fencingToken: 9 })).toMatchObject({ kind: 'appended', last: 3 });
        expect(await stream.append('4', { fencingToken: 7 })).toEqual(fenced(3));
        expect(await stream.close({ fencingToken: 8 })).toEqual(fenced(3));
        expect(await stream.close()).toEqual(fenced(3));
        expect(text(await stream.read())).toBe('[1,2,3]');
        expect(await stream.close({ fencingToken: 9 })).toEqual({ kind: 'closed', tail: 3, closed: true });
        // It is closed already, and the token makes no difference to that.
        expect(await stream.close({ fencingToken: 8 })).toEqual({ kind: 'closed', tail: 3, closed: true });
      });

      test.each([-1, 1.5, Number.NaN, 2 ** 53])('%d is no fencing token', async (fencingToken) => {
        const stream = ordinal.stream(fresh());
        await stream.create();
        const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.any(String) };
        expect(await stream.append('1', { fencingToken })).toEqual(invalid);
        expect(await stream.close({ fencingToken })).toEqual(invalid);
        expect(await stream.describe()).toMatchObject(open);
        expect(await stream.append('1', { fencingToken: 0 })).toMatchObject({ kind: 'appended' });
        expect(await stream.append('1', { fencingToken: Number.MAX_SAFE_INTEGER })).toMatchObject({
          kind: 'appended',
        });
      });

      test('an expiry', async () => {
        const [lives, ends] = [ordinal.stream(fresh()), ordinal.stream(fresh())];
        const sliding = { ttlSeconds: 3600 };
        const told = { contentType: 'application/json', tail: 0, closed: false, expiry: sliding };
        expect(await lives.create({ expiry: sliding })).toEqual({ kind: 'created', first: 1, ...told });
        expect(await lives.create({ expiry: sliding })).toEqual({ kind: 'exists', ...told });
        expect(await lives.create({ expiry: { ttlSeconds: 1 } })).toMatchObject({ code: 'stream-exists' });
        expect(await lives.describe()).toEqual({ kind: 'stream', earliest: 1, ...told });
        const fixed = { atMs: 4_000_000_000_000 };
        await ends.create({ expiry: fixed });
        expect(await ends.describe()).toMatchObject({ kind: 'stream', expiry: fixed });
        expect(await ends.create({ expiry: { ttlSeconds: -1 } })).toMatchObject({ code: 'invalid-request' });
        const over = ordinal.stream(fresh());
        await over.create({ expiry: { atMs: 1000 } });
        expect(await over.describe()).toEqual({ kind: 'missing' });
        expect(await over.append('1')).toEqual({ kind: 'missing' });
      });

      test('a read from a time', async () => {
        const stream = ordinal.stream(fresh());
        expect(await stream.read(0, { fromTimeMs: 1 })).toEqual({ kind: 'missing' });
        await stream.create({ body: '[1,2]' });
        expect(text(await stream.read(0, { fromTimeMs: 0 }))).toBe('[1,2]');
        const later = { fromTimeMs: 253_402_300_799_999 };
        expect(await stream.read(0, later)).toMatchObject({ kind: 'data', next: 2, upToDate: true });
        const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.any(String) };
        expect(await stream.read(1, later)).toEqual(invalid);
        for (const fromTimeMs of [-1, 1e15, Number.NaN, Number.POSITIVE_INFINITY])
          expect(await stream.read(0, { fromTimeMs }), String(fromTimeMs)).toEqual(invalid);
      });

      test('a retention', async () => {
        const stream = ordinal.stream(fresh());
        const retention = { ageSeconds: 86_400, bytes: 1_000_000 };
        const told = { contentType: 'application/json', tail: 0, closed: false, retention };
        expect(await stream.create({ retention })).toEqual({ kind: 'created', first: 1, ...told });
        expect(await stream.create({ retention })).toEqual({ kind: 'exists', ...told });
        expect(await stream.create({ retention: { bytes: 5 } })).toMatchObject({ code: 'stream-exists' });
        expect(await stream.create()).toMatchObject({ code: 'stream-exists' });
        expect(await stream.describe()).toEqual({ kind: 'stream', earliest: 1, ...told });
        const path = fresh();
        await ordinal.stream(path).create({ retention: { bytes: 5 } });
        const listed = await ordinal.streams.list({ prefix: path });
        expect(listed).toMatchObject({ streams: [{ name: path, retention: { bytes: 5 } }] });
        for (const wrong of [{ bytes: 0 }, { ageSeconds: 0.5 }, { ageSeconds: -1 }])
          expect(await ordinal.stream(fresh()).create({ retention: wrong })).toMatchObject({
            code: 'invalid-request',
          });
      });

      test('a producer, and sequence texts', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create();
        const by = (sequence: number, epoch = 1) => ({ producer: { id: 'a producer', epoch, sequence } });
        const end = { tail: 1, closed: false };
        expect(await stream.append('1', by(0))).toEqual({
          kind: 'appended',
          first: 1,
          last: 1,
          closed: false,
        });
        const again = { kind: 'repeated', epoch: 1, sequence: 0, first: 1, last: 1, ...end };
        expect(await stream.append('1', by(0))).toEqual(again);
        expect(await stream.append('3', by(2))).toEqual({
          kind: 'rejected',
          code: 'producer-gap',
          message: expect.any(String),
          producer: { expectedSequence: 1 },
          end,
        });
        expect(await stream.append('3', by(1, 0))).toEqual({
          kind: 'rejected',
          code: 'producer-stale',
          message: expect.any(String),
          producer: { epoch: 1 },
          end,
        });
        expect(await stream.append('2', { ...by(1), sequence: 'b' })).toMatchObject({ kind: 'appended' });
        expect(await stream.append('3', { sequence: 'b' })).toMatchObject({
          kind: 'rejected',
          code: 'sequence-behind',
        });
        expect(await stream.close(by(2))).toEqual({ kind: 'closed', tail: 2, closed: true });
        const repeated = { kind: 'repeated', epoch: 1, sequence: 2, tail: 2, closed: true };
        expect(await stream.close(by(2))).toEqual(repeated);
        expect(text(await stream.read())).toBe('[1,2]');
      });

      test('close: with the last append, again, and for ever', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create();
        expect(await stream.append('1', { close: true })).toMatchObject({
          kind: 'appended',
          last: 1,
          closed: true,
        });
        const end = { tail: 1, closed: true };
        expect(await stream.close()).toEqual({ kind: 'closed', ...end });
        expect(await stream.append('2')).toEqual({
          kind: 'rejected',
          code: 'stream-closed',
          message: 'the stream is closed',
          end,
        });
        expect(await stream.read(1)).toMatchObject({ closed: true, upToDate: true });
      });

      test('are listed, with their ends', async () => {
        const prefix = `${fresh()}/ä/`;
        const path = (name: string) => prefix + name;
        expect(await ordinal.streams.list({ prefix })).toEqual({ kind: 'page', streams: [], more: false });
        await ordinal.stream(path('b')).create({ contentType: 'text/plain', body: 'x', close: true });
        for (const name of ['a', 'c', 'd']) await ordinal.stream(path(name)).create();
        await ordinal.stream(path('c')).delete();
        await ordinal.stream(path('a')).append('[1,2]');
        const contentType = 'application/json';
        const listed = [
          { name: path('a'), contentType, tail: 2, closed: false },
          { name: path('b'), contentType: 'text/plain', tail: 1, closed: true },
          { name: path('d'), contentType, tail: 0, closed: false },
        ];
        expect(await ordinal.streams.list({ prefix })).toEqual({
          kind: 'page',
          streams: listed,
          more: false,
        });
        expect(await ordinal.streams.list({ prefix, limit: 1, after: path('a') })).toEqual({
          kind: 'page',
          streams: listed.slice(1, 2),
          more: true,
        });
        const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.any(String) };
        for (const limit of [0, 1.5, 1001, Number.NaN])
          expect(await ordinal.streams.list({ limit })).toEqual(invalid);
        for (const text of ['\ud800', 'a\0']) {
          expect(await ordinal.streams.list({ prefix: text })).toEqual(invalid);
          expect(await ordinal.streams.list({ after: text })).toEqual(invalid);
        }
      });

      test('delete, and create anew: positions go on', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create({ body: '[1,2]' });
        expect(await stream.delete()).toEqual({ kind: 'deleted' });
        expect(await stream.read()).toEqual({ kind: 'missing' });
        const created = await stream.create({ contentType: 'text/plain' });
        expect(created).toMatchObject({ kind: 'created', contentType: 'text/plain', first: 4, tail: 3 });
        expect(await stream.read(1)).toEqual({ kind: 'trimmed', earliest: 4 });
        expect(await stream.append('x', { contentType: 'text/plain' })).toMatchObject({ first: 4 });
        expect(text(await stream.read())).toBe('x');
      });

      test('what cannot be is rejected, and changes nothing', async () => {
        const stream = ordinal.stream(fresh());
        await stream.create();
        const rejected = (code: string) => ({ kind: 'rejected', code, message: expect.stringMatching(/./) });
        expect(await stream.append('')).toEqual(rejected('invalid-request'));
        expect(await stream.append('[]')).toEqual(rejected('invalid-request'));
        expect(await stream.append('x', { contentType: 'nonsense' })).toEqual(rejected('invalid-request'));
        expect(await stream.create({ contentType: 'nonsense' })).toEqual(rejected('invalid-request'));
        expect(await stream.append('{')).toEqual(rejected('malformed-request'));
        expect(await stream.append(Uint8Array.of(255))).toEqual(rejected('malformed-request'));
        expect(await stream.append('x', { contentType: 'text/plain' })).toEqual(
          rejected('content-type-mismatch'),
        );
        expect(await stream.append(`"${'x'.repeat(RECORD_BYTES_MAX)}"`)).toEqual(rejected('too-large'));
        expect(await stream.append(`[${'1,'.repeat(10_000)}1]`)).toEqual(rejected('too-large'));
        expect(await stream.describe()).toMatchObject(open);
      });

      test.each(['', 'a\0b', 'x'.repeat(1100)])('no stream can be at %j', (path) => {
        expect(() => ordinal.stream(path)).toThrow(RangeError);
      });
    });
  });
}
