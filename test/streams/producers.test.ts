// Goal: a stream says rightly what became of a producer's request, also where it was deleted and created anew.
// Method: two services on one memory store.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';

const by = (sequence: number, epoch = 0, id = 'p') => ({ producer: { id, epoch, sequence } });

function twoServers() {
  const { store, ...faults } = faultyStore(new MemoryStore());
  const options = { log: { writeTimeoutMs: 50, readTimeoutMs: 50 } };
  return { faults, one: open(store, options).stream('s'), other: open(store, options).stream('s') };
}

test('a request that is repeated at another server is told the last number of its producer', async () => {
  const { one, other } = twoServers();
  await one.create();
  for (const n of [0, 1, 2]) await one.append(`${n}`, by(n));
  expect(await other.append('"again"', by(1))).toEqual({
    ...{ kind: 'repeated', epoch: 0, sequence: 2, tail: 3, closed: false, first: 2, last: 2 },
  });
  expect(await other.append('3', by(3))).toMatchObject({ kind: 'appended', first: 4 });
});

describe('a repeated request answers its positions', () => {
  const smallSegments = { log: { segmentCapBytes: 60, trimAgeMinMs: 0, readTimeoutMs: 50 } };

  test('when it is the last one of its producer, whatever was appended since', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(sizes, { minLength: 1, maxLength: 5 }), async (producers) => {
        const store = new MemoryStore();
        const stream = open(store, smallSegments).stream('s');
        await stream.create();
        const told = new Map<string, unknown>();
        for (let number = 0; number < 5; number += 1) {
          for (const [index, counts] of producers.entries()) {
            const count = counts[number];
            if (count === undefined) continue;
            const body = JSON.stringify(Array.from({ length: count }, (_, at) => `${index}.${number}.${at}`));
            const result = await stream.append(body, by(number, 0, `p${index}`));
            if (result.kind === 'appended') told.set(`p${index}`, [result.first, result.last]);
          }
        }
        for (const [index, { length }] of producers.entries()) {
          const again = await open(store)
            .stream('s')
            .append('"again"', by(length - 1, 0, `p${index}`));
          if (again.kind !== 'repeated') throw new Error(again.kind);
          expect([again.first, again.last]).toEqual(told.get(`p${index}`));
        }
      }),
    );
  });

  test('but not when its records have been trimmed, nor where a late write has brought its segment back', async () => {
    const store = new MemoryStore();
    const stream = open(store, smallSegments).stream('s');
    await stream.create();
    await stream.append('"mine"', by(0));
    const { segment } = await store.last('stream/s');
    for (let number = 0; number < 20; number += 1)
      await stream.append(`"${'x'.repeat(30)}"`, by(number, 0, 'q'));
    expect(await stream.append('"mine"', by(0))).toMatchObject({ kind: 'repeated', first: 1, last: 1 });
    const log = new Log(store, 'stream/s', { trimAgeMinMs: 0 });
    for (let times = 0; times < 2; times += 1) await log.trim(15);
    expect(await stream.append('"mine"', by(0))).not.toHaveProperty('first');
    if (segment) await store.open('stream/s', segment);
    const again = await stream.append('"mine"', by(0));
    expect(again).toMatchObject({ kind: 'repeated', tail: 21 });
    expect(again).not.toHaveProperty('first');
  });

  test('nor when it is not the last one, and is in another segment', async () => {
    const stream = open(new MemoryStore(), smallSegments).stream('s');
    await stream.create();
    for (let number = 0; number < 5; number += 1) await stream.append(`"${'x'.repeat(60)}"`, by(number));
    expect(await stream.append('1', by(4))).toMatchObject({ kind: 'repeated', first: 5, last: 5 });
    expect(await stream.append('1', by(1))).not.toHaveProperty('first');
  });

  test('nor when the store cannot be asked: that it was carried out is known all the same', async () => {
    const { one, faults } = twoServers();
    await one.create();
    await one.append('1', by(0));
    faults.fail('metadataRecord', ...Array.from({ length: 100 }, () => 'lost-before' as const));
    expect(await one.append('1', by(0))).toEqual({
      ...{ kind: 'repeated', epoch: 0, sequence: 0, tail: 1, closed: false },
    });
  });
});

