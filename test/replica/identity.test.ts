// Goal: a log belongs to one state machine and one incarnation. Method: a small state machine of a test and the kernel over one store.

import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { ReplicaStoppedError } from '../../src/replica/applier.ts';
import { Replica } from '../../src/replica/replica.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { diary } from '../support/diary.ts';
import { faultyStore } from '../support/faulty-store.ts';

const NAMESPACE = 'namespace';
const nothing = { kind: 'transaction', checks: [], then: [], else: [] } as const;

function openDiary(store: Store, snapshotEvery = 10_000) {
  return new Replica(diary, store, new Log(store, NAMESPACE), { snapshotEvery });
}

function openKernel(store: Store) {
  return new Replica(kernel, store, new Log(store, NAMESPACE));
}

async function pagesOf(replica: ReturnType<typeof openDiary>) {
  const read = await replica.read((state) => [...state]);
  return read.kind === 'read' ? read.value : read;
}

describe('a namespace remembers its state machine', () => {
  test('another one refuses to open it, and says what it found', async () => {
    const store = new MemoryStore();
    await openDiary(store).submit('dear diary');
    const other = openKernel(store);
    await expect(other.submit(nothing)).rejects.toThrow(ReplicaStoppedError);
    await expect(other.read(() => 0)).rejects.toThrow(
      'runs the state machine "diary"; this replica runs "kernel"',
    );
    expect(await pagesOf(openDiary(store))).toEqual(['1: dear diary']);
  });

  test('a log that is no namespace is left alone', async () => {
    const store = new MemoryStore();
    const log = new Log(store, NAMESPACE);
    await log.append([utf8('a record')]);
    await expect(openDiary(store).submit('dear diary')).rejects.toThrow('is not the log of a namespace');
    expect(await log.checkTail()).toMatchObject({ segment: { tail: 1 } });
  });

  test('of two that create it at once one is first, and the other adds nothing', async () => {
    const store = new MemoryStore();
    const [one, two] = [openDiary(store), openKernel(store)];
    await Promise.all([one.read(() => 0), two.read(() => 0)]);
    const outcomes = await Promise.allSettled([one.submit('dear diary'), two.submit(nothing)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await new Log(store, NAMESPACE).checkTail()).toMatchObject({ segment: { tail: 1 } });
  });

  test('two replicas of one state machine that create it at once both succeed', async () => {
    const store = new MemoryStore();
    const replicas = [openDiary(store), openDiary(store)];
    await Promise.all(replicas.map((replica) => replica.read(() => 0)));
    const outcomes = await Promise.all(replicas.map((replica) => replica.submit('dear diary')));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['done', 'done']);
    expect(await pagesOf(openDiary(store))).toHaveLength(2);
  });

  test('a create whose answer is lost is found again', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = openDiary(faulty.store);
    faulty.fail('open', 'lost-after');
    expect(await replica.submit('dear diary')).toMatchObject({ kind: 'done', position: 1, result: 1 });
    expect(await replica.submit('and then')).toMatchObject({ kind: 'done', position: 2, result: 2 });
  });
});

describe('a command that cannot be applied', () => {
  test('stops every replica, and its outcome is indefinite', async () => {
    const store = new MemoryStore();
    const replica = openDiary(store);
    await replica.submit('dear diary');
    expect(await replica.submit('unbearable')).toMatchObject({ kind: 'failed', definite: false });
    await expect(replica.submit('more')).rejects.toThrow(ReplicaStoppedError);
    await expect(openDiary(store).read(() => 0)).rejects.toThrow('a text that it cannot bear');
  });
});

describe('a sequenced read', () => {
  test('takes a position, and the state machine does not see it', async () => {
    const store = new MemoryStore();
    const replica = openDiary(store);
    await replica.submit('dear diary');
    expect(await replica.read((state) => [...state], { consistency: 'sequenced' })).toEqual({
      kind: 'read',
      position: 2,
      value: ['1: dear diary'],
    });
    expect(await replica.submit('and then')).toMatchObject({ position: 3, result: 2 });
    expect(await pagesOf(openDiary(store))).toEqual(['1: dear diary', '3: and then']);
  });
});

describe('several commands at once', () => {
  test('get consecutive positions and a result each', async () => {
    const replica = openDiary(new MemoryStore());
    expect(await replica.submitAll(['one', 'two', 'three'])).toEqual({
      kind: 'done',
      position: 3,
      results: [1, 2, 3],
    });
  });
});

describe('a log that is deleted and created again', () => {
  test('old replicas stop; new ones begin empty, and heed no snapshot of the earlier incarnation', async () => {
    const store = new MemoryStore();
    const old = openDiary(store, 2);
    for (const text of ['one', 'two', 'three']) await old.submit(text);
    await old.idle();
    await new Log(store, NAMESPACE).delete();
    expect(await openDiary(store).submit('new')).toMatchObject({ kind: 'done', position: 5, result: 1 });
    expect(await pagesOf(openDiary(store))).toEqual(['5: new']);
    expect(await old.submit('late')).toMatchObject({ kind: 'failed', definite: true });
    await expect(old.read(() => 0)).rejects.toThrow(ReplicaStoppedError);
    expect(await pagesOf(openDiary(store))).toEqual(['5: new']);
  });

  test('old replicas say that theirs is gone, also when the new one is for another state machine', async () => {
    const store = new MemoryStore();
    const old = openDiary(store);
    await old.submit('dear diary');
    await new Log(store, NAMESPACE).delete();
    await openKernel(store).submit(nothing);
    await expect(old.read(() => 0)).rejects.toThrow('was deleted, and created again');
    expect(old.logIsGone).toBe(true);
  });

  test('a command that creates the log anew after its replica has seen another one is not denied', async () => {
    const faulty = faultyStore(new MemoryStore());
    const replica = openDiary(faulty.store);
    await replica.read(() => 0);
    const creation = faulty.hold('open');
    const outcome = replica.submit('dear diary');
    await creation.reached;
    await openDiary(faulty.store).submit('of another one');
    await replica.read(() => 0);
    await new Log(faulty.store, NAMESPACE).delete();
    creation.release();
    expect(await outcome).toMatchObject({ kind: 'failed', definite: false });
    expect(await pagesOf(openDiary(faulty.store))).toEqual(['3: dear diary']);
    expect(replica.logIsGone).toBe(true);
  });

  test('a replica that has seen nothing yet begins with the new incarnation', async () => {
    const store = new MemoryStore();
    const early = openDiary(store);
    expect(await pagesOf(early)).toEqual([]);
    await openDiary(store).submit('one');
    await new Log(store, NAMESPACE).delete();
    await openDiary(store).submit('new');
    expect(await pagesOf(early)).toEqual(['3: new']);
  });

  test('snapshots of the new incarnation are saved and loaded', async () => {
    const store = new MemoryStore();
    const first = openDiary(store, 2);
    for (const text of ['one', 'two', 'three']) await first.submit(text);
    await first.idle();
    await new Log(store, NAMESPACE).delete();
    const second = openDiary(store, 2);
    for (const text of ['four', 'five', 'six', 'seven']) await second.submit(text);
    await second.idle();
    expect(await pagesOf(openDiary(store))).toEqual(['5: four', '6: five', '7: six', '8: seven']);
  });
});
