// Goal: `npm start -- doctor` says the truth about tables, logs and snapshots, and ends accordingly. Method: the real program on SQLite
// and an emulator; descriptions of tables that no emulator has.

import { once } from 'node:events';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Names } from '../../src/coordination/names.ts';
import { checkSnapshots } from '../../src/diagnostics/snapshot-check.ts';
import { checkTable } from '../../src/diagnostics/table-check.ts';
import { Log } from '../../src/log/log.ts';
import { Replica } from '../../src/replica/replica.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { dynaliteKind, emulatorConfig } from '../support/emulators.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { runServer } from '../support/server-process.ts';

async function doctor(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const running = runServer(['doctor', ...args], env);
  await once(running.child, 'close');
  return { code: running.child.exitCode ?? -1, output: running.output() };
}

async function directoryWithNames(): Promise<string> {
  const path = await directory();
  const store = new SqliteStore(path);
  const names = new Names(new Kernel(new Replica(kernel, store, new Log(store, 'namespace/default'))));
  for (const name of ['ann', 'bob', 'cid']) await names.claim(name, 'me');
  await store.close();
  return path;
}

test('a sound directory: 0, and what is in it', async () => {
  const path = await directoryWithNames();
  expect(await doctor(['--data', path])).toEqual({
    code: 0,
    output: `ok      the database in ${path} is sound\nok      namespace/default: 3 records in 1 segments, tail 3\n`,
  });
  const other = await doctor(['--data', path, '--log', 'stream/none', '--log', 'namespace/default']);
  expect(other.code).toBe(0);
  expect(other.output).toContain('warning stream/none: there is no such log');
});

test('a log with a hole: 1', async () => {
  const path = await directoryWithNames();
  const store = new SqliteStore(path);
  const { segment } = await store.last('namespace/default');
  if (!segment) throw new Error('there is a segment');
  await store.open('namespace/default', { ...segment, base: 7, tail: 10 });
  await store.close();
  const { code, output } = await doctor(['--data', path]);
  expect(code).toBe(1);
  expect(output).toContain('FAULT   namespace/default: nothing holds the positions 4 to 7');
});

test('a database that is damaged: 1, and no crash', async () => {
  const path = await directory();
  const store = new SqliteStore(path);
  for (let blob = 0; blob < 20; blob += 1) await store.putBlob(`b${blob}`, new Uint8Array(20_000));
  await store.close();
  const file = await open(join(path, 'ordinal.db'), 'r+');
  const { size } = await file.stat();
  // Beginnings of pages; the first one and those of the logs are left alone.
  for (let at = 20 * 4096; at < size; at += 4096) await file.write(new Uint8Array(64).fill(0xee), 0, 64, at);
  await file.close();
  const { code, output } = await doctor(['--data', path]);
  expect(code).toBe(1);
  expect(output).toMatch(/^FAULT {3}ordinal\.db: /);
});

test('entries that belong to no segment: 1', async () => {
  const path = await directoryWithNames();
  const database = new DatabaseSync(join(path, 'ordinal.db'));
  database.exec('INSERT INTO entries (segment, position, entry) VALUES (1000, 1, zeroblob(20))');
  database.close();
  const { code, output } = await doctor(['--data', path]);
  expect(code).toBe(1);
  expect(output).toContain('FAULT   ordinal.db: 1 entries belong to no segment');
});

test('a directory without a database is left as it is', async () => {
  const path = await directory();
  const { code, output } = await doctor(['--data', path]);
  expect(code).toBe(1);
  expect(output).toBe(`ordinal: there is no ordinal.db in the directory ${path}\n`);
  expect(await readdir(path)).toEqual([]);
});

test('a directory that is not there is not made', async () => {
  const { code, output } = await doctor(['--data', '/tmp/ordinal-there-is-none']);
  expect(code).toBe(1);
  expect(output).toBe('ordinal: there is no directory /tmp/ordinal-there-is-none\n');
});

