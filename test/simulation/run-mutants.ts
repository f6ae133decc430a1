// `npm run simulate -- mutants`: runs the simulation on a copy of the source for every mutant, and expects a
// finding within a stated number of operations.

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTANTS, type Mutant } from './mutants.ts';

const MUTANT_STEPS = 1500;
const MUTANT_SEEDS = 40;
/** No seed takes so long; a mutant that prints nothing for this time is in an endless loop. */
const SILENCE_MS_MAX = 30_000;

interface MutantVerdict {
  readonly missing: string;
  readonly found: boolean;
  /** Operations until the finding. */
  readonly operations: number;
  readonly finding: string;
}

async function runMutant(mutant: Mutant): Promise<MutantVerdict> {
  const folder = mkdtempSync(join(tmpdir(), 'ordinal-mutant-'));
  try {
    copyProject(folder);
    const path = join(folder, mutant.file);
    const source = readFileSync(path, 'utf8');
    if (source.split(mutant.find).length !== 2) {
      throw new Error(`${mutant.file} does not hold this text just once: ${mutant.find}`);
    }
    writeFileSync(path, source.replace(mutant.find, mutant.replace));
    return verdictOf(mutant, await simulateIn(folder, mutant.scenario));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyProject(folder: string): void {
  for (const part of ['src', 'test/simulation', 'test/checker', 'test/support', 'package.json']) {
    cpSync(part, join(folder, part), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
}

interface Run {
  readonly output: string;
  readonly endless: boolean;
}

function simulateIn(cwd: string, scenario: string): Promise<Run> {
  const flags = { seed: 1, seeds: MUTANT_SEEDS, steps: MUTANT_STEPS, scenario };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const script = ['--import', 'tsx', 'test/simulation/main.ts', '--no-shrink', ...args];
  return new Promise((settle) => {
    const child = spawn(process.execPath, script, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    let endless = false;
    const giveUp = () => {
      endless = true;
      child.kill('SIGKILL');
    };
    let silence = setTimeout(giveUp, SILENCE_MS_MAX);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      clearTimeout(silence);
      silence = setTimeout(giveUp, SILENCE_MS_MAX);
    });
    child.on('close', () => {
      clearTimeout(silence);
      settle({ output, endless });
    });
  });
}

function verdictOf({ missing }: Mutant, { output, endless }: Run): MutantVerdict {
  const operations = [...output.matchAll(/^seed \d+: (\d+) operations/gm)].reduce(
    (sum, [, one]) => sum + Number(one),
    0,
  );
  const found = /FOUND: (.*)/.exec(output)?.[1];
  const finding = found ?? (endless ? 'it never ends' : '');
  return { missing, found: finding !== '', operations, finding: finding.slice(0, 120) };
}

/** Those whose name has the part `only`, or all. Answers the exit code. */
export async function runMutants(only = ''): Promise<number> {
  let survivors = 0;
  const mutants = MUTANTS.filter(({ missing }) => missing.includes(only));
  if (mutants.length === 0) throw new Error(`no mutant has ${only} in its name`);
  for (const mutant of mutants) {
    const verdict = await runMutant(mutant);
    if (!verdict.found) survivors += 1;
    const outcome = verdict.found
      ? `found within ${verdict.operations} operations: ${verdict.finding}`
      : 'NOT FOUND';
    process.stdout.write(`${verdict.missing} [${mutant.scenario}]: ${outcome}\n`);
  }
  process.stdout.write(`${mutants.length - survivors} of ${mutants.length} found\n`);
  return survivors === 0 ? 0 : 1;
}
