// `npm run soak`: kills servers over and over, and audits what clients were told.

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SOAK_CYCLES, SOAK_MINUTES_MAX } from './durations.ts';
import { type SoakTotals, soak } from './soak.ts';

const HELP = `Usage: npm run soak -- [options]

Kills servers (kill -9) on one data directory while clients, openers, doctor and backup use it, and audits
what clients were told. Exits with 0 after all cycles without a finding, with 1 for a finding, and with 3
when the time is over before all cycles are done.

  --cycles <number>     how many servers are killed (default ${SOAK_CYCLES.alone})
  --minutes <number>    the time after which no cycle begins (default ${SOAK_MINUTES_MAX})
  --seed <number>       decides what the soak does, not the scheduling of processes (default: the time)
  --servers <numbers>   how many servers a directory has, directory by directory (default 2,3)
  --histories <folder>  a folder for the history of every chapter, as JSON lines
  --help                this text
`;

const FINDINGS_SHOWN = 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: String(SOAK_CYCLES.alone) },
      minutes: { type: 'string', default: String(SOAK_MINUTES_MAX) },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      servers: { type: 'string', default: '2,3' },
      histories: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [cycles, minutes, seed] = [values.cycles, values.minutes, values.seed].map(Number) as [
    number,
    number,
    number,
  ];
  const servers = values.servers.split(',').map(Number);
  if (![cycles, minutes, seed, ...servers].every((number) => number >= 0 && Number.isFinite(number))) {
    process.stderr.write('--cycles, --minutes, --seed and --servers must be numbers\n');
    return 2;
  }
  const { histories } = values;
  if (histories !== undefined) mkdirSync(histories, { recursive: true });
  process.stdout.write(`seed ${seed}, ${servers.join(' and ')} servers in turn\n`);
  const { totals, findings, evidence } = await soak({
    cycles,
    seed,
    servers,
    timeMaxMs: minutes * 60_000,
    ...(histories === undefined ? {} : { histories }),
    onProgress: (now) => process.stdout.write(`cycle ${now.cycles} of ${cycles}: ${described(now)}\n`),
  });
  for (const finding of findings.slice(0, FINDINGS_SHOWN)) process.stdout.write(`FOUND: ${finding}\n`);
  if (evidence !== undefined) process.stdout.write(`the data directory was left in ${evidence}\n`);
  if (findings.length > 0) return 1;
  process.stdout.write(`${totals.cycles} cycles of ${cycles}, no finding: ${described(totals)}\n`);
  if (totals.cycles >= cycles) return 0;
  process.stdout.write(`NOT ALL CYCLES WERE DONE: ${minutes} minutes were over\n`);
  return 3;
}

function described(totals: SoakTotals): string {
  const { cycles: _cycles, seconds, ...counts } = totals;
  const words = Object.entries(counts).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
  return `${words.join(', ')}; ${seconds} s`;
}

// `exit` ends the servers, too. The signal alone would leave them running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
