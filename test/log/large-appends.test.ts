// Goal: large appends and large records are appended and read like small ones, and nothing of them is left when they are gone.
// Method: the log on stores with faults, with a small threshold or with the real limits; every blob is counted.

import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../src/clock.ts';
import { ofText } from '../../src/encoding/byte-string.ts';
import { LARGE_APPEND_BYTES_MAX, RECORD_BYTES_MAX, UPLOADS_MAX } from '../../src/limits.ts';
import { DeletedLogs } from '../../src/log/deleted-logs.ts';
import { removeLargeBytes } from '../../src/log/large-removal.ts';
import { Log } from '../../src/log/log.ts';
import type { LogOptions } from '../../src/log/options.ts';
import type { Segment } from '../../src/log/segment.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { trimPointOf } from '../../src/log/trim-point.ts';
import { Replica } from '../../src/replica/replica.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { BlobsShown } from '../support/blobs-shown.ts';
import { positionsIn, records, textsIn } from '../support/bytes.ts';
import { deferred } from '../support/deferred.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;
/** So that a text of more than ten letters is large. */
const SMALL = { inlineBytesMax: 10, chunkBytes: 8, segmentCapBytes: 100, idleMs: HOUR_MS };
const LARGE = 'a text of thirty bytes or more';

function world(options: LogOptions = {}) {
  const memory = new BlobsShown();
  const faulty = faultyStore(memory);
  const clock = new ManualClock();
  const all = { clock, ...SMALL, ...options };
  const open = (store: Store = faulty.store) => new Log(store, 'log', all);
  const sweep = () => new DeletedLogs(memory, all).sweep();
  const uploads = async () => (await memory.metadataRecord('log', 'uploads'))?.value;
  return { memory, faulty, clock, open, sweep, uploads };
}

async function textsOf(store: Store): Promise<string[]> {
  return textsIn(await new Log(store, 'log').read());
}

const NO_UPLOADS = JSON.stringify({ generation: 0, pending: [] });

