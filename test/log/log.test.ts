// Goal: what a log promises its users. Method: the public operations on the memory store, with real time where waiting matters.

import { describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import type { AppendResult } from '../../src/log/results.ts';
import type { Store } from '../../src/log/store.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { positionsIn, records, textsIn } from '../support/bytes.ts';
import { faultyStore } from '../support/faulty-store.ts';

function newLog(store: Store = new MemoryStore(), segmentCapBytes = 200): Log {
  return new Log(store, 'log', { segmentCapBytes });
}

function positionsOf(result: AppendResult): number[] {
  if (result.kind !== 'appended') throw new Error(JSON.stringify(result));
  return Array.from({ length: result.last - result.first + 1 }, (_, index) => result.first + index);
}

describe('append', () => {
  test('positions are dense and batches are consecutive', async () => {
    const log = newLog();
    expect(positionsOf(await log.append(records('a')))).toEqual([1]);
    expect(positionsOf(await log.append(records('b', 'c', 'd')))).toEqual([2, 3, 4]);
    expect(textsIn(await log.read())).toEqual(['a', 'b', 'c', 'd']);
  });

  test('concurrent appends of one process keep their order and share round trips', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = newLog(faulty.store, 60_000);
    const texts = Array.from({ length: 500 }, (_, index) => `r${index}`);
    const results = await Promise.all(texts.map((text) => log.append(records(text))));
    expect(results.flatMap(positionsOf)).toEqual(texts.map((_, index) => index + 1));
    expect(textsIn(await log.read())).toEqual(texts);
    expect(faulty.calls.filter((call) => call === 'update' || call === 'open').length).toBeLessThan(5);
  });

  test('a batch that is larger than the cap still goes as one', async () => {
    const log = newLog();
    await log.append(records('a'));
    expect(positionsOf(await log.append(records('x'.repeat(5000), 'y'.repeat(5000))))).toEqual([2, 3]);
    expect(positionsOf(await log.append(records('b')))).toEqual([4]);
  });

  test('more than an append may hold is refused before anything is sent', async () => {
    const faulty = faultyStore(new MemoryStore());
    const result = await newLog(faulty.store).append([new Uint8Array(1)], { bytesMax: 0 });
    expect(result).toMatchObject({ kind: 'refused', reason: 'too-large' });
    const many = await newLog(faulty.store).append(records(...Array(10_001).fill('')));
    expect(many).toMatchObject({ kind: 'refused', reason: 'too-large' });
    expect(faulty.calls).toEqual([]);
  });

  test('appends that wait together but do not fit into one batch go in several', async () => {
    const log = newLog();
    const large = Array.from({ length: 5 }, () => log.append([new Uint8Array(100 * 1024)]));
    expect((await Promise.all(large)).flatMap(positionsOf)).toEqual([1, 2, 3, 4, 5]);
  });

  test('compare-and-append: one of many with the same expected tail wins, and the others are told the tail', async () => {
    const store = new MemoryStore();
    await newLog(store).append(records('first'));
    const attempts = Array.from({ length: 8 }, (_, index) =>
      newLog(store).append(records(`w${index}`), { expectedTail: 1 }),
    );
    const results = await Promise.all(attempts);
    expect(results.filter((result) => result.kind === 'appended').length).toBe(1);
    for (const result of results.filter((one) => one.kind !== 'appended')) {
      expect(result).toMatchObject({ kind: 'refused', reason: 'tail-mismatch', tail: 2 });
    }
  });

  test('compare-and-append on an empty log expects 0, whether the log exists or not', async () => {
    expect(await newLog().append(records('a'), { expectedTail: 1 })).toMatchObject({
      reason: 'tail-mismatch',
    });
    expect(await newLog().append(records('a'), { expectedTail: 0 })).toMatchObject({ first: 1 });
    const log = newLog();
    await log.create();
    expect(await log.append(records('a'), { expectedTail: 0 })).toMatchObject({ first: 1 });
  });

  test('compare-and-append across a full segment', async () => {
    const log = newLog();
    await log.append(records('x'.repeat(300)));
    expect(await log.append(records('no'), { expectedTail: 0 })).toMatchObject({ reason: 'tail-mismatch' });
    expect(await log.append(records('yes'), { expectedTail: 1 })).toMatchObject({ first: 2 });
  });

  test('many independent writers: every append once, in one order, each writer in its own order', async () => {
    const store = new MemoryStore();
    const writers = Array.from({ length: 16 }, () => newLog(store));
    const appendAll = async (log: Log, writer: number) => {
      const positions: number[] = [];
      for (let index = 0; index < 50; index += 1) {
        positions.push(...positionsOf(await log.append(records(`${writer}.${index}`))));
      }
      return positions;
    };
    const positions = await Promise.all(writers.map(appendAll));
    const texts = textsIn(await newLog(store).read());
    expect(texts.length).toBe(800);
    for (const [writer, own] of positions.entries()) {
      expect(own.map((position) => texts[position - 1])).toEqual(own.map((_, index) => `${writer}.${index}`));
    }
  });
});

