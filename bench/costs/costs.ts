// What operations cost at the store, counted on an emulator that reports capacity as AWS documents it: round
// trips, units and dollars, beside the textbook's way to do the same.

import type { KernelReplica } from '../../src/coordination/kernel.ts';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Names } from '../../src/coordination/names.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { Replica } from '../../src/replica/replica.ts';
import { saveSnapshot } from '../../src/replica/snapshot-writes.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { dynoxideKind, emulatorConfig } from '../../test/support/emulators.ts';
import { say } from '../progress.ts';
import { METERED_TABLE, type Metered, meteredDynamoDb } from '../round-trips.ts';
import { dollars } from './prices.ts';
import { KEYS_IN_SNAPSHOTS, namespaceWithSnapshot, runCommands, snapshotsRow } from './snapshots.ts';
import { Textbook } from './textbook.ts';

export interface Cost {
  readonly operation: string;
  readonly roundTrips: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly dollarsPerMillion: number;
}

const SIZES = [
  ['100 B', 100],
  ['1 KB', 1024],
  ['10 KB', 10 * 1024],
] as const;
/** An append holds 256 KB at most. */
const TEN_KILOBYTES_AT_ONCE = 25;
const NAMES = 1000;
const MILLION = 1_000_000;
/** Some appends open the next segment. These are enough appends to count the share of those. */
const TIMES = 200;

class Counter {
  readonly rows: Cost[] = [];
  readonly store: Store;
  readonly meter: Metered['meter'];
  #logs = 0;

  constructor({ store, meter }: Metered) {
    this.store = store;
    this.meter = meter;
  }

  newName(): string {
    this.#logs += 1;
    return `cost-${this.#logs}`;
  }

  /** @param operations in one run */
  async count(operation: string, times: number, run: () => Promise<unknown>, operations = 1): Promise<void> {
    Object.assign(this.meter, { roundTrips: 0, writeUnits: 0, readUnits: 0 });
    for (let time = 0; time < times; time += 1) await run();
    const each = (total: number) => total / times / operations;
    const used = { writeUnits: each(this.meter.writeUnits), readUnits: each(this.meter.readUnits) };
    const dollarsPerMillion = dollars(used) * 1e6;
    this.rows.push({ operation, roundTrips: each(this.meter.roundTrips), ...used, dollarsPerMillion });
  }
}

/** The rows, or why there are none. */
export async function countCosts(): Promise<Cost[] | string> {
  if (dynoxideKind.missing) return dynoxideKind.missing;
  const emulator = await dynoxideKind.start();
  try {
    const counter = new Counter(await meteredDynamoDb(emulator.endpoint));
    await countAppends(counter);
    await countTextbook(counter, emulator.endpoint);
    await countNames(counter);
    await countReads(counter);
    await countColdStarts(counter);
    for (const keys of KEYS_IN_SNAPSHOTS) await countSnapshots(counter, keys);
    return counter.rows;
  } finally {
    await emulator.stop();
  }
}

async function countAppends(counter: Counter): Promise<void> {
  for (const [label, bytes] of SIZES) {
    const record = new Uint8Array(bytes);
    const one = new Log(counter.store, counter.newName());
    await one.append([record]);
    await counter.count(`append, 1 record of ${label}`, TIMES, () => one.append([record]));
  }
  for (const [label, bytes] of SIZES) {
    const atOnce = bytes > 2048 ? TEN_KILOBYTES_AT_ONCE : 100;
    const batch = Array<Uint8Array>(atOnce).fill(new Uint8Array(bytes));
    const many = new Log(counter.store, counter.newName());
    await many.append(batch);
    await counter.count(`append, ${atOnce} records of ${label}`, 20, () => many.append(batch));
  }
  const shared = new Log(counter.store, counter.newName());
  const record = new Uint8Array(100);
  await shared.append([record]);
  for (const atOnce of [10, 100]) {
    const run = () => Promise.all(Array.from({ length: atOnce }, () => shared.append([record])));
    await counter.count(`append of 100 B, ${atOnce} at once in one process, each`, 20, run, atOnce);
  }
}