describe('an append', () => {
  test('of many bytes is one entry that names them, in its order among small ones', async () => {
    const { memory, open } = world();
    const log = open();
    const results = await Promise.all([
      log.append(records('a')),
      log.append(records(LARGE, 'and', 'more of it')),
      log.append(records('b')),
      log.append(records('c')),
    ]);
    expect(results.map((result) => result.kind === 'appended' && result.first)).toEqual([1, 2, 5, 6]);
    const { segments } = await memory.range('log', 0, 100_000);
    const sizes = segments.flatMap(({ entries }) => entries.map((entry) => entry.length));
    expect(Math.max(...sizes)).toBeLessThan(100);
    expect(await textsOf(memory)).toEqual(['a', LARGE, 'and', 'more of it', 'b', 'c']);
    expect(memory.keys.size).toBe(1 + Math.ceil(`${LARGE}andmore of it`.length / SMALL.chunkBytes));
  });

  test('as large as it may be, with records as large as they may be', async () => {
    const memory = new MemoryStore();
    const log = new Log(memory, 'log');
    const half = new Uint8Array(RECORD_BYTES_MAX).fill(1);
    const other = new Uint8Array(LARGE_APPEND_BYTES_MAX - RECORD_BYTES_MAX).fill(2);
    expect(await log.append([half, other])).toMatchObject({ kind: 'appended', first: 1, last: 2 });
    for (const [after, expected] of [half, other].entries()) {
      const result = await log.read(after, { bytesMax: 1000 });
      const data = result.kind === 'records' ? result.records.map((record) => record.data) : [];
      expect(data.map((one) => Buffer.compare(one, expected))).toEqual([0]);
    }
  });

  test('of more bytes, or with a larger record, is refused before anything is sent', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = new Log(faulty.store, 'log');
    const tooMany = [RECORD_BYTES_MAX, LARGE_APPEND_BYTES_MAX - RECORD_BYTES_MAX, 1];
    for (const lengths of [tooMany, [RECORD_BYTES_MAX + 1]]) {
      const result = await log.append(lengths.map((length) => new Uint8Array(length)));
      expect(result).toMatchObject({ kind: 'refused', reason: 'too-large' });
    }
    expect(faulty.calls).toEqual([]);
  });

  test('that is small costs what it always has', async () => {
    const { faulty, open } = world();
    const log = open();
    await log.append(records('a'));
    await log.append(records('b'));
    expect(faulty.calls).toEqual(['last', 'open', 'update']);
  });

  test('that the log refuses stores no bytes', async () => {
    const { memory, open, uploads } = world();
    const log = open();
    await log.append(records('a'));
    expect(await log.append(records(LARGE), { expectedTail: 7 })).toMatchObject({ reason: 'tail-mismatch' });
    await log.seal();
    expect(await log.append(records(LARGE))).toMatchObject({ kind: 'refused', reason: 'sealed' });
    expect([memory.keys.size, await uploads()]).toEqual([0, undefined]);
  });

  test('that is refused after its bytes are stored leaves none', async () => {
    const { memory, faulty, open, uploads } = world();
    const log = open();
    await log.append(records('a'));
    const held = faulty.hold('update');
    const late = log.append(records(LARGE), { expectedTail: 1 });
    await held.reached;
    await open(memory).append(records('b'));
    held.release();
    expect(await late).toMatchObject({ kind: 'refused', reason: 'tail-mismatch', tail: 2 });
    await log.idle();
    expect([memory.keys.size, await uploads()]).toEqual([0, NO_UPLOADS]);
  });

  test.each(['throttled', 'lost-before', 'lost-after', 'duplicated'] as const)(
    'happens once when calls are %s',
    async (fault) => {
      const methods = ['last', 'update', 'open', 'putBlob', 'metadataRecord', 'setMetadataRecord'] as const;
      for (const method of methods) {
        const { memory, faulty, open, uploads } = world();
        const log = open();
        await log.append(records('a'));
        faulty.fail(method, fault, fault);
        expect(await log.append(records(LARGE))).toMatchObject({ kind: 'appended', first: 2 });
        faulty.forgive(method);
        await log.idle();
        expect(await textsOf(memory)).toEqual(['a', LARGE]);
        expect(await uploads()).toBe(NO_UPLOADS);
      }
    },
  );

  test('creates a log, seals it, and is told from another with the same bytes', async () => {
    const { memory, open } = world();
    const log = open();
    const created = await log.append(records(LARGE), {
      create: 'must-be-new',
      createContentType: 'text/plain',
    });
    expect(created).toMatchObject({ kind: 'appended', first: 1, metadata: { contentType: 'text/plain' } });
    expect(await log.append(records(LARGE), { seal: true })).toMatchObject({ kind: 'appended', first: 2 });
    expect(await log.append(records(LARGE), { create: 'must-be-new' })).toMatchObject({ reason: 'exists' });
    expect(await textsOf(memory)).toEqual([LARGE, LARGE]);
  });

  test('of a producer is carried out once', async () => {
    const { memory, open } = world();
    const producer = { id: 'p', epoch: 0, sequence: 0 };
    expect(await open().append(records(LARGE), { producer })).toMatchObject({ kind: 'appended' });
    expect(await open().append(records(LARGE), { producer })).toMatchObject({ reason: 'repeated' });
    expect(await textsOf(memory)).toEqual([LARGE]);
    expect(await open().positionsOf(producer, 0)).toEqual({ first: 1, last: 1 });
  });

  test('counts with the bytes that it names for what follows it', async () => {
    const { memory, open } = world({ segmentCapBytes: 1 });
    const log = open();
    await log.append([new Uint8Array(5000)], { createContentType: 'text/plain' });
    await log.append(records('a'));
    const { segments } = await memory.range('log', 0, 10_000);
    const [first, second] = segments;
    expect(second?.metadata.past?.bytes).toBe((first?.bytes ?? 0) + 5000);
  });

  test('whose bytes cannot be stored is a definite failure', async () => {
    const { memory, faulty, open } = world({ writeTimeoutMs: 100 });
    const log = open();
    await log.append(records('a'));
    faulty.fail('putBlob', ...Array(1000).fill('throttled'));
    expect(await log.append(records(LARGE))).toMatchObject({ kind: 'failed', definite: true });
    faulty.forgive('putBlob');
    expect(await log.append(records('b'))).toMatchObject({ kind: 'appended', first: 2 });
    expect(await textsOf(memory)).toEqual(['a', 'b']);
    expect(memory.keys.size).toBe(0);
  });
});

