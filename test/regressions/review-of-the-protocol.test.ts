// Bugs that a reading of the protocol brought to light, each as the interleaving that showed it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../src/clock.ts';
import { Log } from '../../src/log/log.ts';
import type { LogOptions } from '../../src/log/options.ts';
import type { Cursor, ReadResult } from '../../src/log/results.ts';
import type { Segment } from '../../src/log/segment.ts';
import type { Store } from '../../src/log/store.ts';
import { Coalesced } from '../../src/replica/coalesced.ts';
import { Replica } from '../../src/replica/replica.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { storeErrorOf } from '../../src/store/dynamodb/errors.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { entryOf } from '../contract/store-contract.ts';
import { positionsIn, records, textsIn } from '../support/bytes.ts';
import { deferred } from '../support/deferred.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function logOn(store: Store, clock = new ManualClock(), options: LogOptions = {}): Log {
  return new Log(store, 'log', { clock, segmentCapBytes: 100, ...options });
}

function zombieAt(base: number): Segment {
  return {
    base,
    tail: base + 1,
    entries: [entryOf('zombie')],
    bytes: 30,
    cap: 100,
    metadata: { incarnation: 0 },
  };
}

function cursorOf(result: ReadResult): Cursor {
  if (result.kind !== 'records') throw new Error(result.kind);
  return result.cursor;
}

/** Six full segments of one record each. */
async function sixSegments(store: Store, clock: ManualClock): Promise<Log> {
  const log = logOn(store, clock);
  for (const letter of 'abcdef') await log.append(records(letter.repeat(100)));
  return log;
}

describe('a refusal rests on the log as it is, not as this writer remembers it', () => {
  test('compare-and-append at the true tail, after another writer has appended', async () => {
    const store = new MemoryStore();
    const [a, b] = [logOn(store), logOn(store)];
    await a.append(records('a'));
    await b.append(records('b', 'c'));
    expect(await a.append(records('d'), { expectedTail: 3 })).toMatchObject({ kind: 'appended', first: 4 });
  });

  test('compare-and-append at a tail that lies in a later segment than the one that refuses', async () => {
    const store = new MemoryStore();
    const [a, b] = [logOn(store), logOn(store)];
    await a.append(records('a'));
    await b.append(records('x'.repeat(100)));
    await b.append(records('c'));
    expect(await a.append(records('d'), { expectedTail: 3 })).toMatchObject({ kind: 'appended', first: 4 });
  });

  test('a log that was missing and has been created since', async () => {
    const store = new MemoryStore();
    const [a, b] = [logOn(store), logOn(store)];
    expect(await a.append(records('x'), { create: 'never' })).toMatchObject({ reason: 'missing' });
    await b.create();
    expect(await a.append(records('x'), { create: 'never' })).toMatchObject({ kind: 'appended' });
  });

  test('a log that existed and has been deleted since', async () => {
    const store = new MemoryStore();
    const [a, b] = [logOn(store), logOn(store)];
    await a.append(records('x'));
    await b.delete();
    expect((await a.create()).kind).toBe('changed');
  });

  test('sealing a log whose sealed incarnation is over seals the new incarnation', async () => {
    const store = new MemoryStore();
    const [a, b] = [logOn(store), logOn(store)];
    await a.append(records('x'));
    await a.seal();
    await b.delete();
    await b.create({ records: records('new') });
    expect((await a.seal()).kind).toBe('changed');
    expect(await b.append(records('y'))).toMatchObject({ reason: 'sealed' });
  });

  test('an append that meets the tombstone of an earlier incarnation finds the new one', async () => {
    const store = new MemoryStore();
    const [a, b] = [logOn(store), logOn(store)];
    await a.append(records('x'));
    await b.delete();
    await b.create({ records: records('new') });
    expect(await a.append(records('z'), { create: 'never' })).toMatchObject({ kind: 'appended', first: 4 });
  });
});

