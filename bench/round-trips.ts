// `npm run bench -- round-trips`: what one operation costs at the store, counted: round trips, and on
// DynamoDB capacity units as an emulator reports them. Counts, not times: the same on every machine.

import { Kernel } from '../src/coordination/kernel.ts';
import type { Names } from '../src/coordination/names.ts';
import { Log } from '../src/log/log.ts';
import type { Store } from '../src/log/store.ts';
import { Replica } from '../src/replica/replica.ts';
import { Namespace } from '../src/service/namespace.ts';
import { kernel } from '../src/state-machine/kernel/kernel.ts';
import { dynamoDbClient } from '../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../src/store/dynamodb/store.ts';
import { createTable } from '../src/store/dynamodb/table.ts';
import { MemoryStore } from '../src/store/memory.ts';
import { dynoxideKind, emulatorConfig } from '../test/support/emulators.ts';
import { InterceptedStore } from '../test/support/intercepted-store.ts';

export interface Counted {
  readonly operation: string;
  readonly roundTrips: number;
  readonly writeUnits: number | undefined;
  readonly readUnits: number | undefined;
}

/** A store with a meter on it. */
export interface Metered {
  readonly store: Store;
  readonly meter: { roundTrips: number; writeUnits: number; readUnits: number };
}

export const METERED_TABLE = 'counted';

const RECORD = new Uint8Array(100);
const MANY = 1000;
const LEASE_TTL_MS = 3_600_000;

/** Runs every operation on a store and counts. `units`: whether the meter knows of capacity. */
export async function countOperations(open: () => Promise<Metered>, units: boolean): Promise<Counted[]> {
  const { store, meter } = await open();
  const rows: Counted[] = [];
  let logs = 0;
  const newName = () => `counted-${++logs}`;

  async function count(operation: string, times: number, run: () => Promise<unknown>): Promise<void> {
    Object.assign(meter, { roundTrips: 0, writeUnits: 0, readUnits: 0 });
    for (let time = 0; time < times; time += 1) await run();
    const each = (total: number) => total / times;
    rows.push({
      operation,
      roundTrips: each(meter.roundTrips),
      writeUnits: units ? each(meter.writeUnits) : undefined,
      readUnits: units ? each(meter.readUnits) : undefined,
    });
  }

  const warm = new Log(store, newName());
  await warm.append([RECORD]);
  await count('append, 100 bytes, warm log', MANY, () => warm.append([RECORD]));
  await count('append, 100 bytes, cold log', 20, () => new Log(store, warm.name).append([RECORD]));
  await count('append, 100 bytes, log that does not exist', 20, () =>
    new Log(store, newName()).append([RECORD]),
  );
  const tens = new Log(store, newName());
  await tens.append([RECORD]);
  await count('append of 10 records of 100 bytes, warm log', 200, () => tens.append(Array(10).fill(RECORD)));
  const shared = new Log(store, newName());
  await shared.append([RECORD]);
  await count('100 appends at once in one process, each', 10, () =>
    Promise.all(Array.from({ length: 100 }, () => shared.append([RECORD]))),
  );
  const last = rows.pop();
  if (last) rows.push(perOperation(last, 100));

  const namespace = newName();
  const names = newNames(store, namespace);
  await names.claim('first', 'me');
  let next = 0;
  await count('claim, warm replica', MANY, () => names.claim(`name-${++next}`, 'me'));
  await count('claim of a taken name, warm replica', 200, () => names.claim('first', 'you'));
  await count('linearizable look-up, warm replica', 200, () => names.lookUp('first'));
  await count('sequenced look-up, warm replica', 200, () =>
    names.lookUp('first', { consistency: 'sequenced' }),
  );
  await count('local look-up', 200, () => names.lookUp('first', { consistency: 'local' }));

  await countCoordination(openNamespace(store, newName()), count);

  const small = new Log(store, newName());
  for (let time = 0; time < MANY; time += 1) await small.append([RECORD]);
  const { end } = await tailOf(small);
  await count('look at the tail', 200, () => small.checkTail());
  await count('read at the tail, by position', 200, () => small.read(end));
  await count('read of 10 records from the middle, by position', 20, () =>
    small.read(500, { recordsMax: 10, bytesMax: 1000 }),
  );
  return rows;
}

