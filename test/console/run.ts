// `npm run test:console`: the console in a real browser. Needs Chromium.

import { spawnSync } from 'node:child_process';
import { CHROMIUM, NO_CHROMIUM } from './browser.ts';

function main(): number {
  if (CHROMIUM === undefined) {
    process.stdout.write(`SKIPPED: ${NO_CHROMIUM}. The page itself was not tested.\n`);
    return 0;
  }
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/console'];
  return spawnSync('npx', args, { stdio: 'inherit' }).status ?? 1;
}

process.exitCode = main();
