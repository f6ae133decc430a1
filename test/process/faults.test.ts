// Goal: what was acknowledged survives machines at their worst, and nothing happens twice: servers that freeze and wake up, that are
// killed while others go on, disks that are full, and files that cannot be written. Method: real server processes under load, the
// fault from outside, then an audit of everything that clients were told.

import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, type TestContext, test } from 'vitest';
import { textOf } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { dynaliteKind, dynoxideKind, emulatorConfig } from '../support/emulators.ts';
import { audit, type Load, STREAM, startLoad } from '../support/load.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const run = promisify(execFile);

/** No measure of anything: on a busy machine, processes take long to start. */
const HANGS_AFTER_MS = 120_000;

async function started(args: string[], env?: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer(args, env);
  cleanUp.push(async () => {
    if (server.child.exitCode !== null || server.child.signalCode !== null) return;
    // SIGKILL ends a frozen process, too.
    await server.end('SIGKILL');
  });
  return server;
}

function kept<T extends Store>(store: T): T {
  cleanUp.push(() => store.close());
  return store;
}

async function createStream(url: string, stream = STREAM): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/stream/${stream}`, { method: 'PUT', headers });
  expect(response.status).toBe(201);
}

const size = ({ told }: Load) => told.claims.size + told.appends.size;

/** Resolves when `load` has been told of so many more claims and appends; answers false when that takes longer than `forMs`. */
async function progress(load: Load, more: number, forMs = 15_000): Promise<boolean> {
  const goal = size(load) + more;
  const end = Date.now() + forMs;
  while (size(load) < goal) {
    if (Date.now() > end) return false;
    await sleep(5);
  }
  return true;
}

/** Loads that ended before the audit, and what they were told. */
async function stopped(...loads: Load[]) {
  await Promise.all(loads.map((load) => load.stop()));
  return loads.map((load) => load.told);
}

const FROZEN_MS = 4000;

describe('a server that is frozen in the middle, and wakes up', () => {
  test('SQLite: also while it holds the write lock of the directory', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const path = await directory();
    const [first, second] = await Promise.all([started(['--data', path]), started(['--data', path])]);
    await createStream(first.url);
    const one = startLoad(() => [first.url], 8, 'one');
    const other = startLoad(() => [second.url], 8, 'other');
    await Promise.all([progress(one, 20), progress(other, 20)]);
    // It freezes at any moment; if that is one at which the other cannot write, this freeze outlasts every time-out of a write.
    for (let round = 0, long = 0; round < 8 && long < 2; round += 1) {
      first.child.kill('SIGSTOP');
      const blocked = !(await progress(other, 40, 400));
      if (blocked) {
        await sleep(FROZEN_MS);
        long += 1;
      }
      first.child.kill('SIGCONT');
      expect(await progress(one, 10)).toBe(true);
      expect(await progress(other, 10)).toBe(true);
    }
    const told = await stopped(one, other);
    await audit(second.url, kept(new SqliteStore(path)), told);
  });

  test('DynamoDB: the other goes on meanwhile', { timeout: HANGS_AFTER_MS }, async () => {
    const emulator = await (dynoxideKind.missing ? dynaliteKind : dynoxideKind).start();
    cleanUp.push(() => emulator.stop());
    const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
    await createTable(client, 'ordinal');
    const env = {
      AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    const start = () => started(['--store', 'dynamodb', '--table', 'ordinal'], env);
    const [first, second] = await Promise.all([start(), start()]);
    await createStream(first.url);
    const one = startLoad(() => [first.url], 8, 'one');
    const other = startLoad(() => [second.url], 8, 'other');
    await Promise.all([progress(one, 20), progress(other, 20)]);
    for (let round = 0; round < 2; round += 1) {
      first.child.kill('SIGSTOP');
      expect(await progress(other, 40)).toBe(true);
      await sleep(FROZEN_MS / 2);
      first.child.kill('SIGCONT');
      expect(await progress(one, 20)).toBe(true);
      expect(await progress(other, 20)).toBe(true);
    }
    const told = await stopped(one, other);
    await audit(second.url, kept(new DynamoDbStore({ client, table: 'ordinal' })), told);
  });
});

test('kill -9 of one of three servers on one directory, again and again', {
  timeout: HANGS_AFTER_MS,
}, async () => {
  const path = await directory();
  const start = () => started(['--data', path]);
  const servers = await Promise.all([start(), start(), start()]);
  const urls = () => servers.map((server) => server.url);
  await createStream(servers[0].url);
  const load = startLoad(urls, 12, 'three');
  for (let round = 0; round < 5; round += 1) {
    expect(await progress(load, 60)).toBe(true);
    const victim = randomInt(servers.length);
    await sleep(randomInt(20));
    expect(await servers[victim]?.end('SIGKILL')).toBe('SIGKILL');
    // The others go on, and one more opens the directory while they do.
    expect(await progress(load, 20)).toBe(true);
    servers[victim] = await start();
  }
  const told = await stopped(load);
  for (const server of servers) {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  }
  await audit(servers[0].url, kept(new SqliteStore(path)), told);
});

// ---------------------------------------------------------------- where nothing more can be written

const LARGE_BYTES = 180_000;
const FILLERS = ['fill-0', 'fill-1', 'fill-2'];

interface Filled {
  /** Text of the record → position, for each stream. */
  readonly acknowledged: ReadonlyMap<string, Map<string, number>>;
  readonly failures: readonly Response[];
}

/** Appends large records, to several streams at once, until each has failed: a failing append is tried for a long time. */
async function fill(url: string): Promise<Filled> {
  const acknowledged = new Map<string, Map<string, number>>(FILLERS.map((stream) => [stream, new Map()]));
  const failures = await Promise.all(
    FILLERS.map(async (stream) => {
      for (let index = 0; index < 1000; index += 1) {
        const text = `${stream}/${index}/`.padEnd(LARGE_BYTES, '.');
        const response = await append(url, stream, text);
        if (!response.ok) return response;
        acknowledged.get(stream)?.set(text, Number(response.headers.get('ordinal-first-position')));
      }
      throw new Error('there was no end of room');
    }),
  );
  return { acknowledged, failures };
}

function append(url: string, stream: string, text: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/v1/stream/${stream}`, { method: 'POST', headers, body: JSON.stringify(text) });
}

