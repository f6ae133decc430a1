// Goal: every command says the same as the API, for people and for scripts, and ends with the code that help promises. Method: the real
// program against a real server, one after the other as a person would.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/client/client.ts';
import { directory } from '../support/clean-up.ts';
import { type Ended, runCli } from '../support/command-line.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
});

afterAll(() => server.end('SIGTERM'));

function ordinal(...args: string[]): Promise<Ended> {
  return runCli(args, { env: { ORDINAL_URL: server.url } });
}

/** @param stdout the text, or a matcher of it */
function done(stdout: unknown): object {
  return { code: 0, stdout, stderr: '' };
}

function no(code: string): object {
  return { code: 1, stdout: '', stderr: expect.stringContaining(`[${code}]`) };
}

describe('names', () => {
  test('claim, get, list, release', async () => {
    expect(await ordinal('names', 'claim', 'Alice', '--owner', 'me')).toEqual(
      done(expect.stringMatching(/^claimed alice for me at \d+\n$/)),
    );
    expect(await ordinal('names', 'claim', 'alice', '--owner', 'me')).toMatchObject({ code: 0 });
    const taken = await ordinal('names', 'claim', 'ALICE', '--owner', 'you');
    expect(taken).toEqual({
      code: 1,
      stdout: '',
      stderr: 'ordinal: ALICE is held by me [name-taken]; nothing happened\n',
    });
    expect((await ordinal('names', 'get', 'alice')).stdout).toMatch(
      /^name +alice\nowner +me\nclaimed at +\d+\n$/,
    );
    expect(await ordinal('names', 'get', 'bob')).toEqual(no('name-free'));
    expect((await ordinal('names', 'list', '--prefix', 'al')).stdout).toMatch(
      /^NAME +OWNER +CLAIMED AT\nalice +me +\d+\n$/,
    );
    expect(await ordinal('names', 'list', '--prefix', 'x')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no names\n',
    });
    expect(await ordinal('names', 'release', 'alice', '--owner', 'you')).toEqual(no('name-not-yours'));
    expect(await ordinal('names', 'release', 'alice', '--owner', 'me')).toEqual(done('released alice\n'));
    expect(await ordinal('names', 'release', 'alice', '--owner', 'me')).toEqual(no('name-not-held'));
  });

  test('--json: results on standard output, failures on standard error, one document each', async () => {
    const claimed = await ordinal('names', 'claim', 'json', '--owner', 'me', '--json');
    expect(JSON.parse(claimed.stdout)).toMatchObject({
      kind: 'claimed',
      holder: { name: 'json', owner: 'me' },
    });
    const taken = await ordinal('names', 'claim', 'json', '--owner', 'you', '--json');
    expect(taken.stdout).toBe('');
    expect(JSON.parse(taken.stderr)).toMatchObject({
      code: 'name-taken',
      definite: true,
      exit: 1,
      holder: { owner: 'me' },
    });
  });

  test('all pages of a long list, or as many as are asked for', async () => {
    const { names } = connect(server.url).namespace('many');
    const all = Array.from({ length: 1203 }, (_, index) => `name-${String(index).padStart(4, '0')}`);
    await Promise.all(all.map((name) => names.claim(name, 'me')));
    const listed = await ordinal('names', 'list', '-n', 'many', '--json');
    expect(
      listed.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).name),
    ).toEqual(all);
    const some = await ordinal('names', 'list', '-n', 'many', '--limit', '1100');
    expect(some.stdout.trim().split('\n')).toHaveLength(1101);
  });
});