test('a table on an emulator: what it cannot tell is unknown, not fine', async () => {
  const emulator = await dynaliteKind.start();
  cleanUp.push(emulator.stop);
  const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
  await createTable(client, 'ordinal');
  client.destroy();
  const { output } = await doctor(['--store', 'dynamodb', '--table', 'ordinal'], {
    AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  expect(output).toContain('ok      table ordinal in us-east-1: ACTIVE');
  expect(output).toContain('ok      key: log HASH, base RANGE');
  expect(output).toMatch(/unknown (expiry of items|point-in-time recovery): /);
});

describe('tables that are not as they should be', () => {
  const sound = {
    TableName: 'ordinal',
    TableStatus: 'ACTIVE',
    KeySchema: [
      { AttributeName: 'log', KeyType: 'HASH' },
      { AttributeName: 'base', KeyType: 'RANGE' },
    ],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    DeletionProtectionEnabled: true,
  };
  const replicas = [{ RegionName: 'us-west-2' }];

  async function levels(table: object, expiry = 'DISABLED', recovery = 'ENABLED'): Promise<string[]> {
    const answers: Record<string, unknown> = {
      DescribeTableCommand: { Table: { ...sound, ...table } },
      DescribeTimeToLiveCommand: { TimeToLiveDescription: { TimeToLiveStatus: expiry } },
      DescribeContinuousBackupsCommand: {
        ContinuousBackupsDescription: {
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: recovery },
        },
      },
    };
    const client = {
      config: { region: async () => 'us-east-1' },
      send: async (command: object) => answers[command.constructor.name],
    };
    const findings = await checkTable(client as unknown as DynamoDBClient, 'ordinal');
    const others = findings.filter(({ severity }) => severity !== 'ok');
    return others.map(({ severity, what }) => `${severity}: ${what}`);
  }

  test('nothing to say of a sound one, also with strong replicas', async () => {
    expect(await levels({})).toEqual([]);
    expect(await levels({ Replicas: replicas, MultiRegionConsistency: 'STRONG' })).toEqual([]);
  });

  test.each([
    [
      { Replicas: replicas, MultiRegionConsistency: 'EVENTUAL' },
      'fault: eventually consistent replicas in us-west-2',
    ],
    [{ Replicas: replicas }, 'fault: eventually consistent replicas'],
    [{ KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] }, 'fault: key: pk HASH'],
    [{ TableStatus: 'DELETING' }, 'fault: table ordinal'],
    [{ DeletionProtectionEnabled: false }, 'warning: not protected'],
    [
      { BillingModeSummary: undefined, ProvisionedThroughput: { WriteCapacityUnits: 5 } },
      'warning: provisioned, 5',
    ],
  ])('%j', async (table, expected) => {
    expect((await levels(table)).join()).toContain(expected);
  });

  test('expiry, and no recovery', async () => {
    expect((await levels({}, 'ENABLED')).join()).toContain('fault: items expire');
    expect((await levels({}, 'DISABLED', 'DISABLED')).join()).toContain(
      'warning: point-in-time recovery is off',
    );
  });
});

describe('snapshots', () => {
  async function withSnapshots(): Promise<MemoryStore> {
    const store = new MemoryStore();
    const replica = new Replica(kernel, store, new Log(store, 'namespace/x'), { snapshotEvery: 5 });
    const names = new Names(new Kernel(replica));
    for (let index = 0; index < 12; index += 1) {
      await names.claim(`name${index}`, 'me');
      await replica.idle();
    }
    return store;
  }

  test('both can be read, and the log leads from one to the other', async () => {
    expect(
      await checkSnapshots({ store: await withSnapshots(), log: 'namespace/x', machine: kernel }),
    ).toMatchObject({
      newest: { position: 10 },
      faults: [],
    });
  });

  test('snapshots that are saved, and a log that is trimmed, in the meantime', async () => {
    const inner = await withSnapshots();
    const log = new Log(inner, 'namespace/x');
    const names = new Names(new Kernel(new Replica(kernel, inner, log, { snapshotEvery: 5 })));
    let busy = true;
    const store = new InterceptedStore(inner, async (method, run) => {
      const answer = await run();
      if (busy && method === 'metadataRecord') {
        busy = false;
        for (let index = 0; index < 20; index += 1) await names.claim(`more${index}`, 'me');
        await new Replica(kernel, inner, log, { snapshotEvery: 5 }).read(() => undefined);
        await log.trim(15);
      }
      return answer;
    });
    expect((await checkSnapshots({ store: store, log: 'namespace/x', machine: kernel })).faults).toEqual([]);
    expect(busy).toBe(false);
  });

  test('a snapshot that the log does not give', async () => {
    const store = await withSnapshots();
    const note = await store.metadataRecord('namespace/x', 'snapshot');
    const { newest, previous } = JSON.parse(note?.value ?? '{}');
    const wrong = { newest: { ...previous, position: newest.position }, previous };
    await store.setMetadataRecord('namespace/x', 'snapshot', JSON.stringify(wrong), note?.version ?? 0);
    expect((await checkSnapshots({ store: store, log: 'namespace/x', machine: kernel })).faults.length).toBe(
      1,
    );
  });
});