describe('a read', () => {
  test('in pages of any size, from any position, shows the same', async () => {
    const { memory, open } = world();
    const texts = ['a', ...Array.from({ length: 9 }, (_, index) => `${index} ${'x'.repeat(index * 3)}`), 'z'];
    const log = open();
    await log.append(records('a'));
    await log.append(texts.slice(1, -1).map((text) => new TextEncoder().encode(text)));
    await log.append(records('z'));
    for (const limits of [{ recordsMax: 1 }, { recordsMax: 4 }, { bytesMax: 1 }, { bytesMax: 20 }, {}]) {
      for (let from = 0; from < texts.length; from += 1) {
        const found: string[] = [];
        let result = await open(memory).read(from, limits);
        while (result.kind === 'records') {
          const bytes = result.records.reduce((sum, { data }) => sum + data.length, 0);
          if (result.records.length > 1) expect(bytes).toBeLessThanOrEqual(limits.bytesMax ?? 1000);
          expect(result.records.length).toBeLessThanOrEqual(limits.recordsMax ?? 1000);
          found.push(...result.records.map(({ data }) => new TextDecoder().decode(data)));
          if (result.upToDate) break;
          result = await log.read(result.cursor, limits);
        }
        expect(found).toEqual(texts.slice(from));
      }
    }
  });

  test('loads just the chunks that hold what it shows', async () => {
    const { faulty, open } = world({ chunkBytes: 100 });
    await open().append([new Uint8Array(1000), new Uint8Array(150), new Uint8Array(1000)]);
    const log = open();
    await log.checkTail();
    faulty.calls.length = 0;
    expect(positionsIn(await log.read(1, { bytesMax: 200 }))).toEqual([2]);
    // The index, and the chunks with the bytes 1000 to 1149.
    expect(faulty.calls.filter((method) => method === 'blob').length).toBe(3);
  });

  test('of bytes that are not those that were stored is refused, and never shows them', async () => {
    const { memory, open } = world();
    await open().append(records(LARGE));
    for (const key of [...memory.keys]) {
      const bytes = await memory.blob(key);
      await memory.removeBlob(key);
      await expect(open().read(0)).rejects.toThrow('bytes are missing');
      await memory.putBlob(key, Uint8Array.of(...(bytes ?? []).slice(1), 7));
      await expect(open().read(0)).rejects.toThrow('do not have their digest');
      await memory.removeBlob(key);
      await memory.putBlob(key, bytes ?? new Uint8Array());
    }
    expect(await textsOf(memory)).toEqual([LARGE]);
  });
});

async function trimTwice(log: Log, clock: ManualClock, position: number): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    await log.trim(position);
    clock.pass(2 * HOUR_MS);
  }
}

describe('bytes are removed', () => {
  test('with the segment that names them, when it is trimmed, and no others', async () => {
    const { memory, open, clock } = world();
    const log = open();
    for (const text of ['one', 'two', 'three']) await log.append(records(`${LARGE} ${text}`));
    await trimTwice(log, clock, 2);
    expect(positionsIn(await log.read())).toEqual([3]);
    const left = new Set([...memory.keys].map((key) => key.split('/')[2]));
    const segments = (await memory.range('log', 0, 10_000)).segments;
    expect(left.size).toBe(segments.flatMap(({ entries }) => entries).length);
    expect(left.size).toBeLessThan(3);
  });

  test('of a log that is deleted, and not of its next incarnation', async () => {
    const { memory, open, clock, sweep } = world();
    const log = open();
    await log.append(records(`${LARGE} one`));
    await new DeletedLogs(memory, { clock }).announce('log');
    await log.delete();
    await log.append(records(`${LARGE} two`));
    for (let times = 0; times < 3; times += 1) {
      await sweep();
      clock.pass(2 * HOUR_MS);
    }
    expect(new Set([...memory.keys].map((key) => key.split('/')[2])).size).toBe(1);
    expect(positionsIn(await log.read())).toEqual([3]);
  });
});

test('nothing is left of a log that is deleted, also of what is beside its tombstone', async () => {
  const { memory, open, clock, sweep } = world();
  const log = open();
  await log.append(records(`${LARGE} one`));
  await new DeletedLogs(memory, { clock }).announce('log');
  await log.delete();
  expect((await memory.range('log', 0, 10_000)).segments.length).toBe(1);
  for (let times = 0; times < 4; times += 1) {
    await sweep();
    clock.pass(2 * HOUR_MS);
  }
  expect(memory.keys).toEqual(new Set());
  expect((await memory.range('log', 0, 10_000)).segments.length).toBe(1);
  expect(await sweep()).toEqual({ segmentsRemoved: 0, logsPending: 0 });
  await log.append(records('two'));
  expect(positionsIn(await log.read())).toEqual([4]);
});

