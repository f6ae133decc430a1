// A namespace with many keys, filled by the same transactions that users make.

import { Kernel } from '../src/coordination/kernel.ts';
import { Log } from '../src/log/log.ts';
import { Replica } from '../src/replica/replica.ts';
import { type SnapshotPlace, saveSnapshot } from '../src/replica/snapshot-writes.ts';
import { Namespace } from '../src/service/namespace.ts';
import { kernel } from '../src/state-machine/kernel/kernel.ts';

const PUTS_A_TRANSACTION = 100;
const TRANSACTIONS_AT_ONCE = 10;
const PUTS_AT_THE_END = 100;

export const VALUE = 'x'.repeat(100);

/** @param index from 0 */
export function keyAt(index: number): string {
  return `key-${String(index).padStart(9, '0')}`;
}

/** @param snapshotEvery how many commands are between two snapshots. Default: that of servers */
export function openKeys({ store, log }: SnapshotPlace, snapshotEvery?: number): Namespace {
  const options = snapshotEvery === undefined ? {} : { snapshotEvery };
  return new Namespace(new Kernel(new Replica(kernel, store, new Log(store, log), options)));
}

/** Puts so many keys of 13 bytes, with values of 100, and leaves a snapshot of them at the tail. */
export async function fillKeys(place: SnapshotPlace, count: number): Promise<void> {
  const namespace = openKeys(place, Number.MAX_SAFE_INTEGER);
  for (let from = 0; from < count; ) {
    const under: Promise<void>[] = [];
    for (; from < count && under.length < TRANSACTIONS_AT_ONCE; from += PUTS_A_TRANSACTION)
      under.push(putAll(namespace, from, Math.min(count, from + PUTS_A_TRANSACTION)));
    await Promise.all(under);
  }
  // The end of the log as one-by-one writes leave it: a cold start looks at its last segment.
  for (let index = 0; index < PUTS_AT_THE_END; index += 1)
    await namespace.keys.put(keyAt(index % count), VALUE);
  const { replica } = namespace.kernel;
  const read = await replica.read((state) => [...replica.machine.encodeState(state)]);
  if (read.kind !== 'read') throw new Error('the namespace cannot be read');
  const isSaved = await saveSnapshot(place, read.position, read.value);
  if (!isSaved) throw new Error(`${place.log} had a newer snapshot before`);
  await replica.idle();
}

async function putAll(namespace: Namespace, from: number, to: number): Promise<void> {
  const then = Array.from(
    { length: to - from },
    (_, index) => ({ kind: 'put', key: keyAt(from + index), value: VALUE }) as const,
  );
  const done = await namespace.transact({ then });
  if (done.kind !== 'done') throw new Error(`a transaction was ${done.kind}`);
}
