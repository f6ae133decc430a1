// Goal: the observer of a state sees every command once, in order, with the state as of exactly that command. Method: a diary, whose
// state is its pages, written in batches, by another replica, replayed, and jumped over by a snapshot.

import { expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { ReplicaStoppedError } from '../../src/replica/applier.ts';
import { maintainNamespace } from '../../src/replica/maintenance.ts';
import { Replica } from '../../src/replica/replica.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { diary } from '../support/diary.ts';

const EVERY = 10;

/** For each command its position, itself and the whole state at that moment; for a snapshot its position. */
function open(store: Store) {
  const told: unknown[] = [];
  const log = new Log(store, 'namespace', { trimAgeMinMs: 0, segmentCapBytes: 1 });
  const replica = new Replica(
    diary,
    store,
    log,
    { snapshotEvery: EVERY },
    {
      applied({ position, command, result, changes }, state) {
        expect({ result, changes }).toEqual({ result: position, changes: [command] });
        expect(replica.position).toBe(position);
        told.push([position, command, state.join()]);
      },
      adopted: (position, state) => told.push(['adopted', position, state.length]),
    },
  );
  return { replica, told };
}

test('each command of a batch is told with the state before the next one', async () => {
  const { replica, told } = open(new MemoryStore());
  await replica.submitAll(['a', 'b']);
  await Promise.all([replica.submit('c'), replica.submit('d')]);
  expect(told).toEqual([
    [1, 'a', '1: a'],
    [2, 'b', '1: a,2: b'],
    [3, 'c', '1: a,2: b,3: c'],
    [4, 'd', '1: a,2: b,3: c,4: d'],
  ]);
});

test('a command is told before its submit is answered, and one of another process when it is read', async () => {
  const store = new MemoryStore();
  const [a, b] = [open(store), open(store)];
  await a.replica.submit('the log begins');
  const answers: number[] = [];
  await Promise.all(['x', 'y'].map((text) => a.replica.submit(text).then(() => answers.push(a.told.length))));
  expect(answers).toEqual([3, 3]);
  expect(b.told).toEqual([]);
  await b.replica.read(() => undefined);
  expect(b.told).toEqual(a.told);
});

test('markers and reads of the past are not told', async () => {
  const { replica, told } = open(new MemoryStore());
  await replica.submitAll(['a', 'b']);
  await replica.read(() => undefined, { consistency: 'sequenced' });
  expect(await replica.readPast(1, (state) => state.join())).toMatchObject({ value: '1: a' });
  expect(told).toHaveLength(2);
});

test('a snapshot is told as one step, and what comes after it command by command', async () => {
  const store = new MemoryStore();
  const [slow, quick] = [open(store), open(store)];
  await slow.replica.submit('first');
  for (let page = 2; page <= 3 * EVERY; page += 1) {
    await quick.replica.submit(`${page}`);
    await quick.replica.idle();
  }
  await maintainNamespace(store, quick.replica);
  await maintainNamespace(store, quick.replica);
  await quick.replica.submit('last');
  await slow.replica.read(() => undefined);
  expect(slow.told.slice(0, 2)).toEqual([
    [1, 'first', '1: first'],
    ['adopted', 3 * EVERY, 3 * EVERY],
  ]);
  expect(slow.told.slice(2)).toEqual(quick.told.slice(-1));
});

test('an observer that throws stops the replica: nobody knows what it has missed', async () => {
  const store = new MemoryStore();
  const log = new Log(store, 'namespace');
  const applied = () => {
    throw new Error('a bug');
  };
  const replica = new Replica(diary, store, log, {}, { applied, adopted: () => undefined });
  await replica.submit('a');
  await expect(replica.submit('b')).rejects.toThrow(ReplicaStoppedError);
});
