// The part of the suite of one API that is about keys, transactions and watches.

import { describe, expect, test } from 'vitest';
import type { KeyEntry } from '../../src/api/keys.ts';
import type { Namespace, Ordinal } from '../../src/api/ordinal.ts';
import type { Transaction } from '../../src/api/transactions.ts';
import type { WatchEvent, WatchOptions } from '../../src/api/watch.ts';

export function oneApiOfKeys(ordinal: () => Ordinal, fresh: () => string): void {
  describe('keys', () => {
    const keysOf = (name = fresh()) => ordinal().namespace(name).keys;
    const bytes = (text: string) => new Uint8Array(Buffer.from(text));
    const entry = (key: string, value: string, more: Partial<KeyEntry> = {}): KeyEntry => ({
      key,
      value: bytes(value),
      version: 1,
      created: 1,
      modified: 1,
      lease: undefined,
      ...more,
    });
    const position = expect.any(Number);

    test('put, get, change, delete', async () => {
      const keys = keysOf();
      expect(await keys.get('a')).toEqual({ kind: 'not-found', position: 0 });
      expect(await keys.put('a', 'one')).toEqual({
        kind: 'created',
        position: 1,
        entry: entry('a', 'one'),
      });
      const changed = entry('a', 'two', { version: 2, modified: 2 });
      expect(await keys.put('a', bytes('two'))).toEqual({ kind: 'changed', position: 2, entry: changed });
      expect(await keys.get('a')).toEqual({ kind: 'found', position: 2, entry: changed });
      expect(await keys.delete('a')).toEqual({ kind: 'deleted', position: 3 });
      expect(await keys.delete('a')).toEqual({ kind: 'not-found', position: 4 });
      expect(await keys.get('a')).toEqual({ kind: 'not-found', position: 4 });
      const anew = entry('a', '', { created: 5, modified: 5 });
      expect(await keys.put('a', '')).toEqual({ kind: 'created', position: 5, entry: anew });
    });

    test.each([
      'a/b',
      '/a//b/',
      'ä b',
      '100%',
      '%2F',
      'a?b#c',
      'a\nb',
      '\ufeffa',
      '🙂',
      '...',
      'a+b',
      'x'.repeat(1000),
    ])('the key %j is what it is', async (key) => {
      const keys = keysOf(fresh().padEnd(128, 'x'));
      const put = await keys.put(key, key);
      expect(put).toMatchObject({ kind: 'created', entry: { key, value: bytes(key) } });
      expect(await keys.get(key)).toMatchObject({ kind: 'found', entry: { key } });
      expect(await keys.list()).toMatchObject({ entries: [{ key }], more: false });
      expect(await keys.list({ prefix: key })).toMatchObject({ entries: [{ key }] });
      expect(await keys.list({ startAfter: key })).toMatchObject({ entries: [] });
      expect(await keys.delete(key)).toMatchObject({ kind: 'deleted' });
    });

    test.each([
      ['text', bytes('ä')],
      ['a byte order mark', bytes('\ufeffx')],
      ['bytes that are no text', Uint8Array.of(0, 255, 254)],
      ['a part of other bytes', Uint8Array.of(1, 2, 3, 4).subarray(1, 3)],
      ['as many bytes as there may be', new Uint8Array(64 * 1024).fill(200)],
    ])('a value: %s', async (_what, value) => {
      const keys = keysOf();
      await keys.put('a', value);
      const read = await keys.get('a');
      expect(read.kind === 'found' && [...read.entry.value]).toEqual([...value]);
    });

    test('conditions: what is there, and what there is instead', async () => {
      const keys = keysOf();
      const failed = { kind: 'condition-failed', position, entry: undefined };
      expect(await keys.put('a', 'x', { ifModified: 1 })).toEqual(failed);
      expect(await keys.delete('a', { ifModified: 1 })).toEqual(failed);
      const created = await keys.put('a', 'one', { ifAbsent: true });
      const modified = created.kind === 'created' ? created.position : 0;
      const there = entry('a', 'one', { created: modified, modified });
      expect(created).toEqual({ kind: 'created', position: modified, entry: there });
      const refused = { ...failed, entry: there };
      expect(await keys.put('a', 'two', { ifAbsent: true })).toEqual(refused);
      expect(await keys.put('a', 'two', { ifModified: modified - 1 })).toEqual(refused);
      expect(await keys.delete('a', { ifModified: modified + 1 })).toEqual(refused);
      expect(await keys.put('a', 'two', { ifModified: modified })).toMatchObject({ kind: 'changed' });
      expect(await keys.delete('a', { ifModified: modified })).toMatchObject({ kind: 'condition-failed' });
      expect(await keys.put('b', 'x', { ifModified: 0 })).toMatchObject({ kind: 'created' });
    });

    test('a lease that is not there', async () => {
      const keys = keysOf();
      expect(await keys.put('a', 'x', { lease: 'none' })).toEqual({ kind: 'lease-not-found', position: 1 });
      expect(await keys.get('a')).toMatchObject({ kind: 'not-found' });
    });

    test('an idempotency key: the first result again, also when it is large', async () => {
      const keys = keysOf();
      const large = 'x'.repeat(10_000);
      const once = (idempotencyKey: string) => ({ idempotencyKey });
      const put = await keys.put('a', large, once('p'));
      const refused = await keys.put('a', 'x', { ifAbsent: true, ...once('r') });
      const undone = await keys.delete('a', { ifModified: 9, ...once('u') });
      const deleted = await keys.delete('a', once('d'));
      await keys.put('a', 'later');
      expect(put).toMatchObject({ kind: 'created', entry: { value: bytes(large) } });
      expect(refused).toMatchObject({ kind: 'condition-failed', entry: { value: bytes(large) } });
      expect(await keys.put('a', large, once('p'))).toEqual(put);
      expect(await keys.put('a', 'x', { ifAbsent: true, ...once('r') })).toEqual(refused);
      expect(await keys.delete('a', { ifModified: 9, ...once('u') })).toEqual(undone);
      expect(await keys.delete('a', once('d'))).toEqual(deleted);
      expect(await keys.put('b', 'x', once('p'))).toEqual({
        kind: 'idempotency-key-reused',
        position,
        message: expect.stringMatching(/./),
      });
      expect(await keys.get('a')).toMatchObject({ entry: { value: bytes('later') } });
    });

    test('every position of the past is still there', async () => {
      const keys = keysOf();
      await keys.put('a', '1');
      await keys.put('b', '2');
      await keys.put('a', '3');
      await keys.delete('b');
      const at = async (moment: number) => {
        const read = await keys.list({ at: moment });
        return read.kind === 'page'
          ? read.entries.map(({ key, value }) => `${key}=${Buffer.from(value)}`)
          : read;
      };
      expect(await at(0)).toEqual([]);
      expect(await at(1)).toEqual(['a=1']);
      expect(await at(2)).toEqual(['a=1', 'b=2']);
      expect(await at(3)).toEqual(['a=3', 'b=2']);
      expect(await at(4)).toEqual(['a=3']);
      expect(await keys.get('b', { at: 3 })).toEqual({
        kind: 'found',
        position: 3,
        entry: entry('b', '2', { created: 2, modified: 2 }),
      });
      expect(await keys.get('b', { at: 1 })).toEqual({ kind: 'not-found', position: 1 });
      expect(await at(1000)).toEqual({ kind: 'behind', position: 4 });
      expect(await keys.get('a', { at: 1000 })).toEqual({ kind: 'behind', position: 4 });
    });

    test('list, in pages of one moment', async () => {
      const keys = keysOf();
      for (const key of ['a/1', 'a/2', 'a/3', 'b/1']) await keys.put(key, 'x');
      const first = await keys.list({ prefix: 'a/', limit: 2 });
      expect(first).toEqual({
        kind: 'page',
        position: 4,
        entries: [entry('a/1', 'x'), entry('a/2', 'x', { created: 2, modified: 2 })],
        more: true,
      });
      await keys.delete('a/3');
      await keys.put('a/4', 'x');
      const next = { prefix: 'a/', startAfter: 'a/2' };
      expect(await keys.list({ ...next, at: 4 })).toMatchObject({
        position: 4,
        entries: [{ key: 'a/3' }],
        more: false,
      });
      expect(await keys.list(next)).toMatchObject({ position: 6, entries: [{ key: 'a/4' }] });
      expect(await keys.list()).toMatchObject({ entries: { length: 4 }, more: false });
    });

    test('a page holds as much as an answer may', async () => {
      const keys = keysOf();
      const value = new Uint8Array(60_000);
      for (let index = 10; index < 30; index += 1) await keys.put(`${index}`, value);
      const page = await keys.list();
      expect(page).toMatchObject({ more: true, entries: { length: 17 } });
      expect(await keys.list({ startAfter: '26' })).toMatchObject({ more: false, entries: { length: 3 } });
      expect(await keys.list({ at: 20 })).toMatchObject({ more: true, entries: { length: 17 } });
    });

    test('every consistency sees what the same object has done', async () => {
      const keys = keysOf();
      await keys.put('a', 'x');
      for (const consistency of ['linearizable', 'sequenced', 'local'] as const) {
        expect(await keys.get('a', { consistency })).toMatchObject({ kind: 'found' });
        expect(await keys.list({ consistency })).toMatchObject({ kind: 'page', entries: [{ key: 'a' }] });
      }
      expect(await keys.get('a', { after: 1000 })).toMatchObject({ kind: 'behind' });
    });

    test('what cannot be is rejected, and changes nothing', async () => {
      const keys = keysOf();
      const rejected = (code: string) => ({ kind: 'rejected', code, message: expect.stringMatching(/./) });
      const invalid = rejected('invalid-request');
      for (const key of [
        '',
        '.',
        '..',
        'a/../b',
        'a/.',
        'a\0',
        '\ud800',
        'x'.repeat(1001),
        'ä'.repeat(501),
      ]) {
        expect(await keys.put(key, 'x'), key).toEqual(invalid);
        expect(await keys.get(key), key).toEqual(invalid);
        expect(await keys.delete(key), key).toEqual(invalid);
      }
      for (const prefix of ['\ud800', 'x'.repeat(1001)]) expect(await keys.list({ prefix })).toEqual(invalid);
      for (const limit of [0, 1.5, 1001, Number.NaN]) expect(await keys.list({ limit })).toEqual(invalid);
      for (const at of [-1, 1.5, Number.NaN]) {
        expect(await keys.get('a', { at })).toEqual(invalid);
        expect(await keys.list({ at })).toEqual(invalid);
      }
      for (const ifModified of [-1, 0.5, Number.NaN]) {
        expect(await keys.put('a', 'x', { ifModified })).toEqual(invalid);
        expect(await keys.delete('a', { ifModified })).toEqual(invalid);
      }
      expect(await keys.put('a', 'x', { ifModified: 1, ifAbsent: true })).toEqual(invalid);
      expect(await keys.put('a', '\ud800')).toEqual(invalid);
      expect(await keys.put('a', 'x', { lease: '' })).toEqual(invalid);
      expect(await keys.put('a', new Uint8Array(64 * 1024 + 1))).toEqual(rejected('too-large'));
      expect(await keys.put('a', 'ä'.repeat(32 * 1024 + 1))).toEqual(rejected('too-large'));
      expect(await keys.put('a', 'x')).toMatchObject({ kind: 'created', position: 1 });
    });
  });

  describe('transactions', () => {
    const position = expect.any(Number);
    const entryOf = (key: string, value: string, at: number, version = 1, created = at): KeyEntry => ({
      key,
      value: new Uint8Array(Buffer.from(value)),
      version,
      created,
      modified: at,
      lease: undefined,
    });
    const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.stringMatching(/./) };

    test('every operation, and its result', async () => {
      const namespace = ordinal().namespace(fresh());
      await namespace.keys.put('b', 'old');
      const done = await namespace.transact({
        then: [
          { kind: 'put', key: 'a', value: 'one' },
          { kind: 'add', key: 'count', by: 3 },
          { kind: 'add', key: 'count', by: -5 },
          { kind: 'put-numbered', prefix: 'q/', value: Uint8Array.of(255) },
          { kind: 'get', prefix: '', limit: 2 },
          { kind: 'delete', key: 'b' },
          { kind: 'delete', prefix: 'none/' },
          { kind: 'grant', lease: 'l', ttlMs: 60_000 },
          { kind: 'put', key: 'leased', value: '', lease: 'l' },
          { kind: 'grant', lease: 'l', ttlMs: 5 },
          { kind: 'revoke', lease: 'l' },
          { kind: 'get', key: 'leased' },
        ],
      });
      const numbered = `q/${'2'.padStart(16, '0')}`;
      expect(done).toEqual({
        kind: 'done',
        position: 2,
        forgotten: false,
        succeeded: true,
        failedCheck: undefined,
        results: [
          { kind: 'put', entry: entryOf('a', 'one', 2) },
          { kind: 'add', entry: entryOf('count', '3', 2) },
          { kind: 'add', entry: entryOf('count', '-2', 2, 2) },
          { kind: 'put-numbered', entry: { ...entryOf(numbered, '', 2), value: Uint8Array.of(255) } },
          { kind: 'get', entries: [entryOf('a', 'one', 2), entryOf('b', 'old', 1)], more: true },
          { kind: 'delete', count: 1 },
          { kind: 'delete', count: 0 },
          { kind: 'grant', granted: true, ttlMs: 60_000 },
          { kind: 'put', entry: { ...entryOf('leased', '', 2), lease: 'l' } },
          { kind: 'grant', granted: false, ttlMs: 60_000 },
          { kind: 'revoke', count: 1 },
          { kind: 'get', entries: [], more: false },
        ],
      });
    });

    test('checks decide which branch, nested ones about the state before all of it', async () => {
      const namespace = ordinal().namespace(fresh());
      await namespace.keys.put('a', Uint8Array.of(255));
      const done = await namespace.transact({
        checks: [
          { key: 'a', target: 'version', is: '=', to: 1 },
          { key: 'a', target: 'value', is: '=', to: Uint8Array.of(255) },
          { key: 'a', target: 'lease', is: '=', to: '' },
          { prefix: '', target: 'modified', is: '<', to: 2 },
          { key: 'none', target: 'created', is: '!=', to: 0 },
        ],
        then: [{ kind: 'delete', key: 'a' }],
        else: [
          { kind: 'put', key: 'b', value: 'x' },
          {
            kind: 'transaction',
            checks: [{ key: 'b', target: 'version', is: '=', to: 0 }],
            then: [{ kind: 'get', key: 'b' }],
          },
        ],
      });
      expect(done).toEqual({
        kind: 'done',
        position: 2,
        forgotten: false,
        succeeded: false,
        failedCheck: 4,
        results: [
          { kind: 'put', entry: entryOf('b', 'x', 2) },
          {
            kind: 'transaction',
            succeeded: true,
            failedCheck: undefined,
            results: [{ kind: 'get', entries: [entryOf('b', 'x', 2)], more: false }],
          },
        ],
      });
    });

    test('an empty one takes a position', async () => {
      const result = {
        kind: 'done',
        position: 1,
        forgotten: false,
        succeeded: true,
        failedCheck: undefined,
      };
      expect(await ordinal().namespace(fresh()).transact({})).toEqual({ ...result, results: [] });
    });

    test('what cannot be done is refused as a whole', async () => {
      const namespace = ordinal().namespace(fresh());
      await namespace.keys.put('text', 'x');
      const first = { kind: 'put', key: 'new', value: '' } as const;
      const refused = { kind: 'refused', position, path: 'then[1]' };
      expect(await namespace.transact({ then: [first, { kind: 'add', key: 'text', by: 1 }] })).toEqual({
        ...refused,
        reason: 'not-a-counter',
      });
      const most = { kind: 'add', key: 'n', by: Number.MAX_SAFE_INTEGER } as const;
      expect(await namespace.transact({ then: [most, { ...most, by: 1 }] })).toEqual({
        ...refused,
        reason: 'counter-overflow',
      });
      const leased = { kind: 'put', key: 'b', value: '', lease: 'none' } as const;
      expect(await namespace.transact({ then: [first, leased] })).toEqual({
        kind: 'lease-not-found',
        position,
      });
      expect(await namespace.keys.list()).toMatchObject({ entries: [{ key: 'text' }] });
    });

    test('an idempotency key: the first result again, and what was too large is forgotten', async () => {
      const namespace = ordinal().namespace(fresh());
      const add = { then: [{ kind: 'add', key: 'n', by: 1 }] } as const;
      const large = { then: [{ kind: 'put', key: 'large', value: 'x'.repeat(5000) }] } as const;
      const once = (idempotencyKey: string) => ({ idempotencyKey });
      const added = await namespace.transact(add, once('a'));
      const put = await namespace.transact(large, once('l'));
      expect(await namespace.transact(add, once('a'))).toEqual(added);
      expect(await namespace.transact(large, once('l'))).toEqual({ ...put, results: [], forgotten: true });
      expect(await namespace.transact(add, once('l'))).toMatchObject({ kind: 'idempotency-key-reused' });
      expect(await namespace.transact(add)).toMatchObject({ results: [{ entry: { version: 2 } }] });
    });

    test.each<[string, Transaction]>([
      ['a key that is none', { then: [{ kind: 'put', key: '', value: '' }] }],
      ['half a character', { then: [{ kind: 'put', key: 'a', value: '\ud800' }] }],
      ['half a character in a check', { checks: [{ key: 'a', target: 'value', is: '=', to: '\ud800' }] }],
      ['a number that is none', { then: [{ kind: 'add', key: 'a', by: Number.NaN }] }],
      ['a large number', { checks: [{ key: 'a', target: 'version', is: '=', to: 2 ** 53 }] }],
      ['a lease that is none', { then: [{ kind: 'put', key: 'a', value: '', lease: 'a\0' }] }],
      ['a time to live that is none', { then: [{ kind: 'grant', lease: 'a', ttlMs: 0 }] }],
      ['a limit that is none', { then: [{ kind: 'get', prefix: '', limit: 0 }] }],
      [
        'a numbered key that is none',
        { then: [{ kind: 'put-numbered', prefix: 'x'.repeat(990), value: '' }] },
      ],
      ['a numbered key that climbs', { then: [{ kind: 'put-numbered', prefix: '../', value: '' }] }],
      ['a value that is too large', { then: [{ kind: 'put', key: 'a', value: 'x'.repeat(64 * 1024 + 1) }] }],
      [
        'too many operations',
        { then: Array.from({ length: 129 }, () => ({ kind: 'delete', key: 'a' }) as const) },
      ],
      [
        'one inside another, too often',
        Array.from({ length: 200 }).reduce<Transaction>(
          (inner) => ({ else: [{ kind: 'transaction', ...inner }] }),
          {},
        ),
      ],
    ])('%s is rejected, and changes nothing', async (_what, transaction) => {
      const namespace = ordinal().namespace(fresh());
      expect(await namespace.transact(transaction)).toEqual(invalid);
      expect(await namespace.keys.list()).toMatchObject({ position: 0, entries: [] });
    });

    test('values that are too large together', async () => {
      const namespace = ordinal().namespace(fresh());
      const put = (key: string) => ({ kind: 'put', key, value: new Uint8Array(60_000) }) as const;
      const five = { then: ['a', 'b', 'c', 'd', 'e'].map(put) };
      const tooLarge = { ...invalid, code: 'too-large' };
      expect(await namespace.transact(five)).toEqual(tooLarge);
      expect(await namespace.transact({ then: five.then.slice(1) })).toMatchObject({
        kind: 'done',
        position: 1,
      });
    });
  });

  describe('watches', () => {
    /** The next events until there are so many changes: the keys, and the positions told in between. */
    async function take(events: AsyncIterator<WatchEvent>, changes: number): Promise<string[]> {
      const taken: string[] = [];
      for (let count = 0; count < changes; ) {
        const { value, done } = await events.next();
        if (done) break;
        if (value.kind === 'progress') continue;
        count += 1;
        if (value.kind === 'gone') taken.push(`gone before ${value.earliest}`);
        else {
          const [before, after] = [value.before, value.after].map((one) => one && Buffer.from(one.value));
          taken.push(`${value.position} ${value.key} ${before ?? '-'} ${after ?? '-'}`);
        }
      }
      return taken;
    }
    const begin = (namespace: Namespace, options?: WatchOptions) =>
      namespace.watch(options)[Symbol.asyncIterator]();

    test('every change with what was before, from any position on', async () => {
      const namespace = ordinal().namespace(fresh());
      await namespace.keys.put('a', '1');
      await namespace.names.claim('ann', 'me');
      await namespace.keys.put('a', '2');
      await namespace.keys.put('b', '3');
      await namespace.keys.delete('a');
      const all = ['1 a - 1', '3 a 1 2', '4 b - 3', '5 a 2 -'];
      for (const after of [0, 1, 2, 3, 4]) {
        const rest = all.filter((one) => Number(one[0]) > after);
        expect(await take(begin(namespace, { after }), rest.length)).toEqual(rest);
      }
      expect(await take(begin(namespace, { after: 0, prefix: 'b' }), 1)).toEqual(['4 b - 3']);
      expect(
        await take(begin(ordinal().namespace(fresh()), { after: 0, signal: AbortSignal.timeout(1) }), 1),
      ).toEqual([]);
    });

    test('entries are whole', async () => {
      const namespace = ordinal().namespace(fresh());
      const put = await namespace.keys.put('a', Uint8Array.of(255));
      const events = begin(namespace, { after: 0 });
      expect(await events.next()).toEqual({ done: false, value: { kind: 'progress', position: 0 } });
      expect(await events.next()).toEqual({
        done: false,
        value: {
          kind: 'change',
          position: 1,
          key: 'a',
          before: undefined,
          after: put.kind === 'created' ? put.entry : undefined,
        },
      });
      expect(await events.next()).toEqual({ done: false, value: { kind: 'progress', position: 1 } });
    });

    test('what comes while the watch waits, and nothing from before', async () => {
      const namespace = ordinal().namespace(fresh());
      await namespace.keys.put('a', '1');
      const events = begin(namespace);
      expect(await events.next()).toEqual({ done: false, value: { kind: 'progress', position: 1 } });
      const taken = take(events, 3);
      await namespace.transact({
        then: [
          { kind: 'delete', key: 'a' },
          { kind: 'put', key: 'b', value: '2' },
        ],
      });
      await namespace.keys.put('c', '3');
      expect(await taken).toEqual(['2 a 1 -', '2 b - 2', '3 c - 3']);
    });

    test('after all changes of a position the position itself is told', async () => {
      const namespace = ordinal().namespace(fresh());
      const put = (key: string) => ({ kind: 'put', key, value: '' }) as const;
      await namespace.transact({ then: [put('a'), put('b')] });
      await namespace.transact({ then: [put('c')] });
      const seen: string[] = [];
      for await (const event of namespace.watch({ after: 0 })) {
        seen.push(
          event.kind === 'change' ? event.key : `${event.kind === 'progress' ? event.position : 'gone'}`,
        );
        if (seen.at(-1) === '2') break;
      }
      expect(seen).toEqual(['0', 'a', 'b', '1', 'c', '2']);
    });

    test('ends when the signal aborts', async () => {
      const end = new AbortController();
      const events = begin(ordinal().namespace(fresh()), { signal: end.signal });
      await events.next();
      const waiting = take(events, 1);
      end.abort();
      expect(await waiting).toEqual([]);
    });

    test.each<[string, WatchOptions]>([
      ['a prefix that is none', { prefix: '\ud800' }],
      ['a long prefix', { prefix: 'x'.repeat(1001) }],
      ['a position that is none', { after: -1 }],
      ['half a position', { after: 0.5 }],
    ])('%s', async (_what, options) => {
      const events = begin(ordinal().namespace(fresh()), options);
      await expect(events.next()).rejects.toMatchObject({ name: 'OrdinalError', code: 'invalid-request' });
    });
  });
}
