// Goal: `kill -9` in the middle of large appends loses none that was acknowledged, and leaves no entry without its bytes; a backup has
// the bytes. Method: a real server on SQLite, killed again and again; then every record is read, and doctor examines directory and copy.

import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanUp, directory } from '../support/clean-up.ts';
import { runServer, type ServerProcess, startServer } from '../support/server-process.ts';

/** No measure of anything: on a busy machine, processes take long to start. */
const HANGS_AFTER_MS = 180_000;
const KILLS = 5;
const CLIENTS = 3;
/** Enough for several chunks. */
const LETTERS = 1_000_000;
const JSON_TYPE = { 'content-type': 'application/json' };
const PATH = '/v1/stream/large';

async function started(path: string): Promise<ServerProcess> {
  const server = await startServer(['--data', path]);
  cleanUp.push(async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) await server.end('SIGKILL');
  });
  return server;
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { child, output } = runServer(args);
  await once(child, 'close');
  return { code: child.exitCode, output: output() };
}

/** Appends until the server is gone; notes down where each record is that was acknowledged. */
async function client(url: string, name: string, told: Map<number, string>): Promise<void> {
  for (let count = 0; ; count += 1) {
    const record = `"${name}.${count} ${'x'.repeat(LETTERS)}"`;
    const options = { method: 'POST', headers: JSON_TYPE, body: record };
    const response = await fetch(`${url}${PATH}`, options).catch(() => undefined);
    if (!response) return;
    expect(response.status).toBe(204);
    told.set(Number(response.headers.get('ordinal-first-position')), record);
  }
}

async function recordsOf(url: string): Promise<string[]> {
  const records: string[] = [];
  for (let offset = '-1'; ; ) {
    const response = await fetch(`${url}${PATH}?offset=${offset}`);
    expect(response.status).toBe(200);
    for (const record of (await response.json()) as string[]) records.push(JSON.stringify(record));
    offset = response.headers.get('stream-next-offset') ?? '';
    if (response.headers.get('stream-up-to-date') === 'true') return records;
  }
}

test('kills between the bytes and their entry', { timeout: HANGS_AFTER_MS }, async () => {
  const path = await directory();
  const told = new Map<number, string>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await started(path);
    if (kill === 0) await fetch(server.url + PATH, { method: 'PUT', headers: JSON_TYPE });
    const before = told.size;
    const clients = Array.from({ length: CLIENTS }, (_, index) =>
      client(server.url, `${kill}-${index}`, told),
    );
    while (told.size < before + 3 + kill) await new Promise((resolve) => setTimeout(resolve, 1 + kill));
    await server.end('SIGKILL');
    await Promise.all(clients);
  }
  const server = await started(path);
  const records = await recordsOf(server.url);
  for (const [position, record] of told) expect(records[position - 1] === record).toBe(true);
  expect(new Set(records).size).toBe(records.length);
  const copy = join(await directory(), 'copy');
  expect((await run('backup', copy, '--data', path)).code).toBe(0);
  await server.end('SIGTERM');
  for (const place of [path, copy]) {
    const { code, output } = await run('doctor', '--data', place, '--log', 'stream/large');
    expect([code, output]).toEqual([0, expect.stringContaining(`${records.length} records`)]);
  }
  const restored = await started(copy);
  expect((await recordsOf(restored.url)).every((record, index) => record === records[index])).toBe(true);
});