test('a body that cannot be appended does not use up the number', async () => {
  const { one } = twoServers();
  await one.create();
  expect(await one.append('{', by(0))).toMatchObject({ code: 'malformed-request' });
  expect(await one.append('[]', by(0))).toMatchObject({ code: 'invalid-request' });
  expect(await one.append('x', { ...by(0), contentType: 'text/plain' })).toMatchObject({
    code: 'content-type-mismatch',
  });
  expect(await one.append('1', { ...by(0), expectedTail: 7 })).toMatchObject({ kind: 'tail-mismatch' });
  expect(await one.append('1', by(0))).toMatchObject({ kind: 'appended', first: 1 });
});

test('a repetition counts before all else that is wrong with it by now', async () => {
  const { one } = twoServers();
  await one.create();
  const first = { ...by(0), sequence: 'a', expectedTail: 0, fencingToken: 5 };
  expect(await one.append('1', first)).toMatchObject({ kind: 'appended' });
  await one.append('2', { fencingToken: 9 });
  expect(await one.append('1', first)).toMatchObject({ kind: 'repeated' });
  expect(await one.append('3', { ...by(1), sequence: 'a', fencingToken: 9 })).toMatchObject({
    code: 'sequence-behind',
    end: { tail: 2 },
  });
});

test('what is out of turn is rejected, and says what comes next', async () => {
  const { one, other } = twoServers();
  await one.create();
  await one.append('1', by(0, 2));
  expect(await other.append('1', by(5, 2))).toMatchObject({
    ...{ kind: 'rejected', code: 'producer-gap', producer: { expectedSequence: 1 } },
  });
  expect(await other.append('1', by(1, 1))).toMatchObject({ code: 'producer-stale', producer: { epoch: 2 } });
  expect(await other.append('1', by(1, 3))).toMatchObject({ code: 'invalid-request' });
  expect(await other.append('1', by(1, 0, 'new'))).toMatchObject({ producer: { expectedSequence: 0 } });
  expect(await one.describe()).toMatchObject({ tail: 1 });
});

test('a stream that was created anew knows no producer of the one before', async () => {
  const { one, other } = twoServers();
  await one.create();
  await one.append('1', by(0));
  await other.delete();
  expect(await one.append('2', by(1))).toEqual({ kind: 'missing' });
  await other.create();
  expect(await one.append('2', by(1))).toMatchObject({ code: 'producer-gap' });
  expect(await one.append('1', by(0))).toMatchObject({ kind: 'appended', first: 3 });
});

describe('closing', () => {
  test('with a last append, and without one: the same request gets the same answer again', async () => {
    const { one, other } = twoServers();
    await one.create();
    expect(await one.append('1', { ...by(0), close: true })).toMatchObject({
      kind: 'appended',
      closed: true,
    });
    const repeated = { kind: 'repeated', sequence: 0, tail: 1, closed: true };
    expect(await other.append('"other body"', { ...by(0), close: true })).toMatchObject(repeated);
    expect(await other.close(by(0))).toMatchObject(repeated);
    expect(await other.close(by(1))).toMatchObject({ code: 'stream-closed', end: { closed: true } });
    expect(await other.close()).toMatchObject({ kind: 'closed' });
  });

  test('an answer that was lost is found again by the number', async () => {
    const { faults, one, other } = twoServers();
    await one.create();
    await one.append('1', by(0));
    faults.fail('update', 'lost-after');
    expect(await one.close(by(1))).toEqual({
      kind: 'repeated',
      epoch: 0,
      sequence: 1,
      tail: 1,
      closed: true,
    });
    expect(await other.read()).toMatchObject({ closed: true });
  });
});

describe('rules that cannot be', () => {
  test.each([
    [{ producer: { id: '', epoch: 0, sequence: 0 } }],
    [{ producer: { id: ' a', epoch: 0, sequence: 0 } }],
    [{ producer: { id: 'ä', epoch: 0, sequence: 0 } }],
    [{ producer: { id: 'x'.repeat(257), epoch: 0, sequence: 0 } }],
    [{ producer: { id: 'p', epoch: -1, sequence: 0 } }],
    [{ producer: { id: 'p', epoch: 0, sequence: 0.5 } }],
    [{ producer: { id: 'p', epoch: 2 ** 53, sequence: 0 } }],
    [{ sequence: '' }],
    [{ sequence: 'a\n' }],
    [{ sequence: 'x'.repeat(257) }],
  ])('%j', async (options) => {
    const { one } = twoServers();
    await one.create();
    expect(await one.append('1', options)).toMatchObject({ kind: 'rejected', code: 'invalid-request' });
    expect(await one.describe()).toMatchObject({ tail: 0 });
  });
});
