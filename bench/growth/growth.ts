// A log and a namespace on SQLite as they grow: what operations cost at each size. Sizes are reached by the
// same writes that users make.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { KernelReplica } from '../../src/coordination/kernel.ts';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Names } from '../../src/coordination/names.ts';
import { Log } from '../../src/log/log.ts';
import { Replica } from '../../src/replica/replica.ts';
import { saveSnapshot } from '../../src/replica/snapshot-writes.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { type Figure, figure, median } from '../figures.ts';
import { say } from '../progress.ts';
import { BATCH } from './batch.ts';
import { bytesOnDisk } from './disk.ts';
import { type CountingStore, countingSqlite, type Sampled, sample } from './sampling.ts';

const TIMES = 100;
const NEW_NAMES_AT_ONCE = 500;

export async function measureGrowth(records: readonly number[], names: readonly number[]): Promise<Figure[]> {
  return [...(await growLog(records)), ...(await growNamespace(names))];
}

async function growLog(sizes: readonly number[]): Promise<Figure[]> {
  const { path, remove } = await temporaryDirectory();
  const figures: Figure[] = [];
  let counting = countingSqlite(path);
  const random = new SeededRandom(1);
  let tail = 0;
  for (const size of sizes) {
    const filling = new Log(counting.store, 'log');
    while (tail < size) {
      const result = await filling.append(BATCH.slice(0, Math.min(BATCH.length, size - tail)));
      if (result.kind !== 'appended') throw new Error(`an append was ${result.kind}`);
      tail = result.last;
    }
    const add = (operation: string, sampled: Sampled) =>
      figures.push(...sampledFigures('log', size, operation, sampled));
    // A process that begins with a log of this size.
    await counting.store.close();
    figures.push(
      figure(['growth', 'log', 'on disk, a record', size], 'B', 'less', [bytesOnDisk(path) / tail]),
    );
    counting = countingSqlite(path);
    const current = counting;
    const log = new Log(current.store, 'log');
    add('cold start and append', await sample(current, 1, () => log.append(BATCH.slice(0, 1))));
    add('append', await sample(current, TIMES, () => log.append(BATCH.slice(0, 1))));
    tail += 1 + TIMES;
    add('random read of 10 records', await sample(current, TIMES, () => readAt(log, random.below(size))));
    const end = tail - 1;
    add('tail read', await sample(current, TIMES, () => readAt(log, end)));
    add('follow', await sampleFollow(current, log, tail));
    tail += TIMES;
    figures.push(figure(['growth', 'log', 'memory', size], 'MB', 'less', [memoryMegabytes()]));
    say(`log of ${size} records`);
  }
  await counting.store.close();
  await remove();
  return figures;
}

async function readAt(log: Log, after: number): Promise<void> {
  const result = await log.read(after, { recordsMax: 10, bytesMax: 1000 });
  if (result.kind !== 'records' || result.records.length === 0) throw new Error(`a read was ${result.kind}`);
}

/** From the call of an append until a follower has its record. */
async function sampleFollow(counting: CountingStore, log: Log, tail: number): Promise<Sampled> {
  const ending = new AbortController();
  const following = log.follow(tail, ending.signal);
  const sampled = await sample(counting, TIMES, async () => {
    const next = following.next();
    await log.append(BATCH.slice(0, 1));
    await next;
  });
  ending.abort();
  return sampled;
}

async function growNamespace(sizes: readonly number[]): Promise<Figure[]> {
  const { path, remove } = await temporaryDirectory();
  const figures: Figure[] = [];
  let counting = countingSqlite(path);
  let { names } = openNamespace(counting);
  let count = 0;
  const claim = async () => {
    const outcome = await names.claim(`name-${++count}`, 'somebody');
    if (outcome.kind !== 'claimed') throw new Error(`a claim was ${outcome.kind}`);
  };
  for (const size of sizes) {
    while (count < size) {
      await Promise.all(Array.from({ length: Math.min(NEW_NAMES_AT_ONCE, size - count) }, claim));
    }
    const add = (operation: string, sampled: Sampled) =>
      figures.push(...sampledFigures('namespace', size, operation, sampled));
    add('claim', await sample(counting, TIMES, claim));
    add(
      'linearizable look-up',
      await sample(counting, TIMES, (time) => names.lookUp(`name-${1 + ((time * 7919) % size)}`)),
    );
    const opened = openNamespace(counting);
    const { replica } = opened;
    const read = await replica.read((state) => [...replica.machine.encodeState(state)]);
    if (read.kind !== 'read') throw new Error('the namespace cannot be read');
    const save = () => saveSnapshot({ store: counting.store, log: NAMESPACE }, read.position, read.value);
    add('snapshot', await sample(counting, 1, save));
    await names.lookUp('name-1');
    await counting.store.close();
    figures.push(
      figure(['growth', 'namespace', 'on disk, a name', size], 'B', 'less', [bytesOnDisk(path) / count]),
    );
    counting = countingSqlite(path);
    const cold = openNamespace(counting);
    names = cold.names;
    add('cold start and look-up', await sample(counting, 1, () => names.lookUp('name-1')));
    figures.push(figure(['growth', 'namespace', 'memory', size], 'MB', 'less', [memoryMegabytes()]));
    say(`namespace of ${size} names`);
  }
  await counting.store.close();
  await remove();
  return figures;
}

const NAMESPACE = 'namespace/grown';

/** Snapshots are saved when the benchmark says so. */
function openNamespace({ store }: CountingStore): { replica: KernelReplica; names: Names } {
  const replica = new Replica(kernel, store, new Log(store, NAMESPACE), {
    snapshotEvery: Number.MAX_SAFE_INTEGER,
  });
  return { replica, names: new Names(new Kernel(replica)) };
}

function sampledFigures(what: string, size: number, operation: string, sampled: Sampled): Figure[] {
  return [
    figure(['growth', what, operation, size], 'ms', 'less', sliceMedians(sampled.milliseconds)),
    figure(['growth', what, `${operation}, round trips`, size], 'round trips', 'less', [sampled.roundTrips]),
  ];
}

const SLICES = 5;

/** Medians of consecutive parts: what a single one is worth shows in how far they are apart. */
function sliceMedians(values: readonly number[]): number[] {
  const length = Math.ceil(values.length / SLICES);
  const slices = Array.from({ length: SLICES }, (_, index) =>
    values.slice(index * length, (index + 1) * length),
  );
  return slices.filter((slice) => slice.length > 0).map(median);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What JavaScript keeps, in megabytes. SQLite's map of its file is the kernel's, and can be given back. */
function memoryMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}