describe('keys', () => {
  test('put, get, conditions, list, delete', async () => {
    expect((await ordinal('keys', 'put', 'a/b', 'one')).stdout).toMatch(
      /^created a\/b, version 1, at \d+\n$/,
    );
    const { entry } = JSON.parse((await ordinal('keys', 'put', 'a/b', 'two', '--json')).stdout);
    expect(entry).toMatchObject({ key: 'a/b', value: 'two', version: 2 });
    expect(await ordinal('keys', 'put', 'a/b', 'x', '--if-absent')).toEqual(no('condition-failed'));
    expect(await ordinal('keys', 'put', 'a/b', 'x', '--if-modified', String(entry.modified - 1))).toEqual(
      no('condition-failed'),
    );
    expect(await ordinal('keys', 'get', 'a/b')).toEqual(done('two'));
    expect(await ordinal('keys', 'get', 'a/b', '--at', String(entry.created))).toEqual(done('one'));
    expect(await ordinal('keys', 'get', 'a/none')).toEqual(no('key-not-found'));
    const listed = await ordinal('keys', 'list', '--prefix', 'a/');
    expect(listed.stdout).toMatch(/^KEY +VALUE +VERSION +MODIFIED +LEASE\na\/b +two +2 +\d+ +-\n$/);
    expect(await ordinal('keys', 'delete', 'a/b', '--if-modified', String(entry.modified))).toMatchObject({
      code: 0,
    });
    expect(await ordinal('keys', 'delete', 'a/b')).toEqual(no('key-not-found'));
  });

  test('any bytes, from a file and from standard input', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    const path = join(await directory(), 'value');
    await writeFile(path, bytes);
    expect(await ordinal('keys', 'put', 'bytes', '--file', path)).toMatchObject({ code: 0 });
    const got = await ordinal('keys', 'get', 'bytes', '--json');
    expect(JSON.parse(got.stdout)).toMatchObject({ valueBase64: bytes.toString('base64') });
    const env = { ORDINAL_URL: server.url };
    await runCli(['keys', 'put', 'text'], { env, input: 'a\nb\n' });
    expect((await ordinal('keys', 'get', 'text')).stdout).toBe('a\nb\n');
    expect(await ordinal('keys', 'put', 'text', 'value', '--file', path)).toMatchObject({ code: 2 });
    expect(await ordinal('keys', 'put', 'text', '--file', `${path}-none`)).toMatchObject({ code: 5 });
  });

  test('what a terminal would obey is shown as what it is', async () => {
    await ordinal('keys', 'put', 'escape\u001b[2J', 'a\u001b]0;title\u0007\u202eb');
    const { stdout } = await ordinal('keys', 'list', '--prefix', 'escape');
    expect(stdout).toContain('escape\\u001b[2J  a\\u001b]0;title\\u0007\\u202eb');
    const missing = await ordinal('keys', 'get', 'none\u001b[2J');
    expect(missing.stderr).toContain('none\\u001b[2J');
  });

  test('columns stay aligned with wide characters', async () => {
    await ordinal('keys', 'put', '幅/一', 'x', '-n', 'wide');
    await ordinal('keys', 'put', '幅/long', 'y', '-n', 'wide');
    const { stdout } = await ordinal('keys', 'list', '-n', 'wide');
    expect(stdout).toMatch(/^KEY .*\n幅\/long {2}y .*\n幅\/一 {4}x .*\n$/);
  });
});

describe('leases, sequences, locks, elections, groups, namespaces', () => {
  test('leases', async () => {
    expect(await ordinal('leases', 'grant', 'one', '--ttl', '30s')).toEqual(
      done('granted one, time to live 30000 ms\n'),
    );
    expect((await ordinal('leases', 'grant', 'one', '--ttl', '1m')).stdout).toBe(
      'there is one, time to live 30000 ms\n',
    );
    expect(await ordinal('leases', 'renew', 'one', 'none')).toEqual({
      code: 1,
      stdout: 'renewed one, time to live 30000 ms\n',
      stderr: 'ordinal: ended, or never granted: none [lease-not-found]\n',
    });
    const got = await ordinal('leases', 'get', 'one', '--json');
    expect(JSON.parse(got.stdout)).toMatchObject({ lease: 'one', ttlMs: 30_000, keys: 0 });
    expect((await ordinal('leases', 'list')).stdout).toMatch(
      /^LEASE +TTL MS +LEFT MS +KEYS\none +30000 +\d+ +0\n$/,
    );
    expect(await ordinal('keys', 'put', 'k', 'v', '--lease', 'none')).toEqual(no('lease-not-found'));
    expect(await ordinal('leases', 'revoke', 'one')).toEqual(done('revoked one\n'));
    expect(await ordinal('leases', 'revoke', 'one')).toEqual(no('lease-not-found'));
    expect(await ordinal('leases', 'grant', 'one', '--ttl', '30')).toMatchObject({ code: 2 });
  });

  test('sequences', async () => {
    expect(await ordinal('sequences', 'next', 'invoices')).toEqual(done('1\n'));
    expect(await ordinal('sequences', 'next', 'invoices', '--count', '10')).toEqual(done('2 11\n'));
    expect(await ordinal('sequences', 'get', 'invoices')).toEqual(done('11\n'));
    expect(await ordinal('sequences', 'list')).toEqual(done('SEQUENCE  LAST\ninvoices    11\n'));
  });

  test('locks, elections and groups that others hold', async () => {
    const other = connect(server.url).namespace();
    await other.locks.acquire('job', { lease: 'first', ttlMs: 60_000 });
    await other.locks.acquire('job', { lease: 'second', ttlMs: 60_000, waitMs: 1 });
    const lock = await ordinal('locks', 'get', 'job');
    expect(lock.stdout).toMatch(/^ +LEASE +TOKEN\nholds +first +\d+\nwaits +second +\d+\n$/);
    expect(await ordinal('locks', 'get', 'none')).toEqual(no('lock-free'));
    expect((await ordinal('locks', 'list')).stdout).toMatch(
      /^LOCK +HOLDERS +TOKEN +WAITING\njob +first +\d+ +1\n$/,
    );
    await other.elections.campaign('chief', { lease: 'leader', ttlMs: 60_000, value: 'host:1' });
    expect((await ordinal('elections', 'get', 'chief')).stdout).toMatch(
      /lease +leader\nterm +\d+\nvalue +host:1\n/,
    );
    expect(await ordinal('elections', 'get', 'none')).toEqual(no('no-leader'));
    expect((await ordinal('elections', 'list')).stdout).toMatch(/\nchief +\d+ +leader +host:1 +1\n$/);
    await other.groups.join('workers', 'w1', { lease: 'leader', metadata: 'm' });
    expect((await ordinal('groups', 'members', 'workers')).stdout).toMatch(/\nw1 +m +leader +\d+\n$/);
    expect(await ordinal('groups', 'list')).toEqual(done('GROUP    MEMBERS\nworkers        1\n'));
  });

  test('namespaces', async () => {
    await ordinal('keys', 'put', 'k', 'v', '--namespace', 'short');
    const listed = await ordinal('namespaces', 'list');
    expect(listed.stdout.split('\n')).toContain('short');
    const described = await ordinal('namespaces', 'describe', 'short', '--json');
    expect(JSON.parse(described.stdout)).toMatchObject({ name: 'short', position: 1, keys: 1 });
    expect(await ordinal('namespaces', 'describe', 'none')).toEqual(no('namespace-not-found'));
    const unasked = await ordinal('namespaces', 'delete', 'short');
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await ordinal('namespaces', 'delete', 'short', '--yes')).toEqual(done('deleted short\n'));
    expect(await ordinal('namespaces', 'delete', 'short', '--yes')).toEqual(no('namespace-not-found'));
  });
});

