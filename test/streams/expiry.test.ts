// Goal: a stream is over when nobody has used it for its time to live, once and for all and for every server, and
// a new one at its path shows nothing of it. Method: services on one memory store, each with a clock of its own that
// is set by hand.

import { describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Stream } from '../../src/streams/stream.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { type Interleaved, inEveryOrder } from '../support/interleavings.ts';
import { ManualClock } from '../support/manual-clock.ts';

const TTL = { expiry: { ttlSeconds: 10 } };
const OPTIONS = { readTimeoutMs: 50, writeTimeoutMs: 50, segmentCapBytes: 60 };

type Use = readonly [what: string, use: (stream: Stream) => Promise<unknown>];

function serverOn(store: Store, clock = new ManualClock()) {
  return { clock, service: open(store, { clock, log: { ...OPTIONS, clock } }) };
}

function oneServer() {
  const faulty = faultyStore(new MemoryStore());
  const { clock, service } = serverOn(faulty.store);
  return { faulty, clock, service, stream: service.stream('s') };
}

describe('each use gives it its whole time again', () => {
  const uses: readonly Use[] = [
    ['an append', (stream) => stream.append('1')],
    ['a read', (stream) => stream.read()],
    ['a read of the tail', (stream) => stream.readPiece('now')],
    ['a close', (stream) => stream.close()],
    ['a close of a producer', (stream) => stream.close({ producer: { id: 'p', epoch: 0, sequence: 0 } })],
    ['a last append', (stream) => stream.append('1', { close: true })],
  ];

  test.each(uses)('%s', async (_, use) => {
    const { clock, stream } = oneServer();
    await stream.create(TTL);
    clock.pass(9000);
    await use(stream);
    clock.pass(9000);
    expect(await stream.describe()).toMatchObject({ kind: 'stream', ...TTL });
    clock.pass(1000);
    expect(await stream.describe()).toEqual({ kind: 'missing' });
  });

  test('a closed or fenced stream lives on while it is read', async () => {
    const { clock, stream } = oneServer();
    await stream.create(TTL);
    await stream.append('1', { fencingToken: 3, close: true });
    for (let times = 0; times < 4; times += 1) {
      clock.pass(9000);
      expect(await stream.read()).toMatchObject({ kind: 'data', closed: true });
    }
  });

  test('a stream of many segments is renewed by a read of its oldest records', async () => {
    const { clock, stream } = oneServer();
    await stream.create(TTL);
    for (let index = 0; index < 20; index += 1) await stream.append(`"${'x'.repeat(30)}"`);
    for (let times = 0; times < 3; times += 1) {
      clock.pass(9000);
      expect(await stream.readPiece('start', 10)).toMatchObject({ kind: 'piece' });
    }
    expect(await stream.describe()).toMatchObject({ kind: 'stream' });
  });

  test('a description does not, and neither does a list', async () => {
    const { clock, service, stream } = oneServer();
    await stream.create(TTL);
    clock.pass(9000);
    expect(await stream.describe()).toMatchObject({ kind: 'stream' });
    expect(await service.streams.list()).toMatchObject({ streams: [{ name: 's', ...TTL }] });
    clock.pass(1000);
    expect(await service.streams.list()).toMatchObject({ streams: [] });
    expect(await stream.read()).toEqual({ kind: 'missing' });
  });

  test('nothing moves a fixed time', async () => {
    const { clock, stream } = oneServer();
    const expiry = { atMs: clock.nowMs() + 10_000 };
    await stream.create({ expiry });
    clock.pass(9000);
    await stream.read();
    await stream.append('1');
    await stream.close();
    expect(await stream.describe()).toMatchObject({ kind: 'stream', expiry });
    clock.pass(1000);
    expect(await stream.describe()).toEqual({ kind: 'missing' });
  });

  test('reads that follow each other closely write once, also those of old records', async () => {
    const { faulty, clock, stream } = oneServer();
    await stream.create(TTL);
    for (let index = 0; index < 20; index += 1) await stream.append(`"${'x'.repeat(30)}"`);
    clock.pass(2000);
    await stream.readPiece('start', 10);
    faulty.calls.length = 0;
    for (let times = 0; times < 5; times += 1) await stream.readPiece('start', 10);
    expect(faulty.calls).not.toContain('update');
    expect(faulty.calls).not.toContain('open');
  });
});