describe('rule 6 for readers', () => {
  test('a cursor in the middle, kept warm while its segment is marked, swept and brought back', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const log = await sixSegments(store, clock);
    let cursor = cursorOf(await log.read(0, { recordsMax: 1 }));
    await log.trim(5);
    for (let page = 0; page < 2; page += 1) {
      clock.pass(20 * MINUTE_MS);
      cursor = cursorOf(await log.read(cursor, { recordsMax: 1 }));
    }
    clock.pass(20 * MINUTE_MS);
    await log.trim(5);
    await store.open('log', zombieAt(2));
    await store.open('log', zombieAt(3));
    expect(await log.read(cursor)).toEqual({ kind: 'trimmed', first: 6 });
  });

  test('a reader frozen between its decision to trust a cursor and the query', async () => {
    const inner = new MemoryStore();
    const clock = new ManualClock();
    const log = await sixSegments(inner, clock);
    const faulty = faultyStore(inner);
    const reader = logOn(faulty.store, clock);
    const cursor = cursorOf(await reader.read(0, { recordsMax: 2 }));
    const frozen = faulty.hold('range');
    const reading = reader.read(cursor);
    await frozen.reached;
    await log.trim(5);
    clock.pass(HOUR_MS);
    await log.trim(5);
    await inner.open('log', zombieAt(cursor.base));
    frozen.release();
    expect(await reading).toEqual({ kind: 'trimmed', first: 6 });
  });

  /** A read from the first of six segments, of which the sweep removes the others after the first was read. */
  async function readAcrossSweep(readerClock: (clock: ManualClock) => ManualClock): Promise<ReadResult> {
    const inner = new MemoryStore();
    const clock = new ManualClock();
    const log = await sixSegments(inner, clock);
    await log.trim(6);
    let torn = true;
    const store = new InterceptedStore(inner, async (method, run) => {
      if (method !== 'range' || !torn) return run();
      torn = false;
      const [first] = (await inner.range('log', 0, 10_000)).segments;
      clock.pass(HOUR_MS);
      await log.trim(6);
      const { segments } = await inner.range('log', 1, 10_000);
      return { segments: [first, ...segments], complete: true } as never;
    });
    const freshAt = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
    return logOn(store, readerClock(clock)).read({ after: 0, base: 0, freshAt });
  }

  test('a range read that meets a sweep is not taken for the end of the log', async () => {
    expect(await readAcrossSweep((clock) => clock)).toEqual({ kind: 'trimmed', first: 7 });
  });

  // More than is promised: clocks may be wrong by a quarter of the age, not stand still for all of it. With clocks that are not, the
  // trim point has spoken before this guard has to (test/README.md, Mutants).
  test('nor by a reader whose clocks have both stood still', async () => {
    const result = await readAcrossSweep(() => new ManualClock());
    expect(positionsIn(result)).toEqual([1]);
    expect(result).toMatchObject({ upToDate: false });
  });

  test('a look at the end that is answered when its segment is no longer in the chain', async () => {
    const inner = new MemoryStore();
    const clock = new ManualClock();
    const log = await sixSegments(inner, clock);
    const last = (await inner.last('log')).segment;
    let late = true;
    // The answer takes an hour and a half: others go on meanwhile, mark the segment, sweep it, and its put comes once more.
    const store = new InterceptedStore(inner, async (method, run) => {
      const answer = await run();
      if (method !== 'last' || !late) return answer;
      late = false;
      await log.append(records('g'.repeat(100)), { expectedTail: 6 });
      await log.trim(7);
      clock.pass(HOUR_MS + 1);
      await log.trim(7);
      await log.append(records('h'));
      if (last) await inner.open('log', last);
      return answer;
    });
    const reader = logOn(store, clock);
    const cursor = cursorOf(await reader.read(5));
    expect(await reader.read(cursor)).toEqual({ kind: 'trimmed', first: 8 });
  });

  test('reading the middle of a log that nobody trims asks for no trim point', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = await sixSegments(faulty.store, new ManualClock());
    faulty.calls.length = 0;
    await log.read(1);
    expect(faulty.calls).toEqual(['last', 'last', 'range']);
  });
});

