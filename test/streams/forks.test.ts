// Goal: a fork has the records of its source up to the fork, at the same positions, whatever becomes of the source, and
// from then on both are streams of their own. Method: services on one memory store, with small segments and clocks
// that are set by hand.

import { describe, expect, test } from 'vitest';
import { holdLog } from '../../src/log/holds.ts';
import { Log } from '../../src/log/log.ts';
import { streamLogName } from '../../src/resource-names.ts';
import {
  basesOf,
  created,
  fork,
  holdsOf,
  LOG_OPTIONS,
  LONG,
  oneServer,
  serverOn,
  sweep,
  TEXT,
  textOf,
} from './fork-server.ts';

describe('a fork', () => {
  test('has the records of its source at their positions, and its own behind them', async () => {
    const { service } = oneServer();
    await created(service, 's', ['a', 'b', 'c']);
    expect(await fork(service, 'f', { from: 's', after: 2 })).toMatchObject({
      kind: 'created',
      tail: 2,
      first: 3,
    });
    expect(await service.stream('f').append('x', TEXT)).toMatchObject({ first: 3, last: 3 });
    expect(await textOf(service, 'f')).toBe('abx');
    expect(await textOf(service, 'f', 1)).toBe('bx');
    expect(await textOf(service, 'f', 2)).toBe('x');
    expect(await textOf(service, 's')).toBe('abc');
    expect(await service.stream('f').read(4)).toEqual({ kind: 'beyond-tail', tail: 3 });
    expect(await service.stream('f').append('y', { ...TEXT, expectedTail: 3 })).toMatchObject({ first: 4 });
  });

  test('is read in pages across every segment of both, by servers that know nothing of it', async () => {
    const { service, store } = oneServer();
    await created(service, 's', LONG);
    await fork(service, 'f', { from: 's', after: 20 });
    for (const text of LONG) await service.stream('f').append(text, TEXT);
    const whole = [...LONG.slice(0, 20), ...LONG].join('');
    for (const bytesMax of [1, 30, 60, 200, 100_000]) {
      let text = '';
      const positions: number[] = [];
      const reader = serverOn(store).service;
      for (let piece = await reader.stream('f').readPiece('start', bytesMax); ; ) {
        if (piece.kind !== 'piece') throw new Error(piece.kind);
        text += Buffer.from(piece.data.body).toString();
        positions.push(piece.data.next);
        if (piece.data.upToDate) break;
        // Half of the time on another server, which has not seen the fork.
        const next = positions.length % 2 ? reader : serverOn(store).service;
        piece = await next.stream('f').readPiece(piece.cursor, bytesMax);
      }
      expect(text).toBe(whole);
      expect(positions).toEqual([...new Set(positions)].toSorted((one, other) => one - other));
      expect(positions.at(-1)).toBe(46);
    }
    for (let after = 0; after <= 46; after += 1)
      expect(await textOf(service, 'f', after)).toBe(whole.slice(after * 25));
  });

  test('is read though a call of the store fails, whichever it is', async () => {
    const { service, faulty } = oneServer();
    await created(service, 's', LONG.slice(0, 4));
    await fork(service, 'f', { from: 's', after: 3 });
    for (const method of ['last', 'range', 'metadataRecord'] as const) {
      faulty.fail(method, 'throttled');
      expect(await textOf(service, 'f')).toBe(LONG.slice(0, 3).join(''));
      faulty.forgive(method);
    }
  });

  test('of the start has nothing, and of the tail everything', async () => {
    const { service } = oneServer();
    await created(service, 's', ['a', 'b']);
    await fork(service, 'none', { from: 's', after: 0 });
    await fork(service, 'all', { from: 's' });
    await service.stream('s').append('c', TEXT);
    expect(await textOf(service, 'none')).toBe('');
    expect(await textOf(service, 'all')).toBe('ab');
    expect(await service.stream('none').append('x', TEXT)).toMatchObject({ first: 1 });
  });

  test('at a sub-offset has some of the bytes of the next record, then its first body', async () => {
    const { service } = oneServer();
    await created(service, 's', ['first', 'second']);
    const at = { from: 's', after: 1, subOffset: 3 };
    expect(await fork(service, 'f', at, { body: '!' })).toMatchObject({ first: 2, tail: 3 });
    expect(await textOf(service, 'f')).toBe('firstsec!');
    expect(await textOf(service, 'f', 1)).toBe('sec!');
    expect(await fork(service, 'f', at)).toMatchObject({ kind: 'exists' });
    for (const other of [
      { ...at, subOffset: 2 },
      { ...at, after: 0 },
      { from: 's', after: 1 },
      { from: 's' },
    ])
      expect(await fork(service, 'f', other)).toMatchObject({ code: 'stream-exists' });
    expect(await fork(service, 'g', { ...at, subOffset: 7 })).toMatchObject({ code: 'invalid-request' });
    expect(await fork(service, 'g', { ...at, after: 2 })).toMatchObject({ code: 'invalid-request' });
  });

  test('at a sub-offset within a batch of JSON has so many of its records, without a copy', async () => {
    const { service, store } = oneServer();
    await service.stream('s').create({ body: '[1,2,3]' });
    await service.stream('s').append('[4,5]');
    const at = { from: 's', after: 1, subOffset: 1 };
    expect(await fork(service, 'f', at, { body: '[9]' })).toMatchObject({ first: 3, tail: 3 });
    expect(await textOf(service, 'f')).toBe('[1,2,9]');
    expect(await fork(service, 'f', at)).toMatchObject({ kind: 'exists' });
    const { segments } = await store.range(streamLogName('f'), 0, 1e6);
    expect(segments.map(({ entries }) => entries.length)).toEqual([1]);
    expect(await fork(service, 'g', { from: 's', after: 3, subOffset: 3 })).toMatchObject({
      code: 'invalid-request',
    });
    for (const subOffset of [10_001, Number.MAX_SAFE_INTEGER])
      expect(await fork(service, 'g', { from: 's', after: 0, subOffset })).toMatchObject({
        code: 'invalid-request',
      });
  });

  test('of a fork of a fork is read through all of them', async () => {
    const { service, store } = oneServer();
    await created(service, 's0', LONG.slice(0, 4));
    for (let level = 1; level <= 5; level += 1) {
      await fork(service, `s${level}`, { from: `s${level - 1}`, after: 3 * level });
      for (const text of LONG.slice(4 * level, 4 * level + 4))
        await service.stream(`s${level}`).append(text, TEXT);
    }
    const expected = [0, 1, 2, 3, 4].flatMap((level) => LONG.slice(4 * level, 4 * level + 3)).join('');
    const last = LONG.slice(20, 24).join('');
    expect(await textOf(serverOn(store).service, 's5')).toBe(expected + last);
    // Before the fork of its source: the records are of the source of the source.
    await fork(service, 'early', { from: 's5', after: 4, subOffset: 25 });
    expect(await textOf(service, 'early')).toBe([...LONG.slice(0, 3), LONG[4], LONG[5]].join(''));
  });

  test('knows nothing of the producers and the sequence texts of its source, and has its own', async () => {
    const { service } = oneServer();
    await service.stream('s').create();
    const producer = { id: 'p', epoch: 3, sequence: 0 };
    await service.stream('s').append('[1,2]', { producer, sequence: 'z', fencingToken: 5 });
    await fork(service, 'f', { from: 's', after: 1 });
    expect(await service.stream('f').append('3', { producer, sequence: 'a' })).toMatchObject({ first: 2 });
    expect(await service.stream('f').append('3', { producer, sequence: 'a' })).toMatchObject({
      kind: 'repeated',
    });
    expect(await textOf(service, 'f')).toBe('[1,3]');
  });

  test('of a closed stream is open, and is closed by itself', async () => {
    const { service } = oneServer();
    await created(service, 's', ['a']);
    await service.stream('s').close();
    expect(await fork(service, 'f', { from: 's' })).toMatchObject({ kind: 'created', closed: false });
    await service.stream('f').append('b', { ...TEXT, close: true });
    expect(await service.stream('f').read()).toMatchObject({ closed: true, next: 2 });
    expect(await fork(service, 'g', { from: 's' }, { close: true })).toMatchObject({ closed: true });
    expect(await service.stream('g').read()).toMatchObject({ closed: true, next: 1 });
  });

  test('wakes its readers by its own appends alone', async () => {
    const { service } = oneServer();
    await created(service, 's', ['a']);
    await fork(service, 'f', { from: 's' });
    const first = await service.stream('f').readWhenThere('start', AbortSignal.timeout(10_000));
    if (first.kind !== 'piece') throw new Error(first.kind);
    expect(Buffer.from(first.data.body).toString()).toBe('a');
    const waiting = service.stream('f').readWhenThere(first.cursor, AbortSignal.timeout(10_000));
    await service.stream('s').append('b', TEXT);
    await service.stream('f').append('c', TEXT);
    const next = await waiting;
    expect(next.kind === 'piece' && Buffer.from(next.data.body).toString()).toBe('c');
  });

  test('takes the type of its source, and no other', async () => {
    const { service } = oneServer();
    await created(service, 's', []);
    expect(await fork(service, 'f', { from: 's' }, { contentType: 'application/json' })).toMatchObject({
      code: 'content-type-mismatch',
    });
    expect(await fork(service, 'f', { from: 's' }, { contentType: 'Text/Plain; x=1' })).toMatchObject({
      contentType: 'text/plain',
    });
  });

  test('is refused where its source or its place is not there, and leaves nothing', async () => {
    const { service, store } = oneServer();
    await created(service, 's', ['a']);
    for (const [from, code] of [
      [{ from: 'none' }, 'source-not-found'],
      [{ from: 'f' }, 'source-not-found'],
      [{ from: 's', after: 2 }, 'invalid-request'],
      [{ from: 's', after: -1 }, 'invalid-request'],
      [{ from: 's', subOffset: 0.5 }, 'invalid-request'],
      [{ from: 's', subOffset: 1 }, 'invalid-request'],
      [{ from: '' }, 'invalid-request'],
    ] as const) {
      expect(await fork(service, 'f', from)).toMatchObject({ kind: 'rejected', code });
    }
    expect(await fork(service, 's', { from: 's' })).toMatchObject({ code: 'stream-exists' });
    expect(await holdsOf(store, 's')).toEqual([]);
    expect(await service.streams.list({ prefix: 'f' })).toMatchObject({ streams: [] });
    await service.stream('s').delete();
    expect(await service.stream('s').describe()).toEqual({ kind: 'missing' });
  });

  test('cannot be one too many: the record of the holds is bounded', async () => {
    const { service, store } = oneServer();
    await created(service, 's', ['a']);
    const name = 'f'.repeat(900);
    let made = 0;
    for (; ; made += 1) {
      const result = await fork(service, `${name}${made}`, { from: 's' });
      if (result.kind !== 'created') {
        expect(result).toMatchObject({ code: 'too-many-forks' });
        break;
      }
    }
    expect(made).toBeGreaterThan(50);
    await service.stream(`${name}0`).delete();
    expect(await fork(service, `${name}${made}`, { from: 's' })).toMatchObject({ kind: 'created' });
    expect((await holdsOf(store, 's')).length).toBe(made);
  });
});

