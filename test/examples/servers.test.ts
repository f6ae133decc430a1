// Goal: what the examples promise holds, also when one of their processes is killed. Method: their programs, several at once, against a
// server in a process of its own.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/client.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { outputOf, startExample } from './run-example.ts';

const HANGS_AFTER_MS = 120_000;
let server: ServerProcess;
beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
});
afterAll(async () => {
  await server.end('SIGKILL');
});

describe.each([['scheduled-job/main.ts']])('%s', (path) => {
  test('another host leads when the leader is gone, and no hour is done twice', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const one = startExample(path, server.url, ['host-a']);
    await one.prints(/host-a leads in term \d+\nhost-a did \S+\n/);
    const two = startExample(path, server.url, ['host-b']);
    const { elections, keys } = connect(server.url).namespace();
    await expect
      .poll(() => elections.lookUp('hourly-report'), { timeout: 60_000 })
      .toMatchObject({ candidates: 2 });
    await one.end('SIGTERM');
    await two.prints(/host-b leads in term \d+\n/);
    await two.end('SIGTERM');
    const did = [...`${one.output()}${two.output()}`.matchAll(/did (\S+)/g)].map(([, hour]) => hour);
    expect(new Set(did).size).toBe(did.length);
    const done = await keys.list({ prefix: 'reports/' });
    expect(done.kind === 'page' && done.entries.map(({ key }) => key)).toEqual(
      did.map((hour) => `reports/${hour}`),
    );
  });
});

describe.each([['job-queue/main.ts']])('%s', (path) => {
  test('every transfer has its effect once, whichever worker is killed', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    for (const amount of ['5', '7']) await outputOf(path, server.url, ['enqueue', 'ada', 'bob', amount]);
    const killed = startExample(path, server.url, ['work']);
    const workers = [outputOf(path, server.url, ['work']), outputOf(path, server.url, ['work'])];
    await killed.end('SIGKILL');
    await Promise.all(workers);
    await outputOf(path, server.url, ['enqueue', 'bob', 'ada', '2']);
    expect(await outputOf(path, server.url, ['work'])).toBe('did 1\n');
    expect(await outputOf(path, server.url, ['work'])).toBe('did 0\n');
    const accounts = await connect(server.url).namespace().keys.list({ prefix: 'accounts/' });
    const balances =
      accounts.kind === 'page' && accounts.entries.map(({ value }) => Buffer.from(value).toString());
    expect(balances).toEqual(['-10', '10']);
  });
});

describe.each([['workers/main.ts']])('%s', (path) => {
  test('share the partitions, and take over those of one that leaves', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const shares = /works on (partition-\d(, )?){4}\n/;
    const one = startExample(path, server.url, ['worker-a']);
    await one.prints(/worker-a works on (partition-\d(, )?){8}\n/);
    const two = startExample(path, server.url, ['worker-b']);
    await Promise.all([one.prints(shares), two.prints(shares)]);
    await one.end('SIGTERM');
    await two.prints(/worker-b works on (partition-\d(, )?){8}\n/);
    await two.end('SIGTERM');
  });
});

describe.each([['audit-log/main.ts']])('%s', (path) => {
  test('notes of several programs at once follow each other', { timeout: HANGS_AFTER_MS }, async () => {
    const notes = ['ada', 'bob', 'cyd'].map((who) => outputOf(path, server.url, ['note', who, 'logged in']));
    expect((await Promise.all(notes)).sort()).toEqual(['noted at 1\n', 'noted at 2\n', 'noted at 3\n']);
    expect(await outputOf(path, server.url, ['verify'])).toMatch(
      /^3 entries, the last one is [0-9a-f]{64}\n$/,
    );
    // Somebody changes history, as far as a stream lets them: by an entry that does not follow.
    await connect(server.url).stream('audit').append('{"who":"eve","what":"nothing","after":"00"}');
    await startExample(path, server.url, ['verify']).prints(/entry 4 does not follow/);
  });
});
