// `npm run test:runtimes`, after `npm run build`: `ordinal/client`, from the packed file, in a browser, in Deno, in
// Bun and in the runtime of Cloudflare's workers.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { closingLine, skippedLines } from '../support/closing-line.ts';
import { pack } from '../support/pack.ts';
import { findTools } from './tools.ts';

const cache = resolve('.cache/runtimes');

async function main(): Promise<number> {
  const { programs, missing } = findTools(join(cache, 'tools'));
  for (const reason of missing) process.stdout.write(`SKIPPED: ${reason}\n`);
  if (Object.keys(programs).length === 0) {
    process.stdout.write(skippedLines('no runtime can be started here'));
    return 0;
  }
  await installClient(join(cache, 'app'));
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/runtimes'];
  const runtimes = JSON.stringify({ app: join(cache, 'app'), programs });
  // biome-ignore lint/style/noProcessEnv: handed on to the tests
  const env = { ...process.env, ORDINAL_RUNTIMES: runtimes };
  const { status } = spawnSync('npx', args, { stdio: 'inherit', env });
  process.stdout.write(closingLine());
  return status ?? 1;
}

/** A project that has installed the packed file for its client. */
async function installClient(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private":true,"type":"module"}\n');
  const packed = await pack();
  const args = ['install', '--no-audit', '--no-fund', '--omit=peer', packed.file];
  execFileSync('npm', args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  await packed.remove();
  cpSync('test/runtimes/program.js', join(directory, 'program.js'));
}

process.exitCode = await main();
