// `npm run test:porcupine`: has histories of the simulation and the soak judged by Porcupine.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SCENARIOS } from '../simulation/scenarios.ts';
import { simulate } from '../simulation/simulate.ts';
import { SOAK_CYCLES } from '../soak/durations.ts';
import { soak } from '../soak/soak.ts';
import { spoilt } from './spoil.ts';

const HELP = `Usage: npm run test:porcupine -- [options]

Makes histories with the simulation and the soak, and judges them with Porcupine. Known and spoilt histories
show that the checker can fail. Exits with 0 when every verdict is as expected, with 1 when one is not, and
with 77 when the checker cannot run.

  --seed <number>       the first seed (default 1)
  --seeds <number>      how many seeds of each scenario (default 5)
  --steps <number>      operations of each seed (default 1500)
  --cycles <number>     of the soak; 0 for none (default ${SOAK_CYCLES.forPorcupine})
  --histories <folder>  also judges the histories in this folder, of \`npm run soak -- --histories\`
  --help                this text
`;

const EXIT_SKIPPED = 77;
const GO_FOLDER = fileURLToPath(new URL('.', import.meta.url));
const WORK = resolve('.cache/porcupine');
const CHECKER = join(WORK, 'checker');
/** Every operation in it has an answer, so a spoilt copy is wrong for certain. */
const SPOILT_SCENARIO = 'calm';

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly steps: number;
  readonly cycles: number;
  readonly histories: string | undefined;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '1500' },
      cycles: { type: 'string', default: String(SOAK_CYCLES.forPorcupine) },
      histories: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const reason = whyNot();
  if (reason !== undefined) {
    process.stdout.write(`SKIPPED: ${reason}. Nothing was checked.\n`);
    return EXIT_SKIPPED;
  }
  const [seed, seeds, steps, cycles] = [values.seed, values.seeds, values.steps, values.cycles].map(Number);
  if (seed === undefined || !seeds || !steps || !(Number(cycles) >= 0)) {
    process.stderr.write('--seed, --seeds, --steps and --cycles must be numbers\n');
    return 2;
  }
  return judge({ seed, seeds, steps, cycles: cycles ?? 0, histories: values.histories });
}

/** Why the checker cannot be built here; undefined when it was. */
function whyNot(): string | undefined {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status !== 0) {
    return 'Porcupine is written in Go, and there is no `go` here';
  }
  mkdirSync(WORK, { recursive: true });
  const fetched = spawnSync('go', ['mod', 'download'], { cwd: GO_FOLDER, encoding: 'utf8' });
  if (fetched.status !== 0) return `\`go\` could not fetch Porcupine: ${fetched.stderr.trim()}`;
  return undefined;
}

async function judge(options: Options): Promise<number> {
  if (!go('build', '-o', CHECKER, '.') || !go('test', './...')) return 1;
  const good = folder('good');
  const bad = folder('bad');
  let asExpected = await exportSimulations(options, good, bad);
  if (options.cycles > 0) asExpected = (await exportSoak(options, good)) && asExpected;
  asExpected = check('legal', filesIn(good)) && asExpected;
  if (options.histories !== undefined) {
    asExpected = check('legal', filesIn(options.histories)) && asExpected;
  }
  asExpected = check('ILLEGAL', filesIn(bad)) && asExpected;
  process.stdout.write(asExpected ? 'all as it should be\n' : 'NOT AS IT SHOULD BE\n');
  return asExpected ? 0 : 1;
}

/** Returns whether the simulation has no finding. */
async function exportSimulations(
  { seed, seeds, steps }: Options,
  good: string,
  bad: string,
): Promise<boolean> {
  let sound = true;
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    for (let one = seed; one < seed + seeds; one += 1) {
      const { history, findings } = await simulate({ ...scenario, seed: one, steps });
      if (findings.length > 0) sound = false;
      for (const finding of findings) process.stdout.write(`${name}, seed ${one} has FOUND: ${finding}\n`);
      const lines = history.toJsonLines();
      writeFileSync(join(good, `${name}-${one}.jsonl`), lines);
      if (name !== SPOILT_SCENARIO) continue;
      for (const [how, text] of spoilt(lines)) writeFileSync(join(bad, `${name}-${one}-${how}.jsonl`), text);
    }
  }
  return sound;
}

async function exportSoak({ seed, cycles }: Options, good: string): Promise<boolean> {
  const { findings } = await soak({ seed, cycles, servers: [2, 3], histories: good });
  for (const finding of findings) process.stdout.write(`the soak has FOUND: ${finding}\n`);
  return findings.length === 0;
}

function check(expected: 'legal' | 'ILLEGAL', files: readonly string[]): boolean {
  if (files.length === 0) {
    process.stdout.write(`there is no history that should be ${expected}\n`);
    return false;
  }
  return spawnSync(CHECKER, ['-expect', expected, ...files], { stdio: 'inherit' }).status === 0;
}

function go(...args: string[]): boolean {
  return spawnSync('go', args, { cwd: GO_FOLDER, stdio: 'inherit' }).status === 0;
}

/** A new one, empty. */
function folder(name: string): string {
  const path = join(WORK, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

function filesIn(path: string): string[] {
  return readdirSync(path)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .map((file) => join(path, file));
}

// `exit` ends the servers of the soak, too. The signal alone would leave them running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
