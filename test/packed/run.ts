// `npm run test:packed`, after `npm run build`: the packed file on machines that have Node and nothing else.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { closingLine, skippedLines } from '../support/closing-line.ts';

const cache = resolve('.cache/packed');

/** The supported versions that do not run this program. They come as npm packages for each platform. */
const OTHER_NODES = ['20.20.2', '22.23.3', '24.21.0'].filter(
  (version) => major(version) !== major(process.versions.node),
);

function major(version: string): string {
  return version.split('.')[0] ?? '';
}

function main(): number {
  const registry = spawnSync('npm', ['ping'], { stdio: 'ignore', timeout: 30_000 });
  if (registry.status !== 0) {
    process.stdout.write(skippedLines('npm does not reach its registry'));
    return 0;
  }
  const nodes = [process.execPath, ...OTHER_NODES.flatMap((version) => nodeOf(version) ?? [])];
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/packed'];
  const packed = JSON.stringify({ nodes, npmCache: join(cache, 'npm') });
  // biome-ignore lint/style/noProcessEnv: handed on to the tests
  const env = { ...process.env, ORDINAL_PACKED: packed };
  const { status } = spawnSync('npx', args, { stdio: 'inherit', env });
  process.stdout.write(closingLine());
  return status ?? 1;
}

/** The program of that version; undefined when there is none for this platform. */
function nodeOf(version: string): string | undefined {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const directory = join(cache, 'nodes', version);
  const program = join(directory, 'node_modules', name, 'bin/node');
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private":true}\n');
  process.stdout.write(`fetching Node ${version}\n`);
  try {
    const args = ['install', '--no-audit', '--no-fund', `${name}@${version}`];
    execFileSync('npm', args, { cwd: directory, stdio: 'ignore' });
    return program;
  } catch {
    process.stdout.write(`SKIPPED: Node ${version} is not there for this platform\n`);
    return undefined;
  }
}

process.exitCode = main();