describe('at a path where there was another stream', () => {
  async function reused() {
    const server = oneServer();
    await created(server.service, 's', ['a', 'b', 'c']);
    await created(server.service, 'f', ['1', '2', '3', '4', '5', '6']);
    await server.service.stream('f').delete();
    return server;
  }

  test('its own records have positions that no other stream had there', async () => {
    const { service } = await reused();
    expect(await fork(service, 'f', { from: 's', after: 2 })).toMatchObject({ tail: 7, first: 8 });
    expect(await textOf(service, 'f')).toBe('ab');
    expect(await service.stream('f').append('x', TEXT)).toMatchObject({ first: 8 });
    expect(await textOf(service, 'f')).toBe('abx');
    expect(await textOf(service, 'f', 1)).toBe('bx');
    // The tail of the source, and the place before its own first record.
    expect(await textOf(service, 'f', 2)).toBe('x');
    expect(await textOf(service, 'f', 7)).toBe('x');
    for (const old of [3, 4, 5, 6]) expect(await textOf(service, 'f', old)).toBe('trimmed');
  });

  test('forks of it are made and read across the gap', async () => {
    const { service, store, clock } = await reused();
    await fork(service, 'f', { from: 's', after: 2 });
    await service.stream('f').append('x', TEXT);
    await service.stream('f').append('y', TEXT);
    const forks = [
      [{ from: 'f', after: 1 }, 'a'],
      [{ from: 'f', after: 2 }, 'ab'],
      [{ from: 'f', after: 7 }, 'ab'],
      [{ from: 'f', after: 8 }, 'abx'],
      [{ from: 'f', after: 1, subOffset: 1 }, 'ab'],
      [{ from: 'f', after: 2, subOffset: 1 }, 'abx'],
    ] as const;
    for (const [index, [at, text]] of forks.entries()) {
      expect(await fork(service, `g${index}`, at)).toMatchObject({ kind: 'created' });
      expect(await textOf(service, `g${index}`)).toBe(text);
    }
    for (const after of [3, 6])
      expect(await fork(service, 'h', { from: 'f', after })).toMatchObject({ code: 'source-trimmed' });
    // The sweep gives back the storage of the stream that was there before, and nothing else.
    await sweep({ service, clock });
    expect((await basesOf(store, 'f'))[0]).toBe(7);
    for (const [index, [, text]] of forks.entries()) expect(await textOf(service, `g${index}`)).toBe(text);
  });

  test('JSON is counted across the gap', async () => {
    const { service } = oneServer();
    await service.stream('s').create({ body: '[1,2,3]' });
    await service.stream('f').create({ body: '[0,0,0,0,0,0]' });
    await service.stream('f').delete();
    await fork(service, 'f', { from: 's', after: 2 }, { body: '[4,5]' });
    const at = { from: 'f', after: 1, subOffset: 2 };
    expect(await fork(service, 'g', at)).toMatchObject({ tail: 8 });
    expect(await fork(service, 'g', at)).toMatchObject({ kind: 'exists' });
    expect(await textOf(service, 'g')).toBe('[1,2,4]');
    expect(await fork(service, 'h', { ...at, subOffset: 4 })).toMatchObject({ code: 'invalid-request' });
  });
});

