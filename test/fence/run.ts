// `npm run test:fence`: the checks of fencing tokens on a real PostgreSQL and on an emulator of S3, by the clients
// that users have. The command fetches those, and starts both.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { postgres } from '../../bench/peers/postgres-system.ts';
import { start } from '../../bench/peers/running.ts';
import { startMiniStack } from '../deploy/ministack.ts';
import { closingLine, skippedLines } from '../support/closing-line.ts';

const CLIENTS = { '@aws-sdk/client-s3': '3.1162.0', pg: '8.16.3' };
const MODULES = resolve('.cache/fence');
const EXIT_SKIPPED = 77;

interface Place {
  /** For the tests. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Each starts the place, or says why it cannot. */
const PLACES: Readonly<Record<string, () => Promise<Place | string>>> = {
  'test/fence/postgres.test.ts': startPostgres,
  'test/fence/s3-emulator.test.ts': startS3,
};

async function startPostgres(): Promise<Place | string> {
  const missing = postgres.missing();
  if (missing) return `PostgreSQL: ${missing}`;
  const parent = mkdtempSync(join(tmpdir(), 'ordinal-fence-'));
  const directory = join(parent, 'data');
  mkdirSync(directory);
  const { port, end } = await start(postgres, directory);
  return {
    env: { ORDINAL_FENCE_POSTGRES: JSON.stringify({ modules: MODULES, port }) },
    async stop() {
      await end();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

async function startS3(): Promise<Place | string> {
  if (spawnSync('python3', ['-m', 'venv', '--help'], { stdio: 'ignore' }).status !== 0) {
    return 'S3: its emulator needs Python 3 with venv';
  }
  const { endpoint, account, stop } = await startMiniStack();
  return { env: { ORDINAL_FENCE_S3: JSON.stringify({ modules: MODULES, endpoint, account }) }, stop };
}

function bringClients(): void {
  if (existsSync(join(MODULES, 'node_modules', 'pg'))) return;
  const packages = Object.entries(CLIENTS).map(([name, version]) => `${name}@${version}`);
  process.stdout.write(`fetching ${packages.join(' and ')}\n`);
  mkdirSync(MODULES, { recursive: true });
  execFileSync('npm', ['install', '--prefix', MODULES, '--no-save', '--silent', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function main(): Promise<number> {
  const suites: string[] = [];
  const places: Place[] = [];
  const skipped: string[] = [];
  try {
    for (const [suite, startPlace] of Object.entries(PLACES)) {
      const place = await startPlace();
      if (typeof place === 'string') skipped.push(place);
      else {
        suites.push(suite);
        places.push(place);
      }
    }
    if (suites.length === 0) {
      process.stdout.write(skippedLines(`${skipped.join('; ')}. Nothing was tested.`));
      return EXIT_SKIPPED;
    }
    bringClients();
    const code = runTests(
      [...suites, 'test/fence/document.test.ts'],
      Object.assign({}, ...places.map(({ env }) => env)),
    );
    for (const why of skipped) process.stdout.write(`SKIPPED: ${why}\n`);
    process.stdout.write(closingLine());
    return code;
  } finally {
    for (const place of places) await place.stop();
  }
}

function runTests(suites: readonly string[], env: Record<string, string>): number {
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', ...suites];
  // biome-ignore lint/style/noProcessEnv: handed on to the tests
  return spawnSync('npx', args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;
}

process.exitCode = await main();
