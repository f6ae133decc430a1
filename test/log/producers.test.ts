// Goal: a log carries out each request of a producer once, whatever is lost, rolls over or is forgotten. Method: the
// pure rules by themselves, and logs as of several processes on one memory store with scripted faults.

import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { PRODUCERS_KEPT_BYTES_MAX } from '../../src/limits.ts';
import { Log } from '../../src/log/log.ts';
import { type ProducerState, producersCarried } from '../../src/log/producers.ts';
import type { Store } from '../../src/log/store.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';

const OPTIONS = { readTimeoutMs: 50, writeTimeoutMs: 50, segmentCapBytes: 64 };

function logOn(store: Store): Log {
  return new Log(store, 'log', OPTIONS);
}

const by = (id: string, sequence: number, epoch = 0) => ({ producer: { id, epoch, sequence } });
const send = (log: Log, text: string, id: string, sequence: number, epoch = 0) =>
  log.append([utf8(text)], by(id, sequence, epoch));
const often = <T>(fault: T) => Array.from({ length: 100 }, () => fault);

async function textsIn(store: Store): Promise<string[]> {
  const read = await logOn(store).read();
  return read.kind === 'records' ? read.records.map(({ data }) => Buffer.from(data).toString()) : [];
}

describe('a request is carried out once', () => {
  test('by every process, and after a restart', async () => {
    const store = new MemoryStore();
    const [one, other] = [logOn(store), logOn(store)];
    expect(await send(one, 'a', 'p', 0)).toMatchObject({ kind: 'appended', first: 1 });
    expect(await send(other, 'a again', 'p', 0)).toMatchObject({ kind: 'refused', reason: 'repeated' });
    expect(await send(other, 'b', 'p', 1)).toMatchObject({ kind: 'appended', first: 2 });
    expect(await send(one, 'b again', 'p', 1)).toMatchObject({ kind: 'refused', reason: 'repeated' });
    expect(await send(logOn(store), 'a again', 'p', 0)).toMatchObject({
      kind: 'refused',
      reason: 'repeated',
    });
    expect(await textsIn(store)).toEqual(['a', 'b']);
  });

  test('across many roll-overs and what was trimmed', async () => {
    const store = new MemoryStore();
    const log = new Log(store, 'log', { ...OPTIONS, trimAgeMinMs: 0 });
    await send(log, 'mine', 'p', 0);
    for (let index = 0; index < 40; index += 1) await send(log, 'x'.repeat(30), 'q', index);
    for (let times = 0; times < 2; times += 1) await log.trim(39);
    expect((await store.range('log', 0, 1)).segments[0]?.base).toBeGreaterThan(1);
    expect(await send(logOn(store), 'mine again', 'p', 0)).toMatchObject({ reason: 'repeated' });
    expect(await send(logOn(store), 'next', 'p', 1)).toMatchObject({ kind: 'appended' });
  });

  test('when the answer was lost and another process has repeated it meanwhile', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await send(log, 'a', 'p', 0);
    faulty.fail('update', 'lost-before');
    const first = send(log, 'b', 'p', 1);
    expect(await send(logOn(faulty.store), 'b elsewhere', 'p', 1)).toMatchObject({ kind: 'appended' });
    expect(await first).toMatchObject({ kind: 'refused', reason: 'repeated' });
    expect(await textsIn(faulty.store)).toEqual(['a', 'b elsewhere']);
  });

  test('when its own first try has landed: then it is appended, and not repeated', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await send(log, 'a', 'p', 0);
    faulty.fail('update', 'lost-after');
    expect(await send(log, 'b', 'p', 1)).toMatchObject({ kind: 'appended', first: 2 });
    expect(await textsIn(faulty.store)).toEqual(['a', 'b']);
  });

  test('also where many wait for one write', async () => {
    const store = new MemoryStore();
    const log = new Log(store, 'log', { ...OPTIONS, segmentCapBytes: 4096 });
    const sent = await Promise.all(
      [0, 1, 2].flatMap((n) => [send(log, `p${n}`, 'p', n), send(log, `q${n}`, 'q', n)]),
    );
    expect(sent.map(({ kind }) => kind)).toEqual(sent.map(() => 'appended'));
    expect(await Promise.all([send(log, 'p1', 'p', 1), send(log, 'p3', 'p', 3)])).toMatchObject([
      { reason: 'repeated' },
      { kind: 'appended' },
    ]);
  });
});