test('rule 6: a segment opened ahead by a writer that was frozen meanwhile does not swallow what follows', async () => {
  const inner = new MemoryStore();
  const clock = new ManualClock();
  const other = logOn(inner, clock);
  let armed = false;
  const store = new InterceptedStore(inner, async (method, run) => {
    if (armed && method === 'update') {
      const answer = await run();
      clock.pass(40 * MINUTE_MS);
      return answer;
    }
    if (armed && method === 'metadataRecord') {
      armed = false;
      const answer = await run();
      for (const text of ['y'.repeat(400), 'z'.repeat(400), 'w']) await other.append(records(text));
      await other.trim(7);
      clock.pass(2 * HOUR_MS);
      await other.trim(7);
      return answer;
    }
    return run();
  });
  const frozen = logOn(store, clock);
  await other.append(records('o'));
  await frozen.append(records('a'));
  await other.append(records('p'));
  armed = true;
  expect((await frozen.append(records('x'.repeat(80)))).kind).toBe('appended');
  const results = [await frozen.append(records('one')), await frozen.append(records('two'))];
  const there = textsIn(await logOn(inner, clock).read());
  for (const [index, text] of ['one', 'two'].entries()) {
    if (results[index]?.kind === 'appended') expect(there).toContain(text);
    else expect(results[index]).toMatchObject({ kind: 'failed', definite: false });
  }
});

describe('a change of rules whose answer was lost', () => {
  test('creating without records: indefinite, not "exists"', async () => {
    const faulty = faultyStore(new MemoryStore());
    faulty.fail('open', 'lost-after');
    expect(await logOn(faulty.store).create()).toMatchObject({ kind: 'failed', definite: false });
  });

  test('a fence that took effect and was overtaken: indefinite, not "fenced"', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const log = logOn(faulty.store);
    await log.append(records('a'));
    faulty.fail('update', 'lost-after');
    const fencing = log.fence(5);
    const retry = faulty.hold('update');
    await retry.reached;
    retry.release();
    expect((await fencing).kind).toBe('changed');
    faulty.fail('update', 'lost-after');
    const first = faulty.hold('update');
    const second = faulty.hold('update');
    const overtaken = log.fence(6);
    await first.reached;
    first.release();
    await second.reached;
    await logOn(inner).fence(7);
    second.release();
    expect(await overtaken).toMatchObject({ kind: 'failed', definite: false });
  });
});

describe('what must end, ends', () => {
  test('reading with a small limit in bytes gets past a full segment', async () => {
    const directory = await temporaryDirectory();
    for (const store of [new MemoryStore(), new SqliteStore(directory.path)]) {
      const log = logOn(store);
      for (let index = 0; index < 6; index += 1) await log.append(records(`${'x'.repeat(60)}${index}`));
      const seen: number[] = [];
      let result = await log.read(0, { bytesMax: 100 });
      for (let reads = 0; reads < 20; reads += 1) {
        seen.push(...positionsIn(result));
        if (result.kind === 'records' && result.upToDate) break;
        result = await log.read(cursorOf(result), { bytesMax: 100 });
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
      await store.close();
    }
    await directory.remove();
  });

  test('an append that cannot even be encoded fails alone', async () => {
    let broken = true;
    const random = {
      ...systemRandom,
      bytes(count: number) {
        if (!broken) return systemRandom.bytes(count);
        broken = false;
        throw new Error('no entropy');
      },
    };
    const log = logOn(new MemoryStore(), undefined, { random });
    expect(await log.append(records('a'))).toMatchObject({
      kind: 'failed',
      definite: true,
      message: 'no entropy',
    });
    expect(await log.append(records('b'))).toMatchObject({ kind: 'appended', first: 1 });
  });

  test('a submit whose log is deleted before it is applied', async () => {
    const store = new MemoryStore();
    const log = logOn(store);
    const replica = new Replica(kernel, store, log);
    Object.assign(log, { recentPiece: () => undefined });
    const append = log.append.bind(log);
    Object.assign(log, {
      append: async (...args: Parameters<Log['append']>) => {
        const result = await append(...args);
        await logOn(store).delete();
        return result;
      },
    });
    expect(await replica.submit({ kind: 'transaction', checks: [], then: [], else: [] })).toMatchObject({
      kind: 'failed',
      definite: false,
    });
  });

  test('runs that are shared do not overlap', async () => {
    let now = 0;
    let most = 0;
    const shared = new Coalesced(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
    });
    const twice = async () => {
      await shared.run();
      await shared.run();
    };
    await Promise.all([twice(), shared.run(), shared.run()]);
    expect(most).toBe(1);
  });
});

