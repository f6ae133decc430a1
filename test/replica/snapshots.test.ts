// Goal: a snapshot is saved whatever is lost or refused on the way, what the note names is there, and what it does not name is not.
// Method: replicas on a memory store that tells which blobs it has, with faults, savers that die and savers that are slow.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KernelReplica } from '../../src/coordination/kernel.ts';
import { checkSnapshots } from '../../src/diagnostics/snapshot-check.ts';
import { ofText } from '../../src/encoding/byte-string.ts';
import { Log } from '../../src/log/log.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { maintainNamespace } from '../../src/replica/maintenance.ts';
import { Replica, type ReplicaOptions } from '../../src/replica/replica.ts';
import { snapshotsOf } from '../../src/replica/snapshot-record.ts';
import { SnapshotSaver } from '../../src/replica/snapshot-saver.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore, type StoreMethod } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const NAMESPACE = 'namespace/default';
const EVERY = 10;
const MINUTE_MS = 60_000;

class ListedStore extends MemoryStore {
  readonly keys = new Set<string>();

  override async putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    this.keys.add(key);
    return super.putBlob(key, bytes);
  }

  override async removeBlob(key: string): Promise<void> {
    this.keys.delete(key);
    return super.removeBlob(key);
  }
}

function open(store: Store, options: ReplicaOptions & { clock: ManualClock }): KernelReplica {
  return new Replica(kernel, store, new Log(store, NAMESPACE), { snapshotEvery: EVERY, ...options });
}

async function write(replica: KernelReplica, count: number, from = 0, value = 'v'): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    const then = [{ kind: 'put', key: ofText(`k${index}`), value: ofText(value), lease: '' }] as const;
    const outcome = await replica.submit({
      kind: 'transaction',
      requestId: undefined,
      checks: [],
      then,
      else: [],
    });
    expect(outcome.kind).toBe('done');
  }
}

async function noted(store: Store) {
  return snapshotsOf(await store.metadataRecord(NAMESPACE, 'snapshot'));
}

