// Goal: a benchmark that takes minutes does not start on a mistyped flag, and says what there is. Method: the
// commands as npm runs them.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);

/** In the order of `--help`. */
const NAMES = [
  'all',
  'peers',
  'locks',
  'zookeeper',
  'streams',
  'watchers',
  'growth',
  'cold-start',
  'first-claim',
  'names',
  'functions',
  'scale',
  'contention',
  'round-trips',
  'costs',
  'compare',
];

/** As `npm run bench -- <args>`. */
async function bench(args: readonly string[], options = {}) {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: { bench: string } };
  const [, ...words] = scripts.bench.split(' ');
  return run(process.execPath, [...words, ...args], options);
}

test('--help lists each benchmark, what it measures and how long it takes', async () => {
  const { stdout } = await bench(['--help']);
  const lines = [...stdout.matchAll(/^ {2}([\w-]+) +\d+ (?:s|min) {3}\S.{10,}$/gm)];
  expect(lines.map(([, name]) => name)).toEqual(NAMES);
});

test.each([[[]], [['nonsense']], [['--nonsense']]])('%j is no benchmark', async (args) => {
  const failure = bench(args);
  await expect(failure).rejects.toMatchObject({ code: 2, stdout: '' });
  await expect(failure).rejects.toThrow(/Usage: npm run bench -- <name>/);
});

describe.each(NAMES)('%s', (name) => {
  test('tells its flags', async () => {
    const { stdout } = await bench([name, '--help']);
    expect(stdout).toMatch(new RegExp(`^Usage: npm run bench -- ${name}\\b`));
  });

  test('refuses a flag that it does not know', async () => {
    const failure = bench([name, '--nonsense']);
    await expect(failure).rejects.toMatchObject({ code: 2, stdout: '' });
    await expect(failure).rejects.toThrow(/'--nonsense'[\s\S]*Usage: npm run/);
  });
});

test.each([
  ['peers', '--clients', '1,many'],
  ['peers', '--rounds', '0'],
  ['watchers', '--watchers', '0'],
  ['cold-start', '--keys', '0'],
  ['first-claim', '--times', '0'],
  ['names', '--words', '-1'],
  ['compare', 'bench/results.json'],
])('%s %s %s is refused', async (...args) => {
  await expect(bench(args)).rejects.toMatchObject({ code: 2, stdout: '' });
});

test('peers leaves out what is not installed, and says what it is and where it is to be had', async () => {
  const nowhere = { env: { PATH: '/nowhere', HOME: '/nowhere' } };
  const { stdout, stderr } = await bench(['peers', '--only', 'JetStream,etcd'], nowhere);
  expect(stdout).not.toMatch(/JetStream|etcd/);
  expect(stderr).toContain('not measured: etcd: etcd is missing (Debian package etcd-server)');
  expect(stderr).toMatch(/not measured: NATS JetStream: nats-server 2\.10 or later is missing \(go install /);
});