describe('expiry', () => {
  const expiry = { ttlSeconds: 10 };

  test('is that of the source, counted anew, or its own', async () => {
    const { service, clock } = oneServer();
    await service.stream('s').create({ expiry });
    clock.pass(5000);
    expect(await fork(service, 'f', { from: 's' })).toMatchObject({ kind: 'created', expiry });
    expect(await fork(service, 'f', { from: 's' })).toMatchObject({ kind: 'exists', expiry });
    expect(await fork(service, 'g', { from: 's' }, { expiry: { ttlSeconds: 99 } })).toMatchObject({
      expiry: { ttlSeconds: 99 },
    });
    clock.pass(6000);
    expect(await service.stream('s').describe()).toEqual({ kind: 'missing', held: true });
    expect(await service.stream('f').describe()).toMatchObject({ kind: 'stream' });
    clock.pass(6000);
    expect(await service.stream('f').describe()).toEqual({ kind: 'missing' });
    expect(await service.stream('g').describe()).toMatchObject({ kind: 'stream' });
  });

  test('a read of the fork renews the fork alone', async () => {
    const { service, clock } = oneServer();
    await service.stream('s').create({ ...TEXT, body: 'a', expiry });
    await fork(service, 'f', { from: 's' });
    for (let times = 0; times < 3; times += 1) {
      clock.pass(9000);
      expect(await textOf(service, 'f')).toBe('a');
    }
    expect(await service.stream('s').describe()).toEqual({ kind: 'missing', held: true });
    expect(await textOf(service, 'f')).toBe('a');
  });

  test('that a fork has from its source is carried out by maintenance', async () => {
    const { service, store, clock } = oneServer();
    await service.stream('s').create({ ...TEXT, body: 'a', expiry: { ttlSeconds: 60 } });
    await fork(service, 'f', { from: 's' });
    clock.pass(61_000);
    await service.maintain();
    expect(await new Log(store, streamLogName('f'), LOG_OPTIONS).checkTail()).toMatchObject({
      kind: 'missing',
    });
    expect(await holdsOf(store, 's')).toEqual([]);
  });

  test('a fork that has expired and is never asked for keeps nothing of a source that is deleted', async () => {
    const server = oneServer();
    const { service, store } = server;
    await created(service, 's', LONG);
    await fork(service, 'f', { from: 's' }, { expiry });
    await service.stream('s').delete();
    await sweep(server);
    expect(await holdsOf(store, 's')).toEqual([]);
    expect((await basesOf(store, 's')).length).toBe(1);
    expect(await service.stream('s').describe()).toEqual({ kind: 'missing' });
  });
});