describe('seal, fence, delete', () => {
  test('nothing is appended to a sealed log, and sealing again changes nothing', async () => {
    const log = newLog();
    await log.append(records('a', 'b'));
    expect(await log.seal()).toMatchObject({ kind: 'changed', tail: 2 });
    expect(await log.seal()).toMatchObject({ kind: 'changed', tail: 2 });
    expect(await log.append(records('c'))).toMatchObject({ kind: 'refused', reason: 'sealed', tail: 2 });
    expect(textsIn(await log.read())).toEqual(['a', 'b']);
  });

  test('sealing a log whose last segment is full holds against a writer that was about to open the next', async () => {
    const store = new MemoryStore();
    const faulty = faultyStore(store);
    const slow = newLog(faulty.store);
    await slow.append(records('x'.repeat(300)));
    const held = faulty.hold('open');
    const pending = slow.append(records('late'));
    await held.reached;
    expect((await newLog(store).seal()).kind).toBe('changed');
    held.release();
    expect(await pending).toMatchObject({ kind: 'refused', reason: 'sealed' });
  });

  test('the last records and the seal go in one step', async () => {
    const log = newLog();
    await log.append(records('a'));
    expect(await log.append(records('b'), { seal: true })).toMatchObject({ first: 2 });
    expect(await log.append(records('c'))).toMatchObject({ reason: 'sealed' });
    expect(await log.append(records('d'), { seal: true })).toMatchObject({ reason: 'sealed' });
  });

  test('a fence shuts out writers with a smaller token or none, also in later segments', async () => {
    const store = new MemoryStore();
    const log = newLog(store);
    await log.append(records('before'));
    expect((await log.fence(7)).kind).toBe('changed');
    expect(await newLog(store).append(records('none'))).toMatchObject({ reason: 'fenced' });
    expect(await newLog(store).append(records('old'), { fencingToken: 6 })).toMatchObject({
      reason: 'fenced',
    });
    expect(await log.append(records('x'.repeat(300)), { fencingToken: 7 })).toMatchObject({ first: 2 });
    expect(await log.append(records('new'), { fencingToken: 9 })).toMatchObject({ first: 3 });
    expect(await log.append(records('old'), { fencingToken: 7 })).toMatchObject({ reason: 'fenced' });
    expect(await log.fence(8)).toMatchObject({ kind: 'refused', reason: 'fenced' });
    expect(await log.fence(9)).toMatchObject({ kind: 'changed' });
  });

  test('a deleted log is missing; created anew it goes on with new positions and shows nothing old', async () => {
    const store = new MemoryStore();
    const log = newLog(store);
    await log.append(records('old', 'older'));
    expect((await log.delete()).kind).toBe('appended');
    expect(await log.read()).toEqual({ kind: 'missing' });
    expect(await log.append(records('x'), { create: 'never' })).toMatchObject({ reason: 'missing' });
    expect(await log.delete()).toMatchObject({ kind: 'refused', reason: 'missing' });
    expect(await log.create({ records: records('new'), contentType: 'text/plain' })).toMatchObject({
      first: 4,
    });
    const read = await newLog(store).read();
    expect(textsIn(read)).toEqual(['new']);
    expect(positionsIn(read)).toEqual([4]);
    expect(await log.read(1)).toEqual({ kind: 'trimmed', first: 4 });
  });

  test('a late delete of an earlier incarnation does not touch the new one', async () => {
    const log = newLog();
    await log.create({ records: records('one') });
    await log.delete(0);
    await log.create({ records: records('two') });
    expect(await log.delete(0)).toMatchObject({ kind: 'refused', reason: 'missing' });
    expect(textsIn(await log.read())).toEqual(['two']);
  });

  test('an empty, a full and a sealed log can all be deleted and created anew', async () => {
    for (const prepare of [
      (log: Log) => log.create(),
      (log: Log) => log.append(records('x'.repeat(300))),
      (log: Log) => log.append(records('x'.repeat(300)), { seal: true }),
      async (log: Log) => {
        await log.create();
        return log.seal();
      },
    ]) {
      const log = newLog();
      await prepare(log);
      expect((await log.delete()).kind).toBe('appended');
      expect((await log.create()).kind).toBe('changed');
      expect(positionsIn(await log.read())).toEqual([]);
      expect((await log.append(records('again'), { create: 'never' })).kind).toBe('appended');
    }
  });

  test('creating is refused when the log exists, and one of many creators wins', async () => {
    const store = new MemoryStore();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => newLog(store).create({ records: records(`c${index}`) })),
    );
    expect(results.filter((result) => result.kind === 'appended').length).toBe(1);
    expect(textsIn(await newLog(store).read()).length).toBe(1);
  });
});