async function countTextbook(counter: Counter, endpoint: string): Promise<void> {
  const client = dynamoDbClient(emulatorConfig(endpoint));
  for (const [label, bytes] of SIZES) {
    const record = new Uint8Array(bytes);
    const twoSteps = new Textbook(client, METERED_TABLE, counter.newName(), counter.meter);
    await counter.count(`textbook: counter, then message of ${label}`, TIMES, () => twoSteps.append(record));
    const atOnce = new Textbook(client, METERED_TABLE, counter.newName(), counter.meter);
    await counter.count(`textbook: both in a transaction, ${label}`, TIMES, () =>
      atOnce.appendInTransaction(record),
    );
  }
  client.destroy();
}

async function countNames(counter: Counter): Promise<void> {
  const names = namesOf(counter.store, counter.newName());
  await names.claim('first', 'me');
  let next = 0;
  await counter.count('claim', TIMES, () => names.claim(`name-${++next}`, 'me'));
  await counter.count('claim of a taken name', TIMES, () => names.claim('first', 'you'));
  for (const consistency of ['linearizable', 'sequenced', 'local'] as const) {
    await counter.count(`look-up, ${consistency}`, TIMES, () => names.lookUp('first', { consistency }));
  }
}

async function countReads(counter: Counter): Promise<void> {
  const name = counter.newName();
  const log = new Log(counter.store, name);
  const record = new Uint8Array(100);
  for (let count = 0; count < 2000; count += 1) await log.append([record]);
  await counter.count('read of 1,000 records of 100 B from the start', 5, () =>
    log.read(0, { recordsMax: 1000, bytesMax: 100_000 }),
  );
  await counter.count('read at the tail, nothing new', TIMES, () => log.read(2000));
}

async function countColdStarts(counter: Counter): Promise<void> {
  const { store } = counter;
  const namespace = counter.newName();
  const writer = namesOf(store, namespace);
  for (let count = 0; count < NAMES; count += 1) await writer.claim(`name-${count}`, 'me');
  await counter.count('cold start and claim, 1,000 commands, no snapshot', 3, () =>
    namesOf(store, namespace).claim('name-0', 'you'),
  );
  const replica = replicaOf(store, namespace);
  const state = await replica.read((current) => [...replica.machine.encodeState(current)]);
  if (state.kind !== 'read') throw new Error('the namespace cannot be read');
  await counter.count('snapshot of 1,000 names', 1, () =>
    saveSnapshot({ store, log: namespace }, state.position, state.value),
  );
  await counter.count('cold start and claim, 1,000 names in a snapshot', 3, () =>
    namesOf(store, namespace).claim('name-0', 'you'),
  );
  const behind = namesOf(store, namespace);
  await behind.lookUp('name-0');
  for (let count = 0; count < NAMES; count += 1) await writer.claim(`later-${count}`, 'me');
  await counter.count('catch-up with 1,000 commands', 1, () => behind.lookUp('name-0'));
  await counter.count('cold start of an empty namespace, and claim', 20, () =>
    namesOf(store, counter.newName()).claim('name', 'me'),
  );
}

/** What a server does by itself while it carries out a million commands. */
async function countSnapshots(counter: Counter, keys: number): Promise<void> {
  const namespace = await namespaceWithSnapshot(counter.store, counter.newName(), keys);
  await counter.count(snapshotsRow(keys), 1, () => runCommands(namespace, MILLION, keys), MILLION);
  say(`snapshots of ${keys} keys counted`);
}

function replicaOf(store: Store, namespace: string): KernelReplica {
  return new Replica(kernel, store, new Log(store, namespace), { snapshotEvery: Number.MAX_SAFE_INTEGER });
}

function namesOf(store: Store, namespace: string): Names {
  return new Names(new Kernel(replicaOf(store, namespace)));
}