describe('a source that is deleted', () => {
  test('is gone for everybody but its forks, and blocks its path', async () => {
    const server = oneServer();
    const { service, store } = server;
    await created(service, 's', LONG);
    await fork(service, 'f', { from: 's', after: 20 });
    expect(await service.stream('s').delete()).toEqual({ kind: 'deleted' });
    const held = { kind: 'missing', held: true };
    for (const { service: asked } of [server, serverOn(store)]) {
      const stream = asked.stream('s');
      expect(await stream.describe()).toEqual(held);
      expect(await stream.read()).toEqual(held);
      expect(await stream.readPiece('now')).toEqual(held);
      expect(await stream.append('x', TEXT)).toEqual(held);
      expect(await stream.close()).toEqual(held);
      expect(await stream.delete()).toEqual(held);
      expect(await stream.create(TEXT)).toMatchObject({ code: 'stream-held' });
      expect(await fork(asked, 'g', { from: 's' })).toMatchObject({ code: 'stream-held' });
      expect(await fork(asked, 's', { from: 'f' })).toMatchObject({ code: 'stream-held' });
      expect(await textOf(asked, 'f')).toBe(LONG.slice(0, 20).join(''));
    }
    expect(await service.streams.list()).toMatchObject({ streams: [{ name: 'f' }] });
    await sweep(server);
    expect(await textOf(serverOn(store).service, 'f')).toBe(LONG.slice(0, 20).join(''));
  });

  test('gives back its storage, and its path, when its last fork is deleted', async () => {
    const server = oneServer();
    const { service, store } = server;
    await created(service, 's', LONG);
    await fork(service, 'f', { from: 's' });
    await fork(service, 'g', { from: 's', after: 5 });
    await service.stream('s').delete();
    await sweep(server);
    await service.stream('f').delete();
    expect(await service.stream('s').describe()).toEqual({ kind: 'missing', held: true });
    await sweep(server);
    expect(await textOf(service, 'g')).toBe(LONG.slice(0, 5).join(''));
    await service.stream('g').delete();
    expect(await service.stream('s').describe()).toEqual({ kind: 'missing' });
    await sweep(server);
    for (const path of ['s', 'f', 'g']) expect((await basesOf(store, path)).length).toBe(1);
    expect(await service.stream('s').create({ ...TEXT, body: 'new' })).toMatchObject({ first: 28 });
  });

  test('a chain of forks goes from its end, whoever was deleted first', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
    ]) {
      const server = oneServer();
      const { service, store } = server;
      await created(service, 's0', LONG.slice(0, 5));
      await fork(service, 's1', { from: 's0' });
      await service.stream('s1').append('x', TEXT);
      await fork(service, 's2', { from: 's1' });
      const left = new Set([0, 1, 2]);
      for (const level of order) {
        expect(await service.stream(`s${level}`).delete()).toEqual({ kind: 'deleted' });
        left.delete(level);
        await sweep(server);
        const last = Math.max(...left, -1);
        for (const other of [0, 1, 2]) {
          const expected = left.has(other)
            ? { kind: 'stream' }
            : other < last
              ? { held: true }
              : { kind: 'missing' };
          expect(await service.stream(`s${other}`).describe()).toMatchObject(expected);
          expect((await basesOf(store, `s${other}`)).length > 1 || other > 0 || last < 0).toBe(true);
        }
        if (left.has(2)) expect(await textOf(service, 's2')).toBe(`${LONG.slice(0, 5).join('')}x`);
      }
      for (const level of [0, 1, 2]) {
        expect(await holdsOf(store, `s${level}`)).toEqual([]);
        expect((await basesOf(store, `s${level}`)).length).toBe(1);
      }
    }
  });
});