type Count = (operation: string, times: number, run: () => Promise<unknown>) => Promise<void>;

/** Locks and leases, on a warm replica. */
async function countCoordination({ locks, leases }: Namespace, count: Count): Promise<void> {
  const lease = 'holder';
  await leases.grant(lease, LEASE_TTL_MS);
  let next = 0;
  const held: string[] = [];
  await count('try-lock, of a free lock', 200, async () => {
    next += 1;
    held.push(`lock-${next}`);
    return locks.acquire(`lock-${next}`, { lease });
  });
  await count('try-lock, of a lock that is held', 200, () =>
    locks.acquire('lock-1', { lease: 'another', ttlMs: LEASE_TTL_MS }),
  );
  await count('release of a lock', 200, () => locks.release(held.pop() ?? '', lease));
  await count('renewal of a lease', 200, () => leases.renew([lease]));
}

function openNamespace(store: Store, namespace: string): Namespace {
  const options = { snapshotEvery: Number.MAX_SAFE_INTEGER };
  return new Namespace(new Kernel(new Replica(kernel, store, new Log(store, namespace), options)));
}

function newNames(store: Store, namespace: string): Names {
  return openNamespace(store, namespace).names;
}

async function tailOf(log: Log): Promise<{ end: number }> {
  const look = await log.checkTail();
  if (look.kind !== 'end') throw new Error('the log is missing');
  return { end: look.segment.tail };
}

function perOperation(row: Counted, operations: number): Counted {
  const share = (value: number | undefined) => (value === undefined ? undefined : value / operations);
  return {
    operation: row.operation,
    roundTrips: row.roundTrips / operations,
    writeUnits: share(row.writeUnits),
    readUnits: share(row.readUnits),
  };
}

export async function meteredMemory(): Promise<Metered> {
  const meter = { roundTrips: 0, writeUnits: 0, readUnits: 0 };
  const store = new InterceptedStore(new MemoryStore(), (_method, run) => {
    meter.roundTrips += 1;
    return run();
  });
  return { store, meter };
}

export async function meteredDynamoDb(endpoint: string): Promise<Metered> {
  const meter = { roundTrips: 0, writeUnits: 0, readUnits: 0 };
  const client = dynamoDbClient(emulatorConfig(endpoint));
  await createTable(client, METERED_TABLE);
  const store = new DynamoDbStore({
    client,
    table: METERED_TABLE,
    observe: ({ name, outcome, units }) => {
      if (outcome === 'throttled' || outcome === 'failed') return;
      meter.roundTrips += 1;
      if (name === 'Query' || name === 'GetItem') meter.readUnits += units;
      else meter.writeUnits += units;
    },
  });
  return { store, meter };
}

export function tableOf(rows: readonly Counted[]): string {
  const cell = (value: number | undefined) => (value === undefined ? '–' : String(Number(value.toFixed(3))));
  const lines = rows.map(
    (row) =>
      `| ${row.operation} | ${cell(row.roundTrips)} | ${cell(row.writeUnits)} | ${cell(row.readUnits)} |`,
  );
  return [
    '| operation | round trips | write units | read units |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

/** Rows of the DynamoDB store on an emulator that counts capacity, or why there are none. */
export async function countOnDynamoDb(): Promise<Counted[] | string> {
  if (dynoxideKind.missing) return dynoxideKind.missing;
  const emulator = await dynoxideKind.start();
  try {
    return await countOperations(() => meteredDynamoDb(emulator.endpoint), true);
  } finally {
    await emulator.stop();
  }
}
