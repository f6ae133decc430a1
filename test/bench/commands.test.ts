// Goal: a benchmark that takes minutes does not start on a mistyped flag, and says what there is. Method: the commands as npm runs them.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);

const WITH_FLAGS = ['bench', 'bench:peers', 'bench:compare', 'bench:names', 'bench:growth'];

async function program(command: string, ...args: string[]) {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [, ...words] = (scripts[command] ?? '').split(' ');
  return run(process.execPath, [...words, ...args]);
}

describe.each(WITH_FLAGS)('%s', (command) => {
  test('tells its flags', async () => {
    const { stdout } = await program(command, '--help');
    expect(stdout).toMatch(new RegExp(`^Usage: npm run ${command} -- `));
  });

  test('refuses a flag that it does not know', async () => {
    const failure = program(command, '--nonsense');
    await expect(failure).rejects.toMatchObject({ code: 2, stdout: '' });
    await expect(failure).rejects.toThrow(/'--nonsense'[\s\S]*Usage: npm run/);
  });
});

test.each([
  ['bench:peers', '--clients', '1,many'],
  ['bench:peers', '--rounds', '0'],
  ['bench:names', '--words', '-1'],
  ['bench:compare', 'bench/results.json'],
])('%s %s %s is refused', async (command, ...args) => {
  await expect(program(command, ...args)).rejects.toMatchObject({ code: 2, stdout: '' });
});

test('bench:peers leaves out what is not installed, and says what it is and where it is to be had', async () => {
  const nowhere = { env: { PATH: '/nowhere', HOME: '/nowhere' } };
  const args = ['--import', 'tsx', 'bench/peers/print-peers.ts', '--only', 'JetStream,etcd'];
  const { stdout, stderr } = await run(process.execPath, args, nowhere);
  expect(stdout).not.toMatch(/JetStream|etcd/);
  expect(stderr).toContain('not measured: etcd: etcd is missing (Debian package etcd-server)');
  expect(stderr).toMatch(/not measured: NATS JetStream: nats-server 2\.10 or later is missing \(go install /);
});
