// Goal: a stream says rightly what became of a producer's request, also where it was deleted and created anew.
// Method: two services on one memory store.

import { describe, expect, test } from 'vitest';
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
    ...{ kind: 'repeated', epoch: 0, sequence: 2, tail: 3, closed: false },
  });
  expect(await other.append('3', by(3))).toMatchObject({ kind: 'appended', first: 4 });
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