describe('what a creation that ended in between has left', () => {
  /** The source is held for a fork that has not come, as by a process that dies then. */
  async function abandoned() {
    const server = oneServer();
    const { service, store, clock } = server;
    await created(service, 's', LONG);
    const hold = { log: streamLogName('f'), incarnation: 0, after: 0, atMs: clock.nowMs() };
    expect(await holdLog(store, streamLogName('s'), hold)).toBe('held');
    return server;
  }

  test('is used by the next creation', async () => {
    const { service, store } = await abandoned();
    expect(await fork(service, 'f', { from: 's' })).toMatchObject({ kind: 'created' });
    expect((await holdsOf(store, 's')).length).toBe(1);
    await service.stream('f').delete();
    expect(await holdsOf(store, 's')).toEqual([]);
  });

  test('is swept with its source, and the fork can be created of another one', async () => {
    const server = await abandoned();
    const { service, store } = server;
    await service.stream('s').delete();
    await sweep(server);
    expect(await holdsOf(store, 's')).toEqual([]);
    expect((await basesOf(store, 's')).length).toBe(1);
    await created(service, 't', ['a']);
    expect(await fork(service, 'f', { from: 't' })).toMatchObject({ kind: 'created', first: 2 });
  });

  test('blocks the path of its source for a minute at most', async () => {
    const { service, clock } = await abandoned();
    await service.stream('s').delete();
    expect(await service.stream('s').create(TEXT)).toMatchObject({ code: 'stream-held' });
    clock.pass(61_000);
    expect(await service.stream('s').create(TEXT)).toMatchObject({ kind: 'created' });
  });

  test('does not matter to another stream in the place of the fork', async () => {
    const { service, clock, store } = await abandoned();
    await created(service, 'f', ['other']);
    await service.stream('s').delete();
    clock.pass(1000);
    expect(await service.stream('s').create(TEXT)).toMatchObject({ kind: 'created' });
    expect(await holdsOf(store, 's')).toEqual([]);
    expect(await textOf(service, 'f')).toBe('other');
  });
});

