// `npm run soak -- --cycles N --minutes N --seed N --servers N,N`: kills servers over and over, and audits what clients were told.

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type SoakTotals, soak } from './soak.ts';

const HELP = `Usage: npm run soak -- [options]

Kills servers on one data directory (kill -9) while clients, openers, doctor and backup use it, and audits everything that
anybody was told. Ends with 0 when all cycles were done and nothing was found, with 1 for a finding, and with 3 when the
time was over before.

  --cycles <number>     so many servers are killed (default 1000)
  --minutes <number>    no cycle begins after so long (default 60)
  --seed <number>       of the choices that the soak makes (default: the current time); processes have chances of their own
  --servers <numbers>   how many servers use a directory, in turn (default 2,3)
  --histories <folder>  write the history of every chapter there, as JSON lines
  --help                this text
`;

const FINDINGS_SHOWN = 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '60' },
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

// The servers end with this process, which has to end by itself for that.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