/** Both snapshots are whole, and there is no chunk beside theirs. */
async function expectNothingLeftOver(store: ListedStore): Promise<void> {
  const { newest, previous, saving, leftOver } = await noted(store);
  expect({ saving, leftOver }).toEqual({ saving: [], leftOver: [] });
  const chunks = [newest, previous].reduce((sum, ref) => sum + (ref?.chunks ?? 0), 0);
  expect(store.keys.size).toBe(chunks);
  expect((await checkSnapshots({ store, log: NAMESPACE, machine: kernel })).faults).toEqual([]);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('how often', () => {
  /** Where snapshots were saved, while `keys` keys of `valueBytes` each are written again and again. */
  async function positionsSaved(keys: number, valueBytes: number, commands: number): Promise<number[]> {
    const store = new ListedStore();
    const replica = open(store, { clock: new ManualClock() });
    const positions = new Set<number>();
    for (let command = 0; command < commands; command += 1) {
      await write(replica, 1, command % keys, 'v'.repeat(valueBytes));
      await replica.idle();
      positions.add((await noted(store)).newest?.position ?? 0);
    }
    return [...positions].filter((position) => position > 0);
  }

  test('a small state: after so many commands', async () => {
    expect(await positionsSaved(EVERY, 1, 4 * EVERY)).toEqual([10, 20, 30, 40]);
  });

  test('a large state: snapshots cost no more than the commands between them', async () => {
    const [keys, valueBytes] = [100, 10_000];
    const positions = await positionsSaved(keys, valueBytes, 5 * keys);
    const steady = positions.filter((position) => position > 2 * keys);
    expect(steady.length).toBeGreaterThan(1);
    for (const [index, position] of steady.entries()) {
      const before = positions[positions.indexOf(position) - 1] ?? 0;
      expect(position - before, `${index}: ${positions}`).toBeGreaterThan(0.9 * keys);
      expect(position - before, `${index}: ${positions}`).toBeLessThan(1.2 * keys);
    }
  });

  test('a very large state: no cold start replays more than fifty times as many', async () => {
    const store = new ListedStore();
    const saver = new SnapshotSaver(
      { store, log: NAMESPACE, clock: new ManualClock() },
      { every: EVERY, onError: (error) => expect.fail(String(error)) },
    );
    const chunk = new Uint8Array(300 * 1024);
    const positions = new Set<number>();
    for (let position = 1; position <= 110 * EVERY; position += 1) {
      saver.count(1);
      saver.offer({ position, bytes: 4 * chunk.length, encode: () => [chunk] });
      await saver.idle();
      positions.add((await noted(store)).newest?.position ?? 0);
    }
    expect([...positions]).toEqual([0, 50 * EVERY, 100 * EVERY]);
  });
});

describe('what is refused or lost on the way', () => {
  test.each([
    ['putBlob', 'throttled'],
    ['putBlob', 'lost-after'],
    ['removeBlob', 'throttled'],
    ['setMetadataRecord', 'throttled'],
    ['setMetadataRecord', 'lost-before'],
    ['setMetadataRecord', 'lost-after'],
    ['metadataRecord', 'throttled'],
  ] as const)('%s once %s: saved all the same', async (method, fault) => {
    const store = new ListedStore();
    const faulty = faultyStore(store);
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const replica = open(faulty.store, { clock, onError: (error) => errors.push(error) });
    for (let snapshot = 1; snapshot <= 4; snapshot += 1) {
      await write(replica, EVERY - 1);
      faulty.fail(method, fault);
      await write(replica, 1);
      await replica.idle();
    }
    expect(errors).toEqual([]);
    expect(await noted(store)).toMatchObject({ newest: { position: 40 }, previous: { position: 30 } });
    await expectNothingLeftOver(store);
  });

  test('an outage: its chunks go, the failure is told, and the next one is saved when it is over', async () => {
    const store = new ListedStore();
    let isOut = false;
    const failing: StoreMethod[] = ['putBlob', 'setMetadataRecord', 'removeBlob'];
    const intercepted = new InterceptedStore(store, (method, run) => {
      if (isOut && failing.includes(method))
        throw new StoreError('throttled', { definite: true, retryable: true });
      return run();
    });
    const clock = new ManualClock();
    const replica = open(intercepted, { clock });
    await write(replica, 2 * EVERY);
    isOut = true;
    await write(replica, EVERY);
    await replica.idle();
    expect(String(replica.snapshotFailure)).toContain('throttled');
    isOut = false;
    clock.pass(2 * MINUTE_MS);
    await write(replica, 1);
    await replica.idle();
    expect(replica.snapshotFailure).toBeUndefined();
    expect(await noted(store)).toMatchObject({ newest: { position: 31 } });
    clock.pass(20 * MINUTE_MS);
    await maintainNamespace(store, open(store, { clock }));
    await expectNothingLeftOver(store);
  });

  test('maintenance that cannot save the snapshot says so, and does the rest', async () => {
    const store = new ListedStore();
    const clock = new ManualClock();
    await write(open(store, { clock, snapshotEvery: 1000 }), EVERY);
    const denied = new InterceptedStore(store, (method, run) => {
      if (method === 'putBlob') throw new StoreError('denied', { definite: true, retryable: false });
      return run();
    });
    const errors: unknown[] = [];
    const replica = open(denied, { clock, onError: (error) => errors.push(error) });
    const maintained = await maintainNamespace(denied, replica);
    expect(maintained).toMatchObject({ snapshotLag: EVERY, snapshotAt: 0 });
    expect(String(maintained.snapshotFailure)).toContain('denied');
    // It is still due, and not tried again with every look.
    expect(String((await maintainNamespace(denied, replica)).snapshotFailure)).toContain('denied');
    expect(errors.length).toBe(1);
    await expectNothingLeftOver(store);
  });
});

describe('several savers', () => {
  test('a slow one that meets newer snapshots removes nothing but its own', async () => {
    const store = new ListedStore();
    const clock = new ManualClock();
    const faulty = faultyStore(store);
    await write(open(store, { clock, snapshotEvery: 1000 }), EVERY);
    const held = faulty.hold('putBlob');
    const slow = open(faulty.store, { clock });
    await slow.read(() => undefined);
    await held.reached;
    const quick = open(store, { clock });
    for (let snapshot = 0; snapshot < 2; snapshot += 1) {
      await quick.read(() => undefined);
      await quick.idle();
      clock.pass(2 * MINUTE_MS);
      await quick.read(() => undefined);
      await quick.idle();
      if (snapshot === 0) await write(quick, EVERY);
    }
    expect(await noted(store)).toMatchObject({ newest: { position: 20 }, previous: { position: 10 } });
    held.release();
    await slow.idle();
    await expectNothingLeftOver(store);
    expect(await noted(store)).toMatchObject({ newest: { position: 20 }, previous: { position: 10 } });
  });

  test('one that dies in the middle leaves nothing for ever', async () => {
    const store = new ListedStore();
    const clock = new ManualClock();
    const faulty = faultyStore(store);
    const replica = open(faulty.store, { clock });
    // Carried out, and the one who asked is gone.
    faulty.delayAnswer('putBlob');
    await write(replica, EVERY);
    await turns(5);
    expect(store.keys.size).toBe(1);
    const next = open(store, { clock, snapshotEvery: 1000 });
    await maintainNamespace(store, next, { clock });
    expect((await noted(store)).saving.length).toBe(1);
    clock.pass(20 * MINUTE_MS);
    await maintainNamespace(store, next, { clock });
    expect(store.keys.size).toBe(0);
    await expectNothingLeftOver(store);
  });

  test('one that was taken for dead does not name what others have removed', async () => {
    const store = new ListedStore();
    const clock = new ManualClock();
    const faulty = faultyStore(store);
    const slow = open(faulty.store, { clock });
    await write(slow, EVERY - 1);
    faulty.delayAnswer('putBlob');
    await write(slow, 1);
    await turns(5);
    expect(store.keys.size).toBe(1);
    clock.pass(20 * MINUTE_MS);
    await maintainNamespace(store, open(store, { clock, snapshotEvery: 1000 }), { clock });
    expect(store.keys.size).toBe(0);
    faulty.deliver();
    await slow.idle();
    expect((await noted(store)).newest).toBeUndefined();
    await expectNothingLeftOver(store);
  });
});

const TAKEN_FOR_ITS_OWN = [
  ...(['fine', 'fatal', 'fine', 'fine', 'throttled', 'fine', 'throttled'] as const),
  ...(['fine', 'fine', 'fine', 'lost-after'] as const),
];

test('whatever fails, everything that is there is named, and at last nothing is left over', async () => {
  const methods: StoreMethod[] = ['putBlob', 'removeBlob', 'setMetadataRecord', 'metadataRecord'];
  const fault = fc.constantFrom(
    'fine',
    'fine',
    'fine',
    'throttled',
    'lost-before',
    'lost-after',
    'fatal' as const,
  );
  const script = fc.array(fault, { minLength: 20, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(script, async (faults) => {
      const store = new ListedStore();
      const clock = new ManualClock();
      const left = [...faults];
      const intercepted = new InterceptedStore(store, async (method, run) => {
        const next = methods.includes(method) ? left.shift() : 'fine';
        if (next === 'throttled') throw new StoreError(next, { definite: true, retryable: true });
        if (next === 'fatal') throw new StoreError(next, { definite: true, retryable: false });
        if (next === 'lost-before') throw new StoreError(next, { definite: false, retryable: true });
        const answer = await run();
        if (next === 'lost-after') throw new StoreError(next, { definite: false, retryable: true });
        return answer;
      });
      const replicas = [open(intercepted, { clock }), open(intercepted, { clock })] as const;
      for (let round = 0; round < 8; round += 1) {
        await write(replicas[round % 2 === 0 ? 0 : 1], 6);
        await replicas[0].idle();
        clock.pass(MINUTE_MS);
        const { newest, previous, saving, leftOver } = await noted(store);
        const named = [newest, previous, ...saving, ...leftOver].map((ref) => ref?.attempt);
        for (const key of store.keys) expect(named).toContain(/-([0-9a-f]+)\/\d+$/.exec(key)?.[1]);
      }
      left.length = 0;
      await Promise.all(replicas.map((replica) => replica.idle()));
      clock.pass(20 * MINUTE_MS);
      await maintainNamespace(store, open(store, { clock }), { clock });
      await expectNothingLeftOver(store);
    }),
    // Two savers whose announcements were refused in turn once took each other's attempt for their own.
    { numRuns: 60, examples: [[TAKEN_FOR_ITS_OWN]] },
  );
});
