// Goal: lines become records as they come, records become lines, and pipes end as pipes do. Method: the real program against a real
// server, with inputs that come bit by bit and readers that go early.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Ordinal } from '../../src/api/ordinal.ts';
import { connect } from '../../src/client/client.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { bareEnvironment, cliProgram, endOf, runCli, spawnCli, textOf } from '../support/command-line.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let server: ServerProcess;
let ordinal: Ordinal;
let env: Record<string, string>;

beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
  env = { ORDINAL_URL: server.url };
  ordinal = connect(server.url);
});

afterAll(() => server.end('SIGTERM'));

const cli = (...args: string[]) => runCli(args, { env });

async function textIn(path: string): Promise<string> {
  const result = await ordinal.stream(path).read();
  return result.kind === 'data' ? Buffer.from(result.body).toString() : result.kind;
}

/** In a shell, as pipes are typed. */
async function shell(line: string): Promise<string> {
  const ordinalCommand = `${process.execPath} ${await cliProgram()}`;
  const script = `set -o pipefail; ordinal() { ${ordinalCommand} "$@"; }; ${line}`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: bareEnvironment(env) });
  return stdout;
}

test('trim: only on demand, and a reader that is too late is told where to begin', async () => {
  await ordinal.stream('trimmed').create({ body: '[1,2,3]' });
  const unasked = await cli('streams', 'trim', 'trimmed', '--before', '3');
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  expect(await textIn('trimmed')).toBe('[1,2,3]');
  const done = await cli('streams', 'trim', 'trimmed', '--before', '3', '--yes');
  expect(done).toEqual({ code: 0, stdout: 'trimmed begins at 3\n', stderr: '' });
  expect((await cli('streams', 'read', 'trimmed')).stdout).toBe('3\n');
  const late = await cli('streams', 'read', 'trimmed', '--after', '1', '--json');
  expect(late.code).toBe(1);
  expect(JSON.parse(late.stderr)).toMatchObject({ code: 'offset-gone', earliest: 3 });
  expect((await cli('streams', 'describe', 'trimmed')).stdout).toMatch(/earliest +3\n/);
  expect(await cli('streams', 'trim', 'none', '--before', '3', '--yes')).toMatchObject({ code: 1 });
  await cli('streams', 'create', 'kept', '--keep-for', '30d', '--keep-bytes', '1000');
  const kept = await cli('streams', 'describe', 'kept', '--json');
  expect(JSON.parse(kept.stdout)).toMatchObject({ retention: { ageSeconds: 2_592_000, bytes: 1000 } });
  expect((await cli('streams', 'describe', 'kept')).stdout).toMatch(
    /kept for +2592000 s\nkept bytes +1000\n/,
  );
  expect(await cli('streams', 'create', 'bad', '--keep-for', '500ms')).toMatchObject({ code: 2 });
});

test('read: from a moment, or from so long ago', async () => {
  await ordinal.stream('timed').create({ body: '[1,2]' });
  expect((await cli('streams', 'read', 'timed', '--since', '1h')).stdout).toBe('1\n2\n');
  expect((await cli('streams', 'read', 'timed', '--since', '2999-01-01T00:00:00Z')).stdout).toBe('');
  expect((await cli('streams', 'read', 'timed', '--since', 'noon')).code).toBe(2);
});

