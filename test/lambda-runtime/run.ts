// `npm run test:lambda-runtime`: functions on the runtime that AWS itself runs for Node.js. It comes as an npm package, of which the
// JavaScript is used as it is.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { closingLine } from '../support/closing-line.ts';
import { PACKAGE, RUNTIMES } from './runtimes.ts';

const cache = resolve('.cache/lambda-runtime');

function main(): number {
  for (const { version } of RUNTIMES) {
    if (!existsSync(join(cache, version, 'package', 'package.json'))) bring(version);
  }
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/lambda-runtime'];
  // biome-ignore lint/style/noProcessEnv: handed on to the tests
  const env = { ...process.env, ORDINAL_LAMBDA_RUNTIMES: cache };
  const { status } = spawnSync('npx', args, { stdio: 'inherit', env });
  process.stdout.write(closingLine());
  return status ?? 1;
}

/** Unpacked and not installed: to install it means to compile curl. */
function bring(version: string): void {
  process.stdout.write(`fetching ${PACKAGE}@${version}\n`);
  const home = join(cache, version);
  mkdirSync(home, { recursive: true });
  execFileSync('npm', ['pack', `${PACKAGE}@${version}`, '--silent'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('tar', ['-xzf', `${PACKAGE}-${version}.tgz`], { cwd: home });
}

process.exitCode = main();