describe('rule 9: uploads of writers that have died', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  /** A writer stops with its bytes stored, before its append or after it. */
  async function stops(where: 'before' | 'after', existing: boolean) {
    const all = world();
    if (existing) await all.open(all.memory).append(records('a'));
    const { promise, resolve: release } = deferred();
    let stopped = false;
    const stoppedStore = new InterceptedStore(all.memory, async (method, run, log) => {
      if (log !== 'log' || method !== (existing ? 'update' : 'open')) return run();
      const early = where === 'after' ? run() : undefined;
      await early;
      stopped = true;
      await promise;
      return early ?? run();
    });
    const outcome = all.open(stoppedStore).append(records(LARGE));
    while (!stopped) await turn();
    return { ...all, release, outcome };
  }

  test('before the append: the bytes are swept, but not before the age', async () => {
    const { memory, clock, sweep, uploads } = await stops('before', true);
    await sweep();
    expect(memory.keys.size).toBeGreaterThan(0);
    clock.pass(2 * HOUR_MS);
    await sweep();
    expect([memory.keys.size, await uploads()]).toEqual([0, JSON.stringify({ generation: 1, pending: [] })]);
    expect((await memory.last('log')).segment?.metadata.uploadsFrom).toBe(1);
  });

  test('after the append: the bytes stay, and the upload is forgotten', async () => {
    const { memory, clock, sweep, uploads } = await stops('after', true);
    clock.pass(2 * HOUR_MS);
    await sweep();
    expect(await uploads()).toBe(JSON.stringify({ generation: 1, pending: [] }));
    expect(await textsOf(memory)).toEqual(['a', LARGE]);
  });

  test.each([true, false])(
    'a writer that was frozen, and goes on after the sweep, stores its bytes anew (log exists: %s)',
    async (existing) => {
      const { memory, clock, sweep, release, outcome } = await stops('before', existing);
      clock.pass(2 * HOUR_MS);
      await sweep();
      expect(memory.keys.size).toBe(0);
      release();
      expect(await outcome).toMatchObject({ kind: 'appended' });
      expect((await textsOf(memory)).at(-1)).toBe(LARGE);
    },
  );

  test('one that means to create a log is refused where uploads were given up, in every later incarnation', async () => {
    const { memory, clock, sweep, release, outcome, open } = await stops('before', false);
    clock.pass(2 * HOUR_MS);
    await sweep();
    const log = open(memory);
    await log.append(records('new'));
    await log.delete();
    release();
    expect(await outcome).toMatchObject({ kind: 'appended' });
    expect((await memory.last('log')).segment?.metadata.uploadsFrom).toBe(1);
    expect(await textsOf(memory)).toEqual([LARGE]);
  });

  test('on a sealed log, and on a full one', async () => {
    for (const seal of [true, false]) {
      const { memory, clock, sweep, release, outcome, open } = await stops('before', true);
      const log = open(memory);
      await log.append(records('0123456789'), { seal });
      if (!seal) await log.append([new Uint8Array(10), ...records(...Array(90).fill(''))]);
      clock.pass(2 * HOUR_MS);
      await sweep();
      release();
      const expected = seal ? { kind: 'refused', reason: 'sealed' } : { kind: 'appended' };
      expect(await outcome).toMatchObject(expected);
      expect((await textsOf(memory)).at(-1)).toBe(seal ? '0123456789' : LARGE);
    }
  });

  test('a sweep that is repeated, or runs twice at once, does what one does', async () => {
    const { memory, clock, sweep, open } = await stops('before', true);
    clock.pass(2 * HOUR_MS);
    await Promise.all([sweep(), sweep()]);
    await sweep();
    expect(memory.keys.size).toBe(0);
    expect(await open(memory).append(records(LARGE))).toMatchObject({ kind: 'appended', first: 2 });
  });

  test('a try to list it that was given up since is not listed again under its id', async () => {
    const { memory, clock, open, uploads } = world();
    await open(memory).append(records('a'));
    const lost = deferred();
    let tries = 0;
    const writerStore = new InterceptedStore(memory, async (method, run, of) => {
      const isFirst = method === 'setMetadataRecord' && of === 'log' && ++tries === 1;
      const answer = await run();
      if (!isFirst) return answer;
      await lost.promise;
      throw new StoreError('timed out', { definite: false, retryable: true });
    });
    const appended = open(writerStore).append(records(LARGE));
    while (tries === 0) await turn();
    // The clock of the sweep is wrong by hours, and the sweep is slow.
    const removal = deferred();
    let removing = false;
    const sweepStore = new InterceptedStore(memory, async (method, run) => {
      if (method === 'removeBlob') {
        removing = true;
        await removal.promise;
      }
      return run();
    });
    const ahead = new ManualClock();
    ahead.pass(2 * HOUR_MS);
    const swept = new Log(sweepStore, 'log', { ...SMALL, clock: ahead }).sweepUploads();
    while (!removing) await turn();
    lost.resolve();
    clock.pass(1);
    expect(await appended).toMatchObject({ kind: 'appended', first: 2 });
    removal.resolve();
    expect(await swept).toEqual({ removed: 1, pending: 0 });
    expect(await textsOf(memory)).toEqual(['a', LARGE]);
    expect(await uploads()).toBe(JSON.stringify({ generation: 1, pending: [] }));
  });

  test('a writer that is late to list its upload announces it again', async () => {
    const { memory, clock, open } = world();
    const slow = new InterceptedStore(memory, async (method, run, of) => {
      if (method === 'setMetadataRecord' && of === 'log') clock.pass(HOUR_MS * 0.75);
      return run();
    });
    expect(await open(slow).append(records(LARGE))).toMatchObject({ kind: 'appended' });
    expect(textsIn(await new Log(memory, 'system/deleted-logs').read())).toEqual(['log', 'log']);
  });

  test('too many at once are a definite failure', async () => {
    const { memory, open } = world();
    const upload = { id: '0'.repeat(24), chunks: 1, generation: 0, base: 0, atMs: 0 };
    const value = JSON.stringify({ generation: 0, pending: Array(UPLOADS_MAX).fill(upload) });
    await memory.setMetadataRecord('log', 'uploads', value, 0);
    expect(await open().append(records(LARGE))).toMatchObject({ kind: 'failed', definite: true });
    expect([memory.keys.size, (await memory.last('log')).segment]).toEqual([0, undefined]);
  });
});