describe('append', () => {
  test('arguments are records, arrays too; all or none', async () => {
    await ordinal.stream('args').create();
    expect(await cli('streams', 'append', 'args', '{"a": 1}', '[1,2]', '1.10')).toEqual({
      code: 0,
      stdout: 'appended 3 to args at 1 to 3\n',
      stderr: '',
    });
    expect(await textIn('args')).toBe('[{"a": 1},[1,2],1.10]');
    expect(await cli('streams', 'append', 'args', '[[1],2]')).toMatchObject({ code: 0 });
    expect(await textIn('args')).toBe('[{"a": 1},[1,2],1.10,[[1],2]]');
    expect(await cli('streams', 'append', 'args', '1', 'nope')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('argument 2 is no JSON'),
    });
  });

  test('each line is there as soon as it has come', async () => {
    await ordinal.stream('live').create();
    const child = await spawnCli(['streams', 'append', 'live'], env);
    const ended = endOf(child);
    for (const id of [1, 2, 3]) {
      child.stdin?.write(`{"id":${id}}\n`);
      await expect.poll(() => textIn('live'), { timeout: 20_000 }).toContain(`{"id":${id}}`);
    }
    child.stdin?.end('{"id":4}');
    expect(await ended).toMatchObject({ code: 0, stdout: 'appended 4 to live at 1 to 4\n' });
  });

  test('a line that is no JSON: what came before stays, and the message says how much', async () => {
    const input = `${Array.from({ length: 5000 }, (_, id) => `{"id":${id}}\n`).join('')}\n  \nnope\n{"id":1}\n`;
    const ended = await runCli(['streams', 'append', 'faulty', '--create', 'application/json'], {
      env,
      input,
    });
    expect([ended.code, ended.stdout]).toEqual([5, '']);
    expect(ended.stderr).toMatch(
      /line 5003 is no JSON \[bad-input\] \(5000 were appended before, the last at 5000\)\n$/,
    );
  });

  test('large inputs go in batches that fit, and a record that does not fit is refused', async () => {
    const record = JSON.stringify('x'.repeat(100_000));
    const input = `${record}\n`.repeat(30);
    const ended = await runCli(['streams', 'append', 'large', '--create', 'application/json', '--json'], {
      env,
      input,
    });
    expect(JSON.parse(ended.stdout)).toEqual({
      stream: 'large',
      records: 30,
      first: 1,
      last: 30,
      closed: false,
    });
    const whole = JSON.stringify('x'.repeat(256 * 1024 - 2));
    expect(await runCli(['streams', 'append', 'large'], { env, input: whole })).toMatchObject({ code: 0 });
    const more = JSON.stringify('x'.repeat(256 * 1024));
    expect(await runCli(['streams', 'append', 'large'], { env, input: more })).toMatchObject({ code: 5 });
  });

  test('text keeps its line ends; a whole file is one record', async () => {
    const path = join(await directory(), 'log');
    await writeFile(path, 'one\r\ntwo\nthree');
    await cli('streams', 'append', 'text', '--create', 'text/plain', '--file', path);
    expect(await textIn('text')).toBe('one\r\ntwo\nthree');
    expect(await cli('streams', 'append', 'text', '--whole', '--file', path)).toMatchObject({ code: 0 });
    expect(await textIn('text')).toBe('one\r\ntwo\nthreeone\r\ntwo\nthree');
  });

  test('compare-and-append over several batches, a fencing token, and closing', async () => {
    const input = `${JSON.stringify('y'.repeat(200_000))}\n`.repeat(3);
    const args = [
      'streams',
      'append',
      'cas',
      '--create',
      'application/json',
      '--expected-tail',
      '0',
      '--close',
    ];
    expect(await runCli(args, { env, input })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('closed cas at 3'),
    });
    expect(await ordinal.stream('cas').describe()).toMatchObject({ tail: 3, closed: true });
    await ordinal.stream('fenced').create({ body: '[1]' });
    const early = await cli('streams', 'append', 'fenced', '2', '--expected-tail', '0');
    expect(early).toMatchObject({
      code: 1,
      stderr: 'ordinal: fenced is at 1 [tail-mismatch]; nothing happened\n',
    });
    await cli('streams', 'append', 'fenced', '2', '--fencing-token', '7');
    const behind = await cli('streams', 'append', 'fenced', '3', '--fencing-token', '6');
    expect(behind).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('[stream-fenced]; nothing happened'),
    });
  });

  test('what cannot be: no stream, nothing to append', async () => {
    expect(await cli('streams', 'append', 'none', '1')).toMatchObject({
      code: 1,
      stderr: 'ordinal: there is no stream none; --create makes one [stream-not-found]\n',
    });
    await ordinal.stream('nothing').create();
    expect(await runCli(['streams', 'append', 'nothing'], { env, input: '' })).toMatchObject({ code: 5 });
  });
});