describe('a stream that is over', () => {
  const uses: readonly Use[] = [
    ['an append', (stream) => stream.append('1')],
    ['a close', (stream) => stream.close()],
    ['a read', (stream) => stream.read()],
    ['a read of the tail', (stream) => stream.readPiece('now')],
    ['a deletion', (stream) => stream.delete()],
  ];

  test.each(uses)('is missing for %s, of this server and of another, and stays so', async (_, use) => {
    const store = new MemoryStore();
    const [one, slow] = [serverOn(store), serverOn(store)];
    await one.service.stream('s').create(TTL);
    await slow.service.stream('s').append('1');
    one.clock.pass(11_000);
    expect(await use(one.service.stream('s'))).toEqual({ kind: 'missing' });
    // By its own clock there would be time left.
    expect(await use(slow.service.stream('s'))).toEqual({ kind: 'missing' });
    expect(await slow.service.stream('s').append('2')).toEqual({ kind: 'missing' });
  });

  test('can be created anew with another configuration, and shows nothing of the one before', async () => {
    const { clock, stream } = oneServer();
    await stream.create({ ...TTL, body: '[1,2]' });
    clock.pass(10_000);
    const created = await stream.create({ contentType: 'text/plain', body: 'new' });
    expect(created).toMatchObject({ kind: 'created', first: 4, tail: 4, contentType: 'text/plain' });
    clock.pass(100_000);
    const read = await stream.read();
    expect(read.kind === 'data' && Buffer.from(read.body).toString()).toBe('new');
  });

  test('gives its storage back, as if it had been deleted', async () => {
    const { clock, faulty, service, stream } = oneServer();
    await stream.create(TTL);
    for (let index = 0; index < 5; index += 1) await stream.append(`"${'x'.repeat(60)}"`);
    clock.pass(10_000);
    await stream.describe();
    for (let times = 0; times < 3; times += 1) {
      await service.maintain();
      clock.pass(4_000_000);
    }
    const { segments } = await faulty.store.range(streamLogName('s'), 0, 10_000);
    expect(segments.map(({ base }) => base)).toEqual([5]);
  });

  test('while its deletion cannot be written, says so, and certainly does nothing', async () => {
    const { clock, faulty, stream } = oneServer();
    await stream.create(TTL);
    clock.pass(10_000);
    faulty.fail('update', ...Array.from({ length: 200 }, () => 'throttled' as const));
    expect(await stream.append('1')).toMatchObject({ kind: 'failed', definite: true });
    faulty.forgive('update');
    expect(await stream.append('1')).toEqual({ kind: 'missing' });
  });
});

test('a read that cannot renew says so', async () => {
  const { clock, faulty, stream } = oneServer();
  await stream.create(TTL);
  clock.pass(5000);
  faulty.fail('update', ...Array.from({ length: 200 }, () => 'throttled' as const));
  expect(await stream.read()).toMatchObject({ kind: 'failed', definite: true });
});

test('a second creation must name the same expiry', async () => {
  const { stream } = oneServer();
  expect(await stream.create(TTL)).toMatchObject({ kind: 'created', ...TTL });
  expect(await stream.create(TTL)).toMatchObject({ kind: 'exists', ...TTL });
  for (const expiry of [undefined, { ttlSeconds: 11 }, { atMs: 10_000 }])
    expect(await stream.create({ expiry })).toMatchObject({ code: 'stream-exists' });
});

test.each([
  { ttlSeconds: -1 },
  { ttlSeconds: 0.5 },
  { ttlSeconds: 1e10 },
  { atMs: Number.NaN },
  { atMs: 9e15 },
])('no stream can expire so: %j', async (expiry) => {
  expect(await oneServer().stream.create({ expiry })).toMatchObject({ code: 'invalid-request' });
});

/** No measure of anything: there are many orders, which takes long on a busy machine. */
const HANGS_AFTER_MS = 300_000;

describe('one server holds it for over, another uses it', { timeout: HANGS_AFTER_MS }, () => {
  interface Told {
    readonly kind: string;
  }
  const uses: readonly (readonly [string, (stream: Stream) => Promise<Told>])[] = [
    ['appends', (stream) => stream.append('2')],
    ['reads', (stream) => stream.read()],
    ['closes', (stream) => stream.close()],
  ];

  test.each(uses)('and %s: in every order both agree on what became of it', async (_what, use) => {
    const start = async (): Promise<Interleaved> => {
      const store = new MemoryStore();
      await serverOn(store)
        .service.stream('s')
        .create({ ...TTL, body: '1' });
      const answers: Told[] = [];
      const processes = [true, false].map((isAhead) => async (gated: Store) => {
        const { service, clock } = serverOn(gated);
        await service.stream('warm').create();
        await service.stream('warm').delete();
        clock.pass(isAhead ? 10_500 : 9500);
        const act = (stream: Stream) => (isAhead ? stream.describe() : use(stream));
        return async () => void answers.push(await act(service.stream('s')));
      });
      const check = async () => {
        const end = await new Log(store, streamLogName('s')).checkTail();
        const worked = answers.some(({ kind }) => ['appended', 'data', 'closed'].includes(kind));
        const isOver = answers.some(({ kind }) => kind === 'missing');
        // Who was answered has renewed it, so nobody is told that it is over. Who is told so is told so for good.
        expect(worked && isOver).toBe(false);
        if (worked) expect(end).toMatchObject({ segment: { metadata: { expiry: { renewals: 1 } } } });
        if (isOver) expect(end.kind).toBe('missing');
        expect(answers.length < 2 || worked || isOver).toBe(true);
      };
      return { store, processes, check };
    };
    expect(await inEveryOrder(start, 1)).toBeGreaterThan(5);
  });
});