test('a route that is lost after the request was sent says nothing about the write', () => {
  const lost = (syscall: string) => Object.assign(new Error('lost'), { code: 'EHOSTUNREACH', syscall });
  expect(storeErrorOf(lost('read'), 'UpdateItem', true).definite).toBe(false);
  expect(storeErrorOf(lost('connect'), 'UpdateItem', true).definite).toBe(true);
});

test('SQLite: a disk that is full fails the write and does not end the process', async () => {
  const { path, remove } = await temporaryDirectory();
  const program = `
    import { SqliteStore } from './src/store/sqlite/store.ts';
    import { Log } from './src/log/log.ts';
    const log = new Log(new SqliteStore(${JSON.stringify(path)}), 'log', { writeTimeoutMs: 500 });
    let appended = 0;
    for (;;) {
      const result = await log.append([new Uint8Array(20_000)]);
      if (result.kind !== 'appended') {
        const { records } = await log.read(0, { bytesMax: 100_000_000 });
        console.log(result.kind, result.definite, records.length >= appended);
        process.exit(0);
      }
      appended += 1;
    }`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  // 1 MB per file, as on a disk with no room left.
  const command = `ulimit -f 2048; exec "$0" "$@" 2>/dev/null`;
  const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, ...args]);
  expect(stdout).toBe('failed true true\n');
  await remove();
});

describe('rule 6: what a brought-back segment refuses proves nothing', () => {
  const setUp = () => {
    const inner = new MemoryStore();
    const clock = new ManualClock();
    const [first, second] = [faultyStore(inner), faultyStore(inner)];
    return { inner, clock, first, second, other: logOn(inner, clock) };
  };

  test('a retry that is refused by a zombie does not append a second time', async () => {
    const { inner, clock, first, second, other } = setUp();
    const [asleep, thaw] = [deferred(), deferred()];
    const napping = {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      // The pause after the failure, and not the turn that a group of appends waits for.
      sleep: async (ms: number) => {
        if (ms === 0) return;
        asleep.resolve();
        await thaw.promise;
      },
    };
    await other.append(records('p'.repeat(100)));
    const put = second.hold('open');
    const zombie = logOn(second.store, clock).append(records('c'.repeat(100)));
    await put.reached;
    first.fail('open', 'lost-after');
    const writer = new Log(first.store, 'log', { clock: napping, segmentCapBytes: 100 });
    const retried = writer.append(records('X'.repeat(100)));
    await asleep.promise;
    for (const letter of 'qr') await other.append(records(letter.repeat(100)));
    await other.trim(2);
    clock.pass(HOUR_MS);
    await other.trim(2);
    put.release();
    expect(await zombie).toMatchObject({ kind: 'failed', definite: false });
    thaw.resolve();
    expect(await retried).toMatchObject({ kind: 'failed', definite: false });
    expect((await inner.last('log')).segment?.tail).toBe(4);
  });

  test('nobody opens a segment behind a zombie', async () => {
    const { inner, clock, first, second, other } = setUp();
    await other.append(records('p'.repeat(100)));
    const zombiePut = second.hold('open');
    const zombie = logOn(second.store, clock).append(records('c'.repeat(100), 'd'.repeat(100)));
    await zombiePut.reached;
    const stalePut = first.hold('open');
    const stale = logOn(first.store, clock).append(records('a'));
    await stalePut.reached;
    await other.append(records('q'.repeat(100)));
    await other.append(records('r'.repeat(100), 's'.repeat(100)));
    await other.trim(2);
    clock.pass(HOUR_MS);
    await other.trim(2);
    zombiePut.release();
    expect(await zombie).toMatchObject({ kind: 'failed', definite: false });
    stalePut.release();
    expect(await stale).toMatchObject({ kind: 'appended', first: 5 });
    const read = await logOn(inner, clock).read(2);
    expect(positionsIn(read)).toEqual([3, 4, 5]);
    expect(textsIn(read).at(-1)).toBe('a');
  });
});