test('list: in pages, by prefix, and as JSON', async () => {
  for (const path of ['list/a', 'list/b', 'list/c'])
    await ordinal.stream(path).create({ contentType: 'text/plain' });
  await ordinal.stream('list/b').close();
  expect((await cli('streams', 'list', '--prefix', 'list/')).stdout).toMatch(
    /^STREAM +CONTENT TYPE +TAIL +CLOSED\nlist\/a +text\/plain +0 +no\nlist\/b +text\/plain +0 +yes\nlist\/c .*\n$/,
  );
  const some = await cli('streams', 'list', '--prefix', 'list/', '--limit', '2', '--json');
  expect(
    some.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).name),
  ).toEqual(['list/a', 'list/b']);
});

describe('read and follow', () => {
  test('a record on each line, from a place and up to a number', async () => {
    await ordinal.stream('lines').create({ body: '[{"a":\n 1}, "b\\n", 12345678901234567890]' });
    expect((await cli('streams', 'read', 'lines')).stdout).toBe('{"a": 1}\n"b\\n"\n12345678901234567890\n');
    expect((await cli('streams', 'read', 'lines', '--after', '1', '--json')).stdout).toMatch(
      /^\{"position":2,"timeMs":\d{13},"value":"b\\n"\}\n\{"position":3,"timeMs":\d{13},"value":12345678901234567890\}\n$/,
    );
    const one = await cli('streams', 'read', 'lines', '--after', '1', '--limit', '1');
    expect(one.stdout).toBe('"b\\n"\n');
    expect(await cli('streams', 'read', 'lines', '--after', '4')).toMatchObject({ code: 1 });
  });

  test('of bytes: as they are, and record by record', async () => {
    const contentType = 'text/plain';
    await ordinal.stream('bytes').create({ contentType });
    for (const body of ['one\n', Uint8Array.of(0xe4), 'three'])
      await ordinal.stream('bytes').append(body, { contentType });
    expect((await cli('streams', 'read', 'bytes', '--limit', '1')).stdout).toBe('one\n');
    const lines = (await cli('streams', 'read', 'bytes', '--json')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { position: 1, timeMs: expect.any(Number), value: 'one\n' },
      { position: 2, timeMs: expect.any(Number), valueBase64: '5A==' },
      { position: 3, timeMs: expect.any(Number), value: 'three' },
    ]);
  });

  test('follow: from the end, or from a place; ends with the stream, or with Ctrl-C', async () => {
    const stream = ordinal.stream('followed');
    await stream.create({ body: '[1]' });
    const fromStart = await spawnCli(['streams', 'follow', 'followed', '--after', '0', '--json'], env);
    cleanUp.push(async () => fromStart.kill('SIGKILL'));
    const fromNow = await spawnCli(['streams', 'follow', 'followed'], env);
    const [text, ended, endedNow] = [textOf(fromStart.stdout), endOf(fromStart), endOf(fromNow)];
    await expect.poll(text, { timeout: 20_000 }).toMatch(/^\{"position":1,"timeMs":\d{13},"value":1\}\n$/);
    await stream.append('[2]');
    await expect.poll(text, { timeout: 20_000 }).toMatch(/\{"position":2,"timeMs":\d{13},"value":2\}\n$/);
    fromStart.kill('SIGINT');
    expect((await ended).code).toBe(130);
    await stream.close();
    const now = await endedNow;
    expect(now).toMatchObject({ code: 0, stderr: '' });
    expect(now.stdout).not.toContain('1\n');
  });
});

test('`| head`: no message, and the code of a broken pipe', async () => {
  await ordinal.stream('piped').create({ contentType: 'text/plain', body: 'line\n'.repeat(50_000) });
  const run = await shell('{ ordinal streams read piped 2>&3; echo "code $?" >&3; } 3>&1 >/dev/null | cat');
  expect(run).toBe('code 0\n');
  const cut = await shell(
    '{ { ordinal streams read piped 2>&3; echo "code $?" >&3; } | head -n 1 >/dev/null; } 3>&1; true',
  );
  expect(cut).toBe('code 141\n');
});
