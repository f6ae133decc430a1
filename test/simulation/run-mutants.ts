// `npm run simulate -- mutants`: makes a copy of the source for every mutant, and expects a finding there: of
// the simulation within a stated number of operations, or of tests.

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ALL_MUTANTS } from './all-mutants.ts';
import type { Mutant } from './mutant.ts';

const MUTANT_STEPS = 1500;
const MUTANT_SEEDS = 40;
/** No seed takes so long; a mutant that prints nothing for this time is in an endless loop. */
const SEED_MS_MAX = 120_000;
/** Nor does a file of tests, although the input of a failing one is made shorter first. */
const TEST_FILE_MS_MAX = 300_000;

interface MutantVerdict {
  /** Empty when there is none. */
  readonly finding: string;
  /** What it took. */
  readonly within: string;
}

async function runMutant({ file, find, replace, foundBy }: Mutant): Promise<MutantVerdict> {
  const folder = mkdtempSync(join(tmpdir(), 'ordinal-mutant-'));
  try {
    copyProject(folder);
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    if (source.split(find).length !== 2)
      throw new Error(`${file} does not hold this text just once: ${find}`);
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
    if (typeof foundBy === 'string') return simulationVerdict(await simulateIn(folder, foundBy));
    return await testsVerdict(folder, foundBy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const COPIED = [
  ...['src', 'package.json', 'test/vitest.config.ts', 'test/support'],
  ...['test/simulation', 'test/checker', 'test/contract', 'test/log', 'test/state-machine'],
  ...['test/property', 'test/streams', 'test/api', 'test/zookeeper/server', 'test/zookeeper/tree'],
];

function copyProject(folder: string): void {
  for (const part of COPIED) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
}

interface Run {
  readonly output: string;
  readonly endless: boolean;
}

function simulateIn(cwd: string, scenario: string): Promise<Run> {
  const flags = { seed: 1, seeds: MUTANT_SEEDS, steps: MUTANT_STEPS, scenario };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return runIn(cwd, ['--import', 'tsx', 'test/simulation/main.ts', '--no-shrink', ...args], SEED_MS_MAX);
}

function testIn(cwd: string, folder: string): Promise<Run> {
  const options = ['--config', 'test/vitest.config.ts', '--no-color', '--reporter', 'verbose'];
  // A test that takes long on a busy machine has found nothing.
  const flags = [...options, '--bail', '1', '--testTimeout', '0'];
  return runIn(cwd, ['node_modules/vitest/vitest.mjs', 'run', ...flags, folder], TEST_FILE_MS_MAX);
}

function runIn(cwd: string, script: readonly string[], silenceMsMax: number): Promise<Run> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, script, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    let endless = false;
    const giveUp = () => {
      endless = true;
      child.kill('SIGKILL');
    };
    let silence = setTimeout(giveUp, silenceMsMax);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      clearTimeout(silence);
      silence = setTimeout(giveUp, silenceMsMax);
    });
    child.on('close', () => {
      clearTimeout(silence);
      settle({ output, endless });
    });
  });
}

function simulationVerdict({ output, endless }: Run): MutantVerdict {
  const operations = [...output.matchAll(/^seed \d+: (\d+) operations/gm)].reduce(
    (sum, [, one]) => sum + Number(one),
    0,
  );
  const found = /FOUND: (.*)/.exec(output)?.[1];
  return { finding: found ?? (endless ? 'it never ends' : ''), within: `within ${operations} operations` };
}

/** The folders are tested one after the other, until one has a test that fails. */
async function testsVerdict(cwd: string, folders: readonly string[]): Promise<MutantVerdict> {
  for (const folder of folders) {
    const finding = failureIn(await testIn(cwd, folder));
    if (finding !== '') return { finding, within: 'by a test' };
  }
  return { finding: '', within: '' };
}

/** A run without a single test has found nothing: it could not begin. */
function failureIn({ output, endless }: Run): string {
  if (endless) return 'it never ends';
  if (!/^\s*Tests .*\d+ (?:passed|failed)/m.test(output)) throw new Error(`no test has run:\n${output}`);
  return /^\s*[×✗] (.*?)(?: \d+ms)?$/m.exec(output)?.[1] ?? '';
}

/** Those whose name has the part `only`, or all. Answers the exit code. */
export async function runMutants(only = ''): Promise<number> {
  let survivors = 0;
  const mutants = ALL_MUTANTS.filter(({ missing }) => missing.includes(only));
  if (mutants.length === 0) throw new Error(`no mutant has ${only} in its name`);
  for (const mutant of mutants) {
    const { finding, within } = await runMutant(mutant);
    if (finding === '') survivors += 1;
    const outcome = finding === '' ? 'NOT FOUND' : `found ${within}: ${finding.slice(0, 120)}`;
    const where = typeof mutant.foundBy === 'string' ? ` [${mutant.foundBy}]` : '';
    process.stdout.write(`${mutant.missing}${where}: ${outcome}\n`);
  }
  process.stdout.write(`${mutants.length - survivors} of ${mutants.length} found\n`);
  return survivors === 0 ? 0 : 1;
}