test('history: two claimants of one name, and the position that decided', async () => {
  const claim = (owner: string) => ordinal('names', 'claim', 'raced', '--owner', owner, '-n', 'race');
  expect([(await claim('first')).code, (await claim('second')).code]).toEqual([0, 1]);
  const history = await ordinal('history', '-n', 'race', '--resource', 'names');
  const [, ...rows] = history.stdout.trim().split('\n');
  expect(rows.map((row) => row.replace(/ +/g, ' ').replace(/ ?(\d+) \S+/, '$1'))).toEqual([
    '1 transaction yes create names/raced = first',
    '2 transaction no nothing changed; asked: put names/raced = second',
  ]);
  const rest = await ordinal('history', '-n', 'race', '--after', '1', '--json');
  expect(JSON.parse(rest.stdout)).toMatchObject({ position: 2, succeeded: false, changes: [] });
  expect((await ordinal('history', '-n', 'race', '--prefix', 'none')).stderr).toBe('no commands\n');
});

describe('what cannot be done', () => {
  test('no server: it is said at once, and that nothing happened', async () => {
    const env = { ORDINAL_URL: 'http://127.0.0.1:4' };
    expect(await runCli(['names', 'claim', 'x', '--owner', 'me'], { env })).toEqual({
      code: 4,
      stdout: '',
      stderr: 'ordinal: cannot reach http://127.0.0.1:4: ECONNREFUSED [unavailable]; nothing happened\n',
    });
    expect(await runCli(['names', 'get', 'x'], { env })).toMatchObject({ code: 4 });
  });

  test('a server that does not answer: a look is unavailable, a change may have happened', async () => {
    const { createServer } = await import('node:http');
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const env = { ORDINAL_URL: url };
    const claimed = await runCli(['names', 'claim', 'x', '--owner', 'me', '--timeout', '300ms'], { env });
    expect(claimed).toMatchObject({ code: 3, stderr: expect.stringContaining('; it may have happened\n') });
    const seen = await runCli(['names', 'get', 'x', '--timeout', '300ms', '--json'], { env });
    expect(seen.code).toBe(4);
    expect(JSON.parse(seen.stderr)).toEqual({ code: 'unavailable', message: 'no answer in time', exit: 4 });
    silent.closeAllConnections();
    silent.close();
  });

  test.each([
    [['names', 'claim'], /missing required argument 'name'/],
    [['names', 'clam', 'x'], /unknown command 'clam' \(Did you mean claim\?\)/],
    [['nmaes'], /unknown command 'nmaes' \(Did you mean names\?\)/],
    [['names', 'get', 'x', '--owener', 'y'], /unknown option '--owener'/],
    [['names'], /ordinal names: which command\?/],
    [['keys', 'get', 'x', '--at', '-1'], /It is a whole number from 0/],
    [['keys', 'get', 'x', '-n', 'no name'], /no name of a namespace/],
    [['streams', 'create', '..'], /no URL can hold/],
    [['names', 'get', 'x', '--url', 'ftp://x'], /is no URL/],
    [['names', 'get', 'x', '--url', 'http://x', '--context', 'y'], /--url and --context name two places/],
  ])('%j: usage', async (args, message) => {
    const { code, stdout, stderr } = await ordinal(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe('help', () => {
  test('at every level, with examples', async () => {
    expect((await ordinal('--help')).stdout).toContain('Exit codes:');
    for (const args of [
      ['names', '--help'],
      ['help', 'names'],
      ['names', 'claim', '-h'],
      ['help', 'names', 'claim'],
    ]) {
      const { code, stdout, stderr } = await ordinal(...args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: ordinal names .*\n\nExamples:\n {2}\$ ordinal names claim/s);
    }
  });

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(await ordinal('--version')).toEqual(done(`${version}\n`));
  });
});