/** The server on `path` cannot write any more. Nothing of that is a success, and what can be read still can. */
async function outOfRoom(path: string, noRoom: (server: ServerProcess) => Promise<unknown>) {
  const server = await started(['--data', path]);
  const { url } = server;
  for (const stream of FILLERS) await createStream(url, stream);
  const claim = await fetch(`${url}/v1/names/alice`, { method: 'PUT', body: '{"owner":"ann"}' });
  expect(claim.status).toBe(201);
  await noRoom(server);
  const { acknowledged, failures } = await fill(url);
  for (const failure of failures) {
    // A failed commit is settled by an empty one behind it.
    expect([failure.status, await failure.json()]).toMatchObject([
      503,
      { code: 'unavailable', definite: true },
    ]);
  }
  await expectReads(url, acknowledged);
  return { server, acknowledged };
}

async function expectReads(url: string, acknowledged: Filled['acknowledged']): Promise<void> {
  const look = await fetch(`${url}/v1/names/alice`);
  expect([look.status, await look.json()]).toMatchObject([200, { owner: 'ann', claimedAt: 1 }]);
  for (const [stream, appends] of acknowledged) {
    const head = await fetch(`${url}/v1/stream/${stream}`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    const tail = Number(head.headers.get('stream-next-offset')?.split('_')[1]);
    expect(tail).toBeGreaterThanOrEqual(appends.size);
    const [first] = (await (await fetch(`${url}/v1/stream/${stream}`)).json()) as string[];
    expect(first).toBe(appends.keys().next().value);
  }
}

/** Every acknowledged append is there, at its position, none twice. */
async function auditFilled(path: string, acknowledged: Filled['acknowledged']): Promise<void> {
  const store = kept(new SqliteStore(path));
  for (const [stream, appends] of acknowledged) {
    expect(appends.size).toBeGreaterThan(0);
    const log = new Log(store, `stream/${stream}`);
    const texts: string[] = [];
    for (let from: Parameters<Log['read']>[0] = 0; ; ) {
      const result = await log.read(from);
      if (result.kind !== 'records') throw new Error(`${stream}: ${result.kind}`);
      expect(result.records[0]?.position ?? texts.length + 1).toBe(texts.length + 1);
      texts.push(...result.records.map((record) => JSON.parse(textOf(record.data)) as string));
      if (result.upToDate) break;
      from = result.cursor;
    }
    expect(new Set(texts).size).toBe(texts.length);
    for (const [text, position] of appends) expect(texts[position - 1] === text).toBe(true);
  }
}

/** There is room again: the server writes again without a restart, and after one everything is as clients were told. */
async function goesOn(path: string, before: ServerProcess, acknowledged: Filled['acknowledged']) {
  const later = await append(before.url, 'fill-0', 'later');
  expect(later.status).toBe(204);
  acknowledged.get('fill-0')?.set('later', Number(later.headers.get('ordinal-first-position')));
  await before.end('SIGKILL');
  const after = await started(['--data', path]);
  await expectReads(after.url, acknowledged);
  const claim = await fetch(`${after.url}/v1/names/bob`, { method: 'PUT', body: '{"owner":"ben"}' });
  expect(claim.status).toBe(201);
  await auditFilled(path, acknowledged);
}

test('a full disk', { timeout: HANGS_AFTER_MS }, async ({ skip }) => {
  const path = await directory();
  await smallDisk(path, skip);
  const { server, acknowledged } = await outOfRoom(path, async () => {});
  const health = () => fetch(`${server.url}/healthz`);
  const full = await health();
  expect([full.status, await full.json()]).toMatchObject([503, { detail: expect.stringMatching(/full/) }]);
  await run('mount', ['-o', 'remount,size=64m', path]);
  expect((await health()).status).toBe(200);
  await goesOn(path, server, acknowledged);
});

async function smallDisk(path: string, skip: TestContext['skip']): Promise<void> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]);
  } catch {
    skip('a disk of 4 MB needs the right to mount a tmpfs (root, on Linux)');
  }
  cleanUp.push(() => run('umount', ['-l', path]));
}

test('a file that must not grow: writes fail with an error of their own', {
  timeout: HANGS_AFTER_MS,
}, async ({ skip }) => {
  const path = await directory();
  const limit = (server: ServerProcess, bytes: string) =>
    run('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:`]);
  await run('prlimit', ['--version']).catch(() => skip('limits of a running process need prlimit (Linux)'));
  const { server, acknowledged } = await outOfRoom(path, (one) => limit(one, String(3 * 1024 * 1024)));
  await limit(server, 'unlimited');
  await goesOn(path, server, acknowledged);
});