test('a deletion that ends before it releases its source is finished by the sweep', async () => {
  const server = oneServer();
  const { service, store } = server;
  await created(service, 's', LONG);
  await fork(service, 'f', { from: 's' });
  await service.stream('s').delete();
  await sweep(server);
  // Announced and deleted below the stream, as by a process that dies then.
  await new Log(store, 'system/deleted-logs').append([Buffer.from(streamLogName('f'))]);
  await new Log(store, streamLogName('f')).delete();
  expect((await holdsOf(store, 's')).length).toBe(1);
  await sweep(server);
  expect(await holdsOf(store, 's')).toEqual([]);
  expect((await basesOf(store, 's')).length).toBe(1);
});

test('a fork created in the place of one whose source was not released releases it', async () => {
  const { service, store } = oneServer();
  await created(service, 's', ['a']);
  await created(service, 't', ['b']);
  await fork(service, 'f', { from: 's' });
  await new Log(store, streamLogName('f')).delete();
  await fork(service, 'f', { from: 't' });
  expect(await holdsOf(store, 's')).toEqual([]);
  expect(await textOf(service, 'f')).toBe('b');
});

test('a stream that is no fork costs what it did, and a fork nothing more behind its first records', async () => {
  const { service, faulty } = oneServer();
  await created(service, 's', ['a']);
  await fork(service, 'f', { from: 's' });
  await service.stream('f').append('b', TEXT);
  for (const path of ['s', 'f']) {
    faulty.calls.length = 0;
    await service.stream(path).append('c', TEXT);
    await service.stream(path).read(1);
    expect(faulty.calls).toEqual(['update', 'last']);
  }
});
