// Goal: `npm start -- backup` makes a copy that is whole and of one moment, while servers write; and says why when it does not. Method: the
// real programs under load, and an audit of the copy by what clients had been told before it was begun.

import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backUp } from '../../src/store/sqlite/backup.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { audit, STREAM, startLoad } from '../support/load.ts';
import { runServer, type ServerProcess, startServer } from '../support/server-process.ts';

/** No measure of anything: on a busy machine, processes take long to start. */
const HANGS_AFTER_MS = 120_000;

async function started(path: string): Promise<ServerProcess> {
  const server = await startServer(['--data', path]);
  cleanUp.push(async () => {
    if (server.child.exitCode === null) await server.end('SIGKILL');
  });
  return server;
}

async function backup(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { child, output } = runServer(['backup', ...args]);
  await once(child, 'close');
  return { code: child.exitCode, output: output() };
}

test('copies of a directory that two servers write to', { timeout: HANGS_AFTER_MS }, async () => {
  const path = await directory();
  const [one, other] = await Promise.all([started(path), started(path)]);
  const headers = { 'content-type': 'application/json' };
  await fetch(`${one.url}/v1/stream/${STREAM}`, { method: 'PUT', headers });
  for (let copy = 0; copy < 3; copy += 1) {
    const before = startLoad(() => [one.url, other.url], 8, `before-${copy}`);
    await expect.poll(() => before.told.appends.size, { timeout: 30_000 }).toBeGreaterThan(50);
    await before.stop();
    const during = startLoad(() => [one.url, other.url], 8, `during-${copy}`);
    const to = join(await directory(), 'copy');
    const { code, output } = await backup(to, '--data', path);
    expect([code, output]).toEqual([0, expect.stringMatching(/holds a copy of .*: \d+ bytes, verified\n$/)]);
    await during.stop();
    const restored = await started(to);
    const store = new SqliteStore(to);
    cleanUp.push(() => store.close());
    await audit(restored.url, store, [before.told]);
  }
});

test('where there is something already, nothing is made', async () => {
  const path = await directory();
  await new SqliteStore(path).close();
  const to = await directory();
  await writeFile(join(to, 'theirs'), 'a file');
  expect(await backup(to, '--data', path)).toEqual({
    code: 1,
    output: `ordinal: ${to} is not empty: it holds theirs\n`,
  });
});

test('what an earlier backup has left unfinished is made anew', async () => {
  const path = await directory();
  await new SqliteStore(path).close();
  const to = await directory();
  await mkdir(join(to, 'unfinished'));
  await writeFile(join(to, 'unfinished', 'ordinal.db'), 'half of a file');
  expect((await backup(to, '--data', path)).code).toBe(0);
});

test('a directory without a database', async () => {
  const [path, to] = [await directory(), await directory()];
  expect(await backup(to, '--data', path)).toEqual({
    code: 1,
    output: `ordinal: there is no ordinal.db in ${path}\n`,
  });
});

test('a copy that cannot be verified does not get the final name, and can be made again', async () => {
  const path = await directory();
  await new SqliteStore(path).close();
  const to = await directory();
  const options = { from: path, to, onProgress: () => undefined };
  const failing = backUp(options).catch((error: unknown) => error);
  // As on a disk that the copy has filled: what SQLite needs beside the database cannot be made.
  mkdirSync(join(to, 'unfinished', 'ordinal.db-wal'));
  expect(await failing).toBeInstanceOf(Error);
  expect(await readdir(to)).toEqual(['unfinished']);
  expect(await backUp(options)).toBeGreaterThan(0);
  expect(await readdir(to)).toEqual(['ordinal.db']);
});