test('a trimmer that is late removes nothing that a zombie names', async () => {
  const { memory, clock, open } = world();
  const log = open();
  for (const text of ['one', 'two', 'three']) await log.append(records(`${LARGE} ${text}`));
  const stale = await memory.metadataRecord('log', 'trim-point');
  await trimTwice(log, clock, 2);
  const real = (await memory.last('log')).segment;
  expect(real?.base).toBeGreaterThan(0);
  const zombie = { ...real, base: 0, tail: 1 } as Segment;
  await memory.open('log', zombie);
  const parts = { store: memory, clock, random: systemRandom, log: 'log' };
  expect(await removeLargeBytes(parts, stale, 0, real?.base ?? 0)).toBe(false);
  expect(positionsIn(await log.read())).toEqual([3]);
});

test('a trim removes nothing that a zombie behind the trim point names', async () => {
  const { memory, clock, open } = world();
  const log = open();
  for (const text of ['one', 'two', 'three', 'four', 'five', 'six'])
    await log.append(records(`${LARGE} ${text}`));
  await trimTwice(log, clock, 3);
  const real = (await memory.last('log')).segment;
  const { sweptTo } = trimPointOf(await memory.metadataRecord('log', 'trim-point'));
  expect(sweptTo).toBeGreaterThan(0);
  // A late request brings a segment back, with an entry that is in the chain since.
  await memory.open('log', { ...real, base: 0, tail: 1 } as Segment);
  await trimTwice(log, clock, 5);
  expect(trimPointOf(await memory.metadataRecord('log', 'trim-point')).sweptTo).toBeGreaterThan(sweptTo);
  expect(positionsIn(await log.read())).toEqual([6]);
});

describe('a replica', () => {
  test('has commands that are stored whole, and is refused a larger one', async () => {
    const store = new MemoryStore();
    const replica = new Replica(kernel, store, new Log(store, 'namespace/n'));
    const put = { kind: 'put', key: ofText('k'), value: ofText('x'.repeat(64 * 1024)) } as const;
    const command = { kind: 'transaction', checks: [], then: Array(5).fill(put), else: [] } as const;
    expect(await replica.submit(command)).toMatchObject({ kind: 'failed', definite: true, tooLarge: true });
  });

  test('does not take large appends from its own writes', async () => {
    const { open } = world();
    const log = open();
    log.beginReplay();
    await log.append(records('a'));
    expect(log.recentPiece(0, 1)).toBeDefined();
    await log.append(records(LARGE));
    expect(log.recentPiece(0, 2)).toBeUndefined();
    expect(log.recentPiece(1, 2)).toBeUndefined();
  });
});
