// Goal: the Tab key completes what is there, in every shell, and evaluates nothing that a server says. Method: the scripts, sourced
// in real shells that are asked what they would complete; the words themselves by the real program.

import { execFile, spawnSync } from 'node:child_process';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/client/client.ts';
import { directory } from '../support/clean-up.ts';
import { bareEnvironment, cliProgram, runCli } from '../support/command-line.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** In bash both would be carried out if the word were evaluated. */
const HOSTILE = 'job $(touch evaluated)`touch evaluated`';

let server: ServerProcess;
let env: Record<string, string>;

beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
  env = { ORDINAL_URL: server.url };
  const { locks, keys } = connect(server.url).namespace();
  for (const name of ['job-one', 'job-two', HOSTILE])
    await locks.acquire(name, { lease: 'l', ttlMs: 600_000 });
  await keys.put('with:colon', 'x', {});
  await connect(server.url).namespace('mine').locks.acquire('other', { lease: 'l', ttlMs: 600_000 });
});

afterAll(() => server.end('SIGTERM'));

async function words(...typed: string[]): Promise<string[]> {
  const { stdout } = await runCli(['completion', 'words', '--', ...typed], { env });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0] ?? '');
}

describe('the words', () => {
  test('commands, of commands, flags, and values of flags', async () => {
    expect(await words('')).toContain('streams');
    expect(await words('se')).toEqual(['sequences', 'serve']);
    expect(await words('streams', 're')).toEqual(['read']);
    expect(await words('streams', 'append', '--f')).toEqual(['--fencing-token', '--file', '--function']);
    expect(await words('history', '--resource', 'l')).toEqual(['leases', 'locks']);
    expect(await words('completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(await words('nonsense', '')).not.toContain('nonsense');
  });

  test('names, of the server, the namespace and the context that the line names', async () => {
    expect(await words('locks', 'get', 'job-')).toEqual(['job-one', 'job-two']);
    expect(await words('locks', 'get', '-n', 'mine', '')).toEqual(['other']);
    expect(await words('locks', 'get', '--namespace=mine', '')).toEqual(['other']);
    expect(await words('keys', 'get', 'with')).toEqual(['with:colon']);
    expect(await words('keys', 'get', '--namespace', 'm')).toEqual(['mine']);
    expect(await words('namespaces', 'describe', 'def')).toEqual(['default']);
    expect(await words('locks', 'run', 'job-one', '--', 'l')).toEqual([]);
    const config = join(await directory(), 'c.json');
    await runCli(['context', 'add', 'prod', '--url', server.url], { env: { ORDINAL_CONFIG: config } });
    const listed = await runCli(['completion', 'words', '--', 'context', 'use', ''], {
      env: { ORDINAL_CONFIG: config },
    });
    expect(listed.stdout).toBe('prod\t\n');
  });

  test('no server, or no right: no names, no message, no failure', async () => {
    const ended = await runCli(['completion', 'words', '--', 'locks', 'get', ''], {
      env: { ORDINAL_URL: 'http://127.0.0.1:4' },
    });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

/** A folder with a command `ordinal`, first on the path. */
async function withOrdinal() {
  const folder = await directory();
  const program = join(folder, 'ordinal');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${await cliProgram()}' "$@"\n`);
  await chmod(program, 0o755);
  const { PATH = '' } = bareEnvironment();
  const shellEnv = bareEnvironment({
    ...env,
    HOME: folder,
    PATH: `${folder}${delimiter}${PATH}`,
    TERM: 'dumb',
  });
  const run = async (shell: string, ...args: string[]) => {
    const { stdout } = await promisify(execFile)(shell, args, { cwd: folder, env: shellEnv });
    return stdout.trimEnd().split('\n');
  };
  return { folder, run };
}

function missing(shell: string): string | undefined {
  return spawnSync(shell, ['--version']).status === 0 ? undefined : `: there is no ${shell} here`;
}

describe.skipIf(missing('bash') !== undefined)(`bash${missing('bash') ?? ''}`, () => {
  /** What readline would be given for the last word. */
  const complete = async (...typed: string[]) => {
    const { folder, run } = await withOrdinal();
    const list = ['ordinal', ...typed].map((word) => `'${word}'`).join(' ');
    const script = `source <(ordinal completion bash)
      COMP_WORDS=(${list}); COMP_CWORD=${typed.length}; _ordinal; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const completed = await run('bash', '-c', script);
    expect(await readdir(folder)).not.toContain('evaluated');
    return completed;
  };

  test('commands, flags and names', async () => {
    expect(await complete('streams', 'cr')).toEqual(['create']);
    expect(await complete('streams', 'create', '--con')).toEqual(['--content-type', '--context']);
    expect(await complete('locks', 'get', 'job-')).toEqual(['job-one', 'job-two']);
  });

  test('a name is quoted, and never evaluated', async () => {
    const [one] = (await complete('locks', 'get', 'job ')).filter(Boolean);
    expect(one).toBe('job\\ \\$\\(touch\\ evaluated\\)\\`touch\\ evaluated\\`');
  });
});

describe.skipIf(missing('zsh') !== undefined)(`zsh${missing('zsh') ?? ''}`, () => {
  /** What the completion system would be given: `compadd` and `_describe` are told to print it. */
  const complete = async (...typed: string[]) => {
    const { folder, run } = await withOrdinal();
    const list = ['ordinal', ...typed].map((word) => `'${word}'`).join(' ');
    const script = `autoload -Uz compinit && compinit -u -D; source <(ordinal completion zsh)
      _describe() { print -l -- "\${(@P)2}" }; _files() { print files }
      words=(${list}); CURRENT=$#words; _ordinal`;
    const completed = await run('zsh', '-f', '-c', script);
    expect(await readdir(folder)).not.toContain('evaluated');
    return completed;
  };

  test('commands with what they do, flags and names', async () => {
    expect(await complete('streams', 'cr')).toEqual(['create:Create a stream.']);
    expect(await complete('locks', 'get', 'job-')).toEqual(['job-one:', 'job-two:']);
    expect(await complete('keys', 'get', 'with')).toEqual(['with\\:colon:']);
    expect(await complete('locks', 'run', 'job-one', '--', '')).toEqual(['files']);
    expect(await complete('locks', 'get', 'job ')).toEqual([`${HOSTILE}:`]);
  });
});

describe.skipIf(missing('fish') !== undefined)(`fish${missing('fish') ?? ''}`, () => {
  const complete = async (line: string) => {
    const { folder, run } = await withOrdinal();
    const script = `ordinal completion fish | source; complete --do-complete '${line}'`;
    const completed = await run('fish', '--no-config', '-c', script);
    expect(await readdir(folder)).not.toContain('evaluated');
    return completed;
  };

  test('commands with what they do, flags and names', async () => {
    expect(await complete('ordinal streams cr')).toEqual(['create\tCreate a stream.']);
    expect(await complete('ordinal locks get job-')).toEqual(['job-one', 'job-two']);
    expect(await complete('ordinal streams create --con')).toContain(
      '--content-type\tWhat its records are. (default: application/json)',
    );
  });
});
