// Goal: `npm start` does what its help says. Method: the real program, started and ended as a person would.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { serveSettings, ZOOKEEPER_WORDS } from '../../src/server/settings.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { dynaliteKind } from '../support/emulators.ts';
import { runServer, type ServerProcess, startServer } from '../support/server-process.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 120_000 });

const shell = promisify(execFile);
async function server(args: string[], env?: Record<string, string>): Promise<ServerProcess> {
  const started = await startServer(args, env);
  cleanUp.push(async () => started.child.exitCode === null && started.end('SIGKILL'));
  return started;
}

describe('settings', () => {
  test('defaults, file, environment over the file, and flags over the environment', () => {
    const common = { host: '127.0.0.1', metrics: true, traces: true, logLevel: 'info' };
    const defaults = {
      ...common,
      port: 4437,
      data: '.ordinal',
      store: 'sqlite',
      createTable: false,
      console: true,
      zookeeperOpen: false,
      zookeeperNamespace: 'zookeeper',
      zookeeperTickMs: 3000,
      zookeeperContainerCheckMs: 60_000,
      zookeeperReads: 'local',
      zookeeperConnections: 0,
      zookeeperWords: new Set(ZOOKEEPER_WORDS),
    };
    expect(serveSettings({ flags: {}, env: {} })).toEqual({ kind: 'settings', settings: defaults });
    const content = { port: 3, data: 'f', host: '::1', createTable: true, console: false };
    const file = { path: 'o.json', text: JSON.stringify(content) };
    const inFile = { ...defaults, ...content };
    expect(serveSettings({ flags: {}, env: {}, file })).toEqual({ kind: 'settings', settings: inFile });
    const env = {
      PORT: '1',
      ORDINAL_DATA: 'd',
      ORDINAL_STORE: 'dynamodb',
      ORDINAL_TABLE: 'tab',
      ORDINAL_CREATE_TABLE: 'true',
    };
    const inEnvironment = { port: 1, data: 'd', store: 'dynamodb', table: 'tab', createTable: true };
    expect(serveSettings({ flags: {}, env })).toEqual({
      kind: 'settings',
      settings: { ...defaults, ...inEnvironment },
    });
    expect(serveSettings({ flags: {}, env, file })).toEqual({
      kind: 'settings',
      settings: { ...defaults, ...inEnvironment, host: '::1', console: false },
    });
    const flags = { port: '2', data: 'e', store: 'sqlite' };
    expect(serveSettings({ flags, env, file })).toMatchObject({
      settings: { port: 2, data: 'e', store: 'sqlite', host: '::1' },
    });
    expect(serveSettings({ flags: {}, env: { PORT: '' } })).toEqual({ kind: 'settings', settings: defaults });
  });

  test('the web sites that may use it', () => {
    const env = { ORDINAL_TOKEN: 'x'.repeat(16) };
    const origins = ['https://a.example', 'http://localhost:5173'];
    expect(serveSettings({ flags: { corsOrigins: origins.join(',') }, env: {} })).toMatchObject({
      settings: { corsOrigins: origins },
    });
    expect(serveSettings({ flags: { corsOrigins: '*' }, env })).toMatchObject({
      settings: { corsOrigins: '*' },
    });
  });

  test('telemetry and quotas, from each source', () => {
    const env = { ORDINAL_TRACES: 'off', ORDINAL_QUOTA_BYTES: '2.5', ORDINAL_METRICS: 'false' };
    const file = { path: 'o.json', text: '{"logFormat":"json","quotaRequests":7,"metrics":true}' };
    expect(serveSettings({ flags: { logLevel: 'debug' }, env, file })).toMatchObject({
      kind: 'settings',
      settings: {
        traces: false,
        metrics: false,
        quotaBytes: 2.5,
        quotaRequests: 7,
        logFormat: 'json',
        logLevel: 'debug',
      },
    });
  });

  test.each([
    [{ port: '99999' }, {}, undefined, /^--port \(PORT\) must be a number from 0 to 65535$/],
    [{ port: 'x' }, {}, undefined, /^--port \(PORT\)/],
    [{ host: '0.0.0.0' }, {}, undefined, /^ORDINAL_TOKEN is needed with any address but the loopback$/],
    [{ host: '::' }, {}, undefined, /^ORDINAL_TOKEN is needed/],
    [{ host: '127.evil.example' }, {}, undefined, /^ORDINAL_TOKEN is needed/],
    [{}, { ORDINAL_TOKEN: 'short' }, undefined, /^ORDINAL_TOKEN must have at least 16 characters$/],
    [{}, { ORDINAL_TOKEN: 'with a namespace in it' }, undefined, /^ORDINAL_TOKEN must be letters/],
    [
      {},
      { ORDINAL_STORE: 'redis' },
      undefined,
      /^--store \(ORDINAL_STORE\) must be sqlite, dynamodb or memory$/,
    ],
    [{ store: 'dynamodb' }, {}, undefined, /^--table \(ORDINAL_TABLE\) is needed/],
    [{ table: 'a b' }, {}, undefined, /^--table \(ORDINAL_TABLE\)/],
    [{ data: '' }, {}, undefined, /^--data \(ORDINAL_DATA\) must name a directory$/],
    [
      {},
      { ORDINAL_CREATE_TABLE: 'yes' },
      undefined,
      /^--create-table \(ORDINAL_CREATE_TABLE\) must be true or false$/,
    ],
    [
      { quotaRequests: '0' },
      {},
      undefined,
      /^--quota-requests \(ORDINAL_QUOTA_REQUESTS\) must be a number above 0/,
    ],
    [{ quotaBytes: '-1' }, {}, undefined, /^--quota-bytes \(ORDINAL_QUOTA_BYTES\) must be a number above 0/],
    [
      { corsOrigins: 'https://a.example/' },
      {},
      undefined,
      /^--cors-origins \(ORDINAL_CORS_ORIGINS\) must be \*/,
    ],
    [{ corsOrigins: '*' }, {}, undefined, /^ORDINAL_TOKEN is needed where every web site may/],
    [{}, { ORDINAL_TRACES: 'no' }, undefined, /^ORDINAL_TRACES must be on or off$/],
    [
      {},
      { ORDINAL_LOG_LEVEL: 'all' },
      undefined,
      /^--log-level \(ORDINAL_LOG_LEVEL\) must be one of error, /,
    ],
    [{ logFormat: 'xml' }, {}, undefined, /^--log-format \(ORDINAL_LOG_FORMAT\) must be text or json$/],
    [{}, {}, '{"quotaStreams":"1"}', /^o\.json quotaStreams must be a number$/],
    [{}, {}, '{', /^o\.json is not JSON$/],
    [{}, {}, '[]', /^o\.json must hold one JSON object$/],
    [{}, {}, '{"prot":1}', /^o\.json has no setting "prot"; there are host, port, /],
    [{}, {}, '{"port":"1"}', /^o\.json port must be a number$/],
    [{}, {}, '{"port":70000}', /^port in o\.json must be a number from 0 to 65535$/],
    [{}, {}, '{"host":"0.0.0.0"}', /^ORDINAL_TOKEN is needed/],
  ])('%j %j %s', (flags, env, text, message) => {
    const parsed = serveSettings({
      flags,
      env,
      file: text === undefined ? undefined : { path: 'o.json', text },
    });
    expect(parsed.kind).toBe('invalid');
    expect(parsed.kind === 'invalid' && parsed.message).toMatch(message);
  });
});

