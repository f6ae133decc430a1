// Goal: a request about a name that would only be refused is answered as well without a record in the log.
// Method: two replicas on one store that counts its calls, each out of date as the test wants it.

import { describe, expect, test } from 'vitest';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Names } from '../../src/coordination/names.ts';
import { Log } from '../../src/log/log.ts';
import { Replica } from '../../src/replica/replica.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';

function twoOnOneStore() {
  const faulty = faultyStore(new MemoryStore());
  const names = () =>
    new Names(
      new Kernel(
        new Replica(kernel, faulty.store, new Log(faulty.store, 'namespace', { readTimeoutMs: 50 })),
      ),
    );
  const tail = async () => (await faulty.store.last('namespace')).segment?.tail;
  return { faulty, one: names(), other: names(), tail };
}

const ANN = { name: 'name', owner: 'ann', claimedAt: 1 };

describe('no record', () => {
  test('for a claim of a name that is taken, or one’s own', async () => {
    const { one, tail, faulty } = twoOnOneStore();
    await one.claim('name', 'ann');
    faulty.calls.length = 0;
    expect(await one.claim('NAME', 'ben')).toEqual({ kind: 'taken', position: 1, holder: ANN });
    expect(faulty.calls.length).toBe(1);
    expect(await one.claim('name', 'ann')).toEqual({ kind: 'already-yours', position: 1, holder: ANN });
    expect(await tail()).toBe(1);
  });

  test('for a release of nothing, or of somebody else’s', async () => {
    const { one, tail } = twoOnOneStore();
    await one.claim('name', 'ann');
    expect(await one.release('name', 'ben')).toEqual({ kind: 'not-yours', position: 1, holder: ANN });
    expect(await one.release('other', 'ben')).toEqual({ kind: 'not-held', position: 1 });
    expect(await tail()).toBe(1);
  });
});

describe('what others have done meanwhile counts', () => {
  test('a name that was given up can be claimed', async () => {
    const { one, other } = twoOnOneStore();
    await one.claim('name', 'ann');
    await other.release('name', 'ann');
    expect(await one.claim('name', 'ben')).toMatchObject({ kind: 'claimed', position: 3 });
  });

  test('a name that was given up and claimed by a third is refused with its holder of now', async () => {
    const { one, other, tail } = twoOnOneStore();
    await one.claim('name', 'ann');
    await other.release('name', 'ann');
    await other.claim('name', 'cat');
    expect(await one.claim('name', 'ben')).toMatchObject({ kind: 'taken', holder: { owner: 'cat' } });
    expect(await tail()).toBe(3);
  });

  test('a name that was claimed can be released', async () => {
    const { one, other } = twoOnOneStore();
    await one.claim('first', 'ann');
    await other.claim('name', 'ann');
    expect(await one.release('name', 'ann')).toMatchObject({ kind: 'released', position: 3 });
  });

  test('a name that was claimed is taken', async () => {
    const { one, other } = twoOnOneStore();
    await one.claim('first', 'ann');
    await other.claim('name', 'ann');
    expect(await one.claim('name', 'ben')).toMatchObject({ kind: 'taken', holder: { owner: 'ann' } });
  });
});

test('a refusal of a request with an id stays what it was', async () => {
  const { one, other } = twoOnOneStore();
  await one.claim('name', 'ann');
  const claim = () => one.claim('name', 'ben', { idempotencyKey: 'claim' });
  const release = () => other.release('free', 'ben', { idempotencyKey: 'release' });
  const [taken, notHeld] = [await claim(), await release()];
  expect([taken.kind, notHeld.kind]).toEqual(['taken', 'not-held']);
  await other.release('name', 'ann');
  await one.claim('free', 'ben');
  expect([await claim(), await release()]).toEqual([taken, notHeld]);
  expect(await one.lookUp('name')).toMatchObject({ kind: 'free' });
  expect(await one.lookUp('free')).toMatchObject({ kind: 'held', holder: { owner: 'ben' } });
});

test('when the look fails nothing has happened', async () => {
  const { one, faulty } = twoOnOneStore();
  await one.claim('name', 'ann');
  faulty.fail('range', ...Array.from({ length: 30 }, () => 'throttled' as const));
  expect(await one.claim('name', 'ben')).toMatchObject({ kind: 'failed', definite: true });
});
