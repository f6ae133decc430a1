// `npm run test:disk-faults`: the embedded store on a disk that fails. Needs Linux and a C compiler.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

const library = resolve('.cache/disk-faults/faulty-disk.so');

function main(): number {
  const missing = missingPart();
  if (missing !== undefined) {
    process.stdout.write(`SKIPPED: ${missing}. Nothing was tested.\n`);
    return 0;
  }
  mkdirSync(resolve('.cache/disk-faults'), { recursive: true });
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    '-O2',
    '-Wall',
    '-o',
    library,
    'test/disk-faults/faulty-disk.c',
    '-ldl',
  ]);
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/disk-faults'];
  // biome-ignore lint/style/noProcessEnv: handed on to the tests
  const env = { ...process.env, FAULTY_DISK_LIBRARY: library };
  return spawnSync('npx', args, { stdio: 'inherit', env }).status ?? 1;
}

function missingPart(): string | undefined {
  if (process.platform !== 'linux') return 'a library before the C library needs Linux';
  const found = spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
  return found ? undefined : 'there is no C compiler (`cc`) here';
}

process.exitCode = main();
