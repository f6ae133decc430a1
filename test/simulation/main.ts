// `npm run simulate -- --seed N --steps N --scenario NAME --seeds N`: runs simulations, prints the faults
// first, and shrinks what fails. `npm run simulate -- mutants` runs them on mutants of the source.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CALM, type FaultKind, type Faults } from './faults.ts';
import { runMutants } from './run-mutants.ts';
import { RUNS, type RunOptions, runOf, type ScenarioRun } from './runs.ts';
import type { SimulationResult } from './simulate.ts';
import { Totals } from './totals.ts';

const HELP = `Usage: npm run simulate -- [options]
       npm run simulate -- mutants [part of a name]

  --seed <number>      the first seed (default: the current time)
  --seeds <number>     how many seeds, one after the other (default 1)
  --steps <number>     client operations for each seed (default 2000)
  --scenario <name>    ${Object.keys(RUNS).join(', ')}, all
                       (default stormy)
  --long               the long run: --scenario all --seeds 70 --steps 2500
  --trace              print every event
  --no-shrink          do not look for a shorter run with a finding
  --history <file>     write the history of the last seed as JSON lines
  --help               this text

mutants switches off one guard at a time in a copy of the source, and ends with 1 unless each has a finding, of
the simulation or of a test; "mutants kernel:" takes those of the state machine, "mutants streams:" those of
the list of streams, "mutants znodes:" those of the tree of znodes.
`;

const ONE = { scenario: 'stormy', seeds: '1', steps: '2000' };
const LONG = { scenario: 'all', seeds: '70', steps: '2500' };

async function main(): Promise<number> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      steps: { type: 'string' },
      scenario: { type: 'string' },
      long: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
      'no-shrink': { type: 'boolean', default: false },
      history: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (flags.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [command, mutant] = positionals;
  if (command === 'mutants') return runMutants(mutant);
  if (command !== undefined) throw new Error(`there is no command ${command}; --help tells what there is`);
  const values = { ...(flags.long ? LONG : ONE), ...flags };
  const names = values.scenario === 'all' ? Object.keys(RUNS) : [values.scenario];
  const first = Number(values.seed ?? Date.now() % 2 ** 31);
  const last = first + Number(values.seeds) - 1;
  const started = performance.now();
  let operations = 0;
  for (const name of names) {
    const scenario = runOf(name);
    process.stdout.write(
      `scenario ${name}, ${values.steps} steps a seed\nfaults ${describe(scenario.faults)}\n`,
    );
    const totals = new Totals();
    for (let seed = first; seed <= last; seed += 1) {
      const trace = values.trace ? { onTrace: (line: string) => void process.stdout.write(`${line}\n`) } : {};
      const options = { seed, steps: Number(values.steps) };
      const result = await scenario.run({ ...options, ...trace });
      operations += result.operations;
      totals.add(result);
      report(seed, result);
      if (values.history) writeFileSync(values.history, result.history.toJsonLines());
      if (result.findings.length > 0) {
        if (!values['no-shrink']) await shrink(options, name, scenario);
        return 1;
      }
    }
    process.stdout.write(`${totals.row(name)}\n`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${operations} operations in ${seconds} s, no finding\n`);
  return 0;
}

function report(seed: number, result: SimulationResult): void {
  const days = (result.virtualMs / 86_400_000).toFixed(2);
  const counts = describe(result.faults);
  const outcome = `${result.operations} operations, ${result.unknown} unknown, ${result.zombies} zombies, ${days} virtual days`;
  process.stdout.write(`seed ${seed}: ${outcome}, ${counts}, trace ${result.traceDigest.slice(0, 16)}\n`);
  for (const finding of result.findings) process.stdout.write(`  FOUND: ${finding}\n`);
}

function describe(faults: Faults): string {
  return Object.entries(faults)
    .filter(([, value]) => value > 0)
    .map(([kind, value]) => `${kind} ${value}`)
    .join(', ');
}

/** Leaves out kinds of faults and steps as long as there is still a finding. */
async function shrink(failing: RunOptions, name: string, scenario: ScenarioRun): Promise<void> {
  const fails = async (options: RunOptions) => (await scenario.run(options)).findings.length > 0;
  let smallest = { ...failing, faults: scenario.faults };
  for (const kind of Object.keys(CALM) as FaultKind[]) {
    const without = { ...smallest, faults: { ...smallest.faults, [kind]: 0 } };
    if (smallest.faults[kind] > 0 && (await fails(without))) smallest = without;
  }
  for (let steps = Math.floor(smallest.steps / 2); steps >= 1; ) {
    const shorter = { ...smallest, steps };
    if (await fails(shorter)) {
      smallest = shorter;
      steps = Math.floor(steps / 2);
    } else {
      const middle = Math.floor((steps + smallest.steps) / 2);
      if (middle === steps) break;
      steps = middle;
    }
  }
  const lines: string[] = [];
  const { findings } = await scenario.run({ ...smallest, onTrace: (line) => lines.push(line) });
  process.stdout.write(`\nshrunk to ${smallest.steps} steps with ${describe(smallest.faults)}; its trace:\n`);
  process.stdout.write(`${lines.slice(-200).join('\n')}\n`);
  for (const finding of findings) process.stdout.write(`FOUND: ${finding}\n`);
  process.stdout.write(
    `again: npm run simulate -- --scenario ${name} --seed ${failing.seed} --steps ${failing.steps}\n`,
  );
}

process.exitCode = await main();