describe('what is refused, and changes nothing', () => {
  test('a request before which one is missing, an older epoch, and an epoch that does not begin at 0', async () => {
    const store = new MemoryStore();
    const log = logOn(store);
    expect(await send(log, 'x', 'p', 1)).toMatchObject({ reason: 'producer-gap' });
    expect(await send(log, 'a', 'p', 0, 3)).toMatchObject({ kind: 'appended' });
    for (const [sequence, epoch, reason] of [
      [2, 3, 'producer-gap'],
      [0, 2, 'stale-epoch'],
      [1, 2, 'stale-epoch'],
      [1, 4, 'producer-gap'],
    ] as const) {
      expect(await send(log, 'x', 'p', sequence, epoch)).toMatchObject({ kind: 'refused', reason });
    }
    expect(await send(log, 'b', 'p', 0, 4)).toMatchObject({ kind: 'appended' });
    expect(await send(log, 'x', 'p', 1, 3)).toMatchObject({ reason: 'stale-epoch' });
    expect(await textsIn(store)).toEqual(['a', 'b']);
  });

  test('a producer that has not been there is unknown to the next incarnation', async () => {
    const log = logOn(new MemoryStore());
    await send(log, 'a', 'p', 0);
    await log.delete();
    expect(await send(log, 'b', 'p', 1)).toMatchObject({ kind: 'refused', reason: 'producer-gap' });
    expect(await send(log, 'b', 'p', 0)).toMatchObject({ kind: 'appended', first: 3 });
  });

  test('a sequence text that is not greater than all before it, also after a roll-over', async () => {
    const store = new MemoryStore();
    const log = logOn(store);
    const show = (sequence: string) => log.append([utf8('x'.repeat(40))], { sequence });
    for (const sequence of ['09', '10', '2']) expect((await show(sequence)).kind).toBe('appended');
    for (const sequence of ['2', '10', ''])
      expect(await show(sequence)).toMatchObject({ reason: 'sequence-behind' });
    expect((await log.append([utf8('without')])).kind).toBe('appended');
    expect(await show('2')).toMatchObject({ reason: 'sequence-behind' });
  });
});

describe('the end of a log', () => {
  test('its own close may be repeated; another request is refused', async () => {
    const store = new MemoryStore();
    const log = logOn(store);
    await send(log, 'a', 'p', 0);
    expect(await log.append([utf8('last')], { ...by('p', 1), seal: true })).toMatchObject({
      kind: 'appended',
    });
    for (const other of [log, logOn(store)]) {
      expect(await send(other, 'last', 'p', 1)).toMatchObject({ reason: 'repeated' });
      expect(await other.seal(by('p', 1))).toMatchObject({ reason: 'repeated' });
      expect(await other.seal(by('p', 2))).toMatchObject({ reason: 'sealed' });
      expect(await other.seal(by('q', 0))).toMatchObject({ reason: 'sealed' });
      expect(await other.seal()).toMatchObject({ kind: 'changed' });
    }
  });

  test('a close whose answer was lost is known by its number', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await send(log, 'a', 'p', 0);
    faulty.fail('update', 'lost-after');
    expect(await log.seal(by('p', 1))).toMatchObject({ kind: 'refused', reason: 'repeated' });
    faulty.fail('update', ...often('lost-before' as const));
    expect(await log.seal(by('p', 1))).toMatchObject({ reason: 'repeated' });
  });

  test('a close that never arrived is indefinite, and can be repeated', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await send(log, 'a', 'p', 0);
    faulty.fail('update', ...often('lost-before' as const));
    expect(await log.seal(by('p', 1))).toMatchObject({ kind: 'failed', definite: false });
    faulty.forgive('update');
    expect(await log.seal(by('p', 1))).toMatchObject({ kind: 'changed' });
  });
});

describe('a segment hands on the producers that wrote last', () => {
  const state = (base: number): ProducerState => ({ epoch: 0, sequence: 1, base });

  test('as many as there is room for, however many there are', () => {
    const many = Array.from({ length: 1000 }, (_, index) => [`producer ${index}`, state(index)] as const);
    const carried = producersCarried(new Map(many)) ?? new Map();
    const ids = [...carried.keys()];
    expect(ids[0]).toBe('producer 999');
    expect(ids).toEqual(ids.map((_, index) => `producer ${999 - index}`));
    const bytes = ids.reduce((sum, id) => sum + id.length + 64, 0);
    expect(bytes).toBeLessThanOrEqual(PRODUCERS_KEPT_BYTES_MAX);
    expect(bytes).toBeGreaterThan(PRODUCERS_KEPT_BYTES_MAX - 100);
  });

  test('the same, in whichever order they are known', () => {
    const many = Array.from({ length: 1000 }, (_, index) => [`${index % 10}-${index}`, state(7)] as const);
    const reversed = producersCarried(new Map([...many].reverse()));
    expect([...(producersCarried(new Map(many)) ?? [])]).toEqual([...(reversed ?? [])]);
  });

  test('one that was forgotten is told what it may do, and is not repeated by mistake', async () => {
    const store = new MemoryStore();
    const log = logOn(store);
    await send(log, 'first', 'old', 0);
    await send(log, 'second', 'old', 1);
    for (let index = 0; index < 300; index += 1) await send(log, 'x'.repeat(60), `p${index}`, 0);
    const { segment } = await store.last('log');
    expect(segment?.metadata.producers?.size).toBeLessThan(300);
    expect(await send(log, 'third', 'old', 2)).toMatchObject({ kind: 'refused', reason: 'producer-gap' });
    expect(await send(log, 'anew', 'old', 0, 1)).toMatchObject({ kind: 'appended' });
  });

  test('a segment itself forgets none of its own', async () => {
    const store = new MemoryStore();
    const log = new Log(store, 'log', { ...OPTIONS, segmentCapBytes: 64 * 1024 });
    for (let index = 0; index < 400; index += 1) await send(log, 'x', `p${index}`, 0);
    expect((await store.last('log')).segment?.metadata.producers?.size).toBe(400);
    expect(await send(log, 'x', 'p0', 0)).toMatchObject({ reason: 'repeated' });
  });
});
