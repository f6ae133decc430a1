// Goal: every request goes where it was meant to go, and no token to another server. Method: the choice of a target as a function; the
// file of contexts by the real program; signed requests at a server that makes the signature anew.

import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Contexts } from '../../src/cli/contexts.ts';
import { LOCAL_URL, regionOf, targetOf } from '../../src/cli/target.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { runCli } from '../support/command-line.ts';
import { startLambda } from '../support/lambda-endpoint.ts';
import { startServer } from '../support/server-process.ts';
import { signatureOf } from '../support/signed-by.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const KNOWN: Contexts = {
  current: 'prod',
  contexts: {
    prod: { url: 'https://prod.example', token: 'of-prod' },
    aws: { url: 'https://x.lambda-url.eu-west-1.on.aws', sigv4: true },
    both: { url: 'https://x.example', function: 'f' },
  },
};
const NONE: Contexts = { contexts: {} };
const AMBIENT = { ORDINAL_TOKEN: 'ambient' };

describe('where a request goes', () => {
  test.each([
    ['this machine', {}, {}, NONE, { url: LOCAL_URL }],
    ['this machine with a token', {}, AMBIENT, NONE, { url: LOCAL_URL, token: 'ambient' }],
    [
      'the current context, without the token around',
      {},
      AMBIENT,
      KNOWN,
      { url: 'https://prod.example', token: 'of-prod' },
    ],
    [
      'ORDINAL_URL before it',
      {},
      { ...AMBIENT, ORDINAL_URL: 'http://e' },
      KNOWN,
      { url: 'http://e', token: 'ambient' },
    ],
    [
      '--context before that',
      { context: 'aws' },
      { ...AMBIENT, ORDINAL_URL: 'http://e' },
      KNOWN,
      { ...KNOWN.contexts['aws'] },
    ],
    [
      '--url before all',
      { url: 'http://f' },
      { ...AMBIENT, ORDINAL_URL: 'http://e' },
      KNOWN,
      { url: 'http://f', token: 'ambient' },
    ],
    [
      '--token before others',
      { url: 'http://f', token: 't' },
      AMBIENT,
      KNOWN,
      { url: 'http://f', token: 't' },
    ],
    [
      '--token with a context',
      { context: 'prod', token: 't' },
      AMBIENT,
      KNOWN,
      { url: 'https://prod.example', token: 't' },
    ],
    [
      '--function, without a token',
      { function: 'f', region: 'r' },
      AMBIENT,
      KNOWN,
      { function: 'f', region: 'r' },
    ],
    ['empty variables are not set', {}, { ORDINAL_URL: '', ORDINAL_TOKEN: '' }, NONE, { url: LOCAL_URL }],
  ])('%s', (_, options, env, contexts, expected) => {
    expect(targetOf(options, env, () => contexts)).toEqual(expected);
  });

  test.each([
    [{ url: 'http://x', context: 'prod' }, /name two places/],
    [{ url: 'http://x', function: 'f' }, /name two places/],
    [{ context: 'none' }, /there is no context none among prod, aws, both/],
    [{ context: 'toString' }, /there is no context toString/],
    [{ context: 'both' }, /a URL or a function/],
    [{ function: 'f', token: 't' }, /takes no token/],
    [{ context: 'prod', sigv4: true as const }, /two ways to sign in/],
    [{ url: 'x' }, /is no URL/],
  ])('%j is refused', (options, message) => {
    expect(() => targetOf(options, {}, () => KNOWN)).toThrow(message);
  });

  test('the region of a Function URL is in its name', () => {
    const aws = { url: 'https://x.lambda-url.eu-west-1.on.aws' };
    expect(regionOf(aws, { AWS_REGION: 'us-east-1' })).toBe('eu-west-1');
    expect(regionOf({ ...aws, region: 'r' }, {})).toBe('r');
    expect(regionOf({ url: 'https://x.example' }, { AWS_REGION: 'us-east-1' })).toBe('us-east-1');
    expect(() => regionOf({ url: 'https://x.example' }, {})).toThrow('which region?');
  });
});

