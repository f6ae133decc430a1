// Goal: at a terminal there are colours, progress and questions, and elsewhere there are none; Ctrl-C ends everything at once. Method:
// the real program in a pseudo-terminal, and the same without one.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Ordinal } from '../../src/api/ordinal.ts';
import { connect } from '../../src/client/client.ts';
import { bareEnvironment, cliProgram, runCli } from '../support/command-line.ts';
import { CTRL_C, inTerminal, NO_TERMINAL, type Step } from '../support/pseudo-terminal.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const ESCAPE = '\u001b[';

let server: ServerProcess;
let ordinal: Ordinal;
let env: Record<string, string>;
let folder: string;

beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
  env = { ORDINAL_URL: server.url };
  ordinal = connect(server.url);
  folder = await mkdtemp(join(tmpdir(), 'ordinal-'));
  const stream = ordinal.stream('big');
  await stream.create({ contentType: 'text/plain' });
  for (let part = 0; part < 160; part += 1) {
    await stream.append('x'.repeat(250_000), { contentType: 'text/plain' });
  }
  await ordinal.names().claim('alice', 'me');
});

afterAll(async () => {
  await server.end('SIGTERM');
  await rm(folder, { recursive: true });
});

async function terminal(
  args: readonly string[],
  steps: readonly Step[] = [],
  more: Record<string, string> = {},
) {
  const command = [process.execPath, await cliProgram(), ...args];
  return inTerminal(command, { ...bareEnvironment(env), TERM: 'xterm', ...more }, steps);
}

describe.skipIf(NO_TERMINAL !== undefined)(`at a terminal ${NO_TERMINAL ?? ''}`, () => {
  test('headings and errors have colours, unless NO_COLOR or a dumb terminal says no', async () => {
    expect((await terminal(['names', 'list'])).output).toContain(`${ESCAPE}1mNAME`);
    expect((await terminal(['names', 'get', 'bob'])).output).toContain(`${ESCAPE}31mordinal:`);
    for (const more of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect((await terminal(['names', 'list'], [], more)).output).not.toContain(ESCAPE);
    }
    const piped = await runCli(['names', 'list'], { env: { ...env, TERM: 'xterm' } });
    expect(piped.stdout).not.toContain(ESCAPE);
  });

  test('progress is shown, and is gone at the end', async () => {
    const { output, code } = await terminal([
      'export',
      'stream',
      'big',
      '--output',
      join(folder, 'big.jsonl'),
    ]);
    expect(code).toBe(0);
    expect(output).toMatch(/\r\u001b\[Kexported \d+ records, [\d.]+ MB, [\d.]+ MB\/s \(\d+ %\)/);
    expect(output).toMatch(/\r\u001b\[Kexported \d+ records, sha256 [0-9a-f]{64}\r\n$/);
    const piped = await runCli(['export', 'stream', 'big', '--output', join(folder, 'piped.jsonl')], { env });
    expect(piped.stderr).toMatch(/^exported \d+ records, sha256 [0-9a-f]{64}\n$/);
  });

  test('Ctrl-C in the middle of an export, and it goes on', async () => {
    const path = join(folder, 'cut.jsonl');
    const { code } = await terminal(
      ['export', 'stream', 'big', '--output', path],
      [{ await: '%)', send: CTRL_C }],
    );
    expect(code).toBe(130);
    const args = ['export', 'stream', 'big', '--output', path, '--resume'];
    expect((await runCli(args, { env })).code).toBe(0);
    expect((await runCli(['import', 'stream', 'big-copy', path], { env })).code).toBe(0);
    expect(await ordinal.stream('big-copy').describe()).toMatchObject({ kind: 'stream' });
  });

  test.each<[string[], string]>([
    [['streams', 'follow', 'big', '--after', '160'], ''],
    [['keys', 'watch'], ''],
    [['elections', 'observe', 'e'], 'no leader'],
    [['groups', 'join', 'g', 'm'], 'is in g'],
    [['keys', 'put', 'k'], ''],
    [['streams', 'append', 'big'], ''],
    [['import', 'stream', 'x'], ''],
  ])('Ctrl-C ends %j at any moment', async (args, shown) => {
    for (const afterMs of [0, 150, 600, 2000]) {
      const step = { await: shown, send: CTRL_C, afterMs, again: true };
      expect((await terminal(args, [step])).code).toBe(130);
    }
    expect(await ordinal.namespace().groups.members('g')).toMatchObject({ members: [] });
  });

  test('a deletion asks for the name; another answer, or none, deletes nothing', async () => {
    await ordinal.stream('dear').create();
    const ask = (answer: string) =>
      terminal(['streams', 'delete', 'dear'], [{ await: 'to go on: ', send: answer }]);
    const other = await ask('y\n');
    expect([other.code, other.output]).toEqual([1, expect.stringContaining('nothing happened')]);
    expect((await ask(CTRL_C)).code).toBe(130);
    expect((await ask('\u0004')).code).toBe(130);
    expect(await ordinal.stream('dear').describe()).toMatchObject({ kind: 'stream' });
    expect((await ask('dear\n')).code).toBe(0);
    expect(await ordinal.stream('dear').describe()).toEqual({ kind: 'missing' });
  });

  test('help is as wide as the terminal', async () => {
    const { output } = await terminal(['streams', 'append', '--help']);
    expect(Math.max(...output.split('\r\n').map((line) => line.length))).toBeGreaterThan(80);
  });
});