describe('read and follow', () => {
  test('from any position, in pages of any size, the same records', async () => {
    const log = newLog();
    const texts = Array.from({ length: 60 }, (_, index) => `record ${index}`);
    for (let index = 0; index < 60; index += 3) await log.append(records(...texts.slice(index, index + 3)));
    for (const after of [0, 1, 2, 7, 30, 58, 59, 60]) {
      for (const recordsMax of [1, 7, 1000]) {
        const seen: string[] = [];
        let result = await log.read(after, { recordsMax });
        for (;;) {
          if (result.kind !== 'records') throw new Error(result.kind);
          seen.push(...textsIn(result));
          if (result.upToDate) break;
          result = await log.read(result.cursor, { recordsMax });
        }
        expect(seen).toEqual(texts.slice(after));
      }
    }
  });

  test('a limit in bytes still brings at least one record', async () => {
    const log = newLog();
    await log.append(records('x'.repeat(500), 'y'));
    expect(positionsIn(await log.read(0, { bytesMax: 1 }))).toEqual([1]);
  });

  test('a position that does not exist yet, and a log that does not exist', async () => {
    const log = newLog();
    expect(await log.read()).toEqual({ kind: 'missing' });
    await log.append(records('a'));
    expect(positionsIn(await log.read(1))).toEqual([]);
    expect(await log.read(2)).toEqual({ kind: 'beyond-tail', tail: 1 });
  });

  test('a follower sees what was there and what comes, across segments, and ends with the log', async () => {
    const store = new MemoryStore();
    const writer = newLog(store);
    await writer.append(records('0', '1'));
    const seen: string[] = [];
    const following = (async () => {
      for await (const result of newLog(store).follow(0)) seen.push(...textsIn(result));
    })();
    for (let index = 2; index < 40; index += 1) await writer.append(records(String(index)));
    await writer.append(records('last'), { seal: true });
    await following;
    expect(seen).toEqual([...Array.from({ length: 40 }, (_, index) => String(index)), 'last']);
  });

  test('a follower ends when it is told to, and an append of its own process wakes it', async () => {
    const log = newLog();
    await log.append(records('a'));
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const result of log.follow(0, stop.signal)) {
      seen.push(...textsIn(result));
      if (seen.length === 1) void log.append(records('b'));
      else stop.abort();
    }
    expect(seen).toEqual(['a', 'b']);
  });

  test('a follower of a log that is deleted is told so', async () => {
    const log = newLog();
    await log.append(records('a'));
    const kinds: string[] = [];
    for await (const result of log.follow(0)) {
      kinds.push(result.kind);
      if (kinds.length === 1) await log.delete();
    }
    expect(kinds).toEqual(['records', 'missing']);
  });

  test('reads are repeated after a failure', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = newLog(faulty.store);
    await log.append(records('a'));
    faulty.fail('last', 'throttled', 'lost-before', 'lost-after');
    expect(textsIn(await log.read())).toEqual(['a']);
  });
});