describe('ordinal context', () => {
  test('add, use, list, remove; the file is for its owner alone', async () => {
    const home = await directory();
    const env = { HOME: home };
    const context = (...args: string[]) => runCli(['context', ...args], { env, input: 'of-prod\n' });
    expect(await context('list')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no contexts; ordinal context add adds one\n',
    });
    expect((await context('add', 'prod', '--url', 'https://prod.example', '--token-stdin')).code).toBe(0);
    expect((await context('add', 'other', '--url', 'http://other.example', '-n', 'test')).code).toBe(0);
    const path = join(home, '.config/ordinal/config.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(home, '.config/ordinal'))).toEqual(['config.json']);
    const listed = await context('list');
    expect(listed.stdout).toMatch(
      /^ +NAME +SERVER +SIGN-IN +NAMESPACE\n\* +prod +https:\/\/prod\.example +token +-\n +other +/,
    );
    expect(listed.stdout).not.toContain('of-prod');
    expect((await context('list', '--json')).stdout).not.toContain('of-prod');
    expect((await context('use', 'other')).stdout).toBe('using other\n');
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      current: 'other',
      contexts: { prod: { token: 'of-prod' } },
    });
    expect(await context('use', 'none')).toMatchObject({ code: 2 });
    expect((await context('remove', 'other')).code).toBe(0);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      contexts: { prod: { url: 'https://prod.example', token: 'of-prod' } },
    });
    expect(await context('add', 'a b', '--url', 'http://x')).toMatchObject({ code: 2 });
    expect(await context('add', 'none')).toMatchObject({ code: 2 });
  });

  test('ORDINAL_CONFIG and XDG_CONFIG_HOME say where it is', async () => {
    const folder = await directory();
    const add = (env: Record<string, string>) =>
      runCli(['context', 'add', 'x', '--url', 'http://x'], { env });
    await add({ XDG_CONFIG_HOME: join(folder, 'xdg') });
    await add({ ORDINAL_CONFIG: join(folder, 'own.json'), XDG_CONFIG_HOME: '/nonexistent' });
    expect(await readdir(join(folder, 'xdg/ordinal'))).toEqual(['config.json']);
    expect((await readFile(join(folder, 'own.json'), 'utf8')).length).toBeGreaterThan(0);
  });

  test('a file that is not what it must be, or that others can read', async () => {
    const path = join(await directory(), 'config.json');
    const env = { ORDINAL_CONFIG: path };
    for (const [text, message] of [
      ['{', /is not JSON/],
      ['{"contexts":{"a":{"url":1}}}', /contexts\.a\.url: must be a string/],
      ['{"contexts":{"a":{"tokne":"x"}}}', /contexts\.a: unknown: tokne/],
    ] as const) {
      await writeFile(path, text, { mode: 0o600 });
      const ended = await runCli(['names', 'list'], { env });
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(message)]);
    }
    await writeFile(path, '{"contexts":{}}');
    await chmod(path, 0o644);
    const url = 'http://127.0.0.1:4';
    expect((await runCli(['names', 'list', '--url', url], { env })).stderr).toContain('others can read');
  });

  test('a server with a token, by a context, its namespace too', async () => {
    const folder = await directory();
    const token = 'a-token-of-this-test';
    const server = await startServer(['--store', 'memory'], { ORDINAL_TOKEN: token });
    cleanUp.push(() => server.end('SIGTERM'));
    const env = { ORDINAL_CONFIG: join(folder, 'c.json') };
    await runCli(['context', 'add', 'x', '--url', server.url, '--token', token, '-n', 'mine'], { env });
    expect((await runCli(['keys', 'put', 'k', 'v'], { env })).code).toBe(0);
    const listed = await runCli(['keys', 'list', '-n', 'mine', '--json'], { env });
    expect(JSON.parse(listed.stdout)).toMatchObject({ key: 'k' });
    const refused = await runCli(['keys', 'list', '--url', server.url], { env });
    expect(refused).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('[unauthenticated]; nothing happened'),
    });
  });
});

test('--sigv4 signs what is sent as AWS checks it', async () => {
  const seen: { signature: string; expected: string }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const signature = request.headers.authorization?.split('Signature=')[1] ?? '';
    seen.push({ signature, expected: await signatureOf(request, Buffer.concat(chunks)) });
    response.writeHead(200, { 'ordinal-position': '1', 'content-type': 'application/json' });
    response.end('{"name":"alice","owner":"me","claimedAt":1}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(async () => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'session',
  };
  const args = ['names', 'claim', 'alice', '--owner', 'me', '--url', url, '--sigv4', '--region', 'eu-west-1'];
  expect(await runCli(args, { env })).toMatchObject({ code: 0, stderr: '' });
  expect(seen).toHaveLength(1);
  expect(seen[0]?.signature).toMatch(/^[0-9a-f]{64}$/);
  expect(seen[0]?.signature).toBe(seen[0]?.expected);
});

test('--function invokes the function itself, and so does a context', async () => {
  const server = await startServer(['--store', 'memory']);
  cleanUp.push(() => server.end('SIGTERM'));
  const lambda = await startLambda('Shop-Api', server.url);
  cleanUp.push(lambda.stop);
  const env = {
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    ORDINAL_CONFIG: join(await directory(), 'c.json'),
    ORDINAL_TOKEN: 'is not for functions',
  };
  const where = ['--function', 'Shop-Api', '--region', 'eu-west-1'];
  expect(await runCli(['names', 'claim', 'alice', '--owner', 'me', ...where], { env })).toMatchObject({
    code: 0,
  });
  await runCli(['context', 'add', 'shop', ...where], { env });
  expect((await runCli(['names', 'get', 'alice', '--json'], { env })).stdout).toContain('"owner":"me"');
  const none = ['names', 'claim', 'bob', '--owner', 'me', '--function', 'None', '--region', 'eu-west-1'];
  expect(await runCli(none, { env })).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/was not invoked: .*; nothing happened/),
  });
  expect(lambda.invoked).toEqual(['Shop-Api', 'Shop-Api', 'None']);
});

test('serve takes a file, and refuses one that holds the token for others to read', async () => {
  const folder = await directory();
  await mkdir(join(folder, 'data'));
  const path = join(folder, 'o.json');
  await writeFile(path, JSON.stringify({ store: 'memory', token: 'a-token-of-this-test', port: 1 }), {
    mode: 0o600,
  });
  const server = await startServer(['--config', path]);
  expect((await fetch(`${server.url}/v1/names/x`)).status).toBe(401);
  expect(await server.end('SIGTERM')).toBe(0);
  await chmod(path, 0o644);
  expect(await runCli(['serve', '--config', path])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('holds the token, and others can read it'),
  });
});