describe('the program', () => {
  test('prints the URL and three curl lines that work as printed', async () => {
    const started = await server(['--data', await directory()]);
    const lines = started.output().match(/^ {2}curl .*$/gm) ?? [];
    expect(lines.length).toBe(3);
    const printed = async (index: number) => (await shell('sh', ['-c', `${lines[index]} -sS`])).stdout;
    expect(JSON.parse(await printed(0))).toEqual({ name: 'alice', owner: 'me', claimedAt: 1 });
    expect(JSON.parse(await printed(1))).toEqual({ name: 'alice', owner: 'me', claimedAt: 1 });
    expect(await printed(2)).toContain('201 Created');
    expect(await started.end('SIGTERM')).toBe(0);
  });

  test('--help', async () => {
    const { child, output } = runServer(['serve', '--help']);
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    for (const word of ['PORT', 'ORDINAL_DATA', 'ORDINAL_STORE', 'ORDINAL_TABLE'])
      expect(output()).toContain(word);
  });

  async function failsWith(args: string[], env: Record<string, string>, message: RegExp): Promise<void> {
    const { child, output } = runServer(args, env);
    await once(child, 'exit');
    expect(child.exitCode).toBeGreaterThan(0);
    const lines = output()
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('ordinal:'));
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(message);
  }

  test('what it cannot use: one clear line, and a non-zero exit', async () => {
    const file = join(await directory(), 'file');
    await writeFile(file, 'not a directory');
    await failsWith(['--port', '-1'], {}, /PORT|port/);
    await failsWith(['--token', 'on-the-command-line'], {}, /--token/);
    await failsWith(['docter'], {}, /unknown command 'docter' \(Did you mean doctor\?\)/);
    await failsWith(['doctor', 'now'], {}, /too many arguments/);
    await failsWith(['--prot', '1'], {}, /--prot.*--help/);
    await failsWith(['--data', join(file, 'below')], {}, /^ordinal: cannot use .* as the data directory: /);
    const started = await server(['--data', await directory()]);
    const { port } = new URL(started.url);
    await failsWith(
      ['--store', 'memory', '--port', port],
      {},
      /^ordinal: cannot listen on 127.0.0.1:\d+: it is in use/,
    );
  });

  test('DynamoDB: no endpoint, no table, and a table that it creates when asked to', async () => {
    const aws = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    const args = ['--store', 'dynamodb', '--table', 'mine'];
    const nobody = { ...aws, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' };
    await failsWith(args, nobody, /^ordinal: cannot use the DynamoDB table mine: .*ECONNREFUSED/);
    const emulator = await dynaliteKind.start();
    cleanUp.push(() => emulator.stop());
    const env = { ...aws, AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint };
    await failsWith(args, env, /^ordinal: there is no DynamoDB table mine; --create-table creates it/);
    const started = await server([...args, '--create-table'], env);
    const claimed = await fetch(`${started.url}/v1/names/x`, { method: 'PUT', body: '{"owner":"a"}' });
    expect(claimed.status).toBe(201);
    const again = await server(args, env);
    expect((await fetch(`${again.url}/v1/names/x`)).status).toBe(200);
  });

  test('on SIGTERM it answers what it has accepted, sends live readers home, and ends', async () => {
    const data = await directory();
    const started = await server(['--data', data]);
    await fetch(`${started.url}/v1/stream/s`, { method: 'PUT', body: 'a' });
    const poll = fetch(`${started.url}/v1/stream/s?offset=now&live=long-poll`);
    const events = fetch(`${started.url}/v1/stream/s?offset=now&live=sse`).then((response) =>
      response.text(),
    );
    const claims = Array.from({ length: 50 }, (_, index) =>
      fetch(`${started.url}/v1/names/n${index}`, { method: 'PUT', body: '{"owner":"a"}' }),
    );
    await claims[0];
    const answered = Promise.allSettled(claims);
    expect(await started.end('SIGTERM')).toBe(0);
    expect((await poll).status).toBe(204);
    expect(await events).toContain('event: control');
    // A claim that came too late was not accepted: its connection was closed, and it has not happened.
    const statuses = (await answered).map((one) =>
      one.status === 'fulfilled' ? one.value.status : 'closed',
    );
    for (const status of statuses) expect([201, 'closed']).toContain(status);
    const again = await server(['--data', data]);
    const { names } = (await (await fetch(`${again.url}/v1/names?limit=1000`)).json()) as {
      names: unknown[];
    };
    expect(names.length).toBe(statuses.filter((status) => status === 201).length);
  });

  test('half-closed, silent and nonsensical connections disturb nobody', async () => {
    const started = await server(['--data', await directory()]);
    const port = Number(new URL(started.url).port);
    const request = (text: string) =>
      new Promise<string>((resolve) => {
        let answer = '';
        const socket = connect(port, '127.0.0.1', () => socket.end(text));
        socket.on('data', (data) => {
          answer += data;
        });
        socket.on('close', () => resolve(answer));
        socket.on('error', () => resolve(answer));
      });
    const silent = connect(port, '127.0.0.1');
    cleanUp.push(async () => silent.destroy());
    const body = '{"owner":"a"}';
    const claim = `PUT /v1/names/half HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`;
    // Ends its side right after the request: it is still answered.
    expect(await request(claim + body)).toContain('201 Created');
    // Ends in the middle of the body: nothing happens.
    const broken = claim.replace('half', 'broken') + body.slice(0, 5);
    expect(await request(broken)).not.toContain('201');
    expect(await request('NONSENSE\r\n\r\n')).toContain('400');
    expect(
      await request(`GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`),
    ).toContain('431');
    expect((await fetch(`${started.url}/v1/names/half`)).status).toBe(200);
    expect((await fetch(`${started.url}/v1/names/broken`)).status).toBe(404);
  });
});
