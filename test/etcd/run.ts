// `npm run test:etcd`: random sequences on a real etcd and on the kernel, compared field by field.

import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { skippedLines } from '../support/closing-line.ts';
import { type Etcd, etcdVersion, startEtcd } from './etcd.ts';
import { play } from './play.ts';
import { sequence } from './steps.ts';

const RUNS = 3000;

const HELP = `Usage: npm run test:etcd -- [options]

Runs random sequences of transactions, leases and compactions on a real etcd and on the kernel, and compares
every answer and the states at the end. A sequence that differs is made shorter first. Exits with 0 when
nothing differs, with 1 when something does, and with 77 when there is no \`etcd\` on the PATH.

  --runs <number>  how many sequences (default ${RUNS})
  --seed <number>  repeats a run (default: the current time)
  --help           this text
`;

const EXIT_SKIPPED = 77;
const PROGRESS_EVERY = 1000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(RUNS) },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (!(runs > 0) || !Number.isSafeInteger(seed)) {
    process.stderr.write('--runs and --seed must be numbers\n');
    return 2;
  }
  const version = etcdVersion();
  if (version === undefined) {
    process.stdout.write(skippedLines('there is no `etcd` on the PATH. Nothing was compared.'));
    return EXIT_SKIPPED;
  }
  process.stdout.write(`${version}, seed ${seed}, ${runs} sequences\n`);
  const etcd = await startEtcd();
  try {
    return await compare(etcd, { runs, seed });
  } finally {
    await etcd.stop();
  }
}

async function compare(etcd: Etcd, { runs, seed }: { runs: number; seed: number }): Promise<number> {
  const counts = new Map<string, number>();
  const count = (kind: string) => void counts.set(kind, (counts.get(kind) ?? 0) + 1);
  let played = 0;
  const details = await fc.check(
    fc.asyncProperty(sequence, async (steps) => {
      await play(etcd, steps, count);
      played += 1;
      if (played % PROGRESS_EVERY === 0) process.stdout.write(`${played} sequences\n`);
    }),
    { numRuns: runs, seed },
  );
  for (const [kind, times] of [...counts].sort()) process.stdout.write(`  ${kind} ${times}\n`);
  const steps = [...counts.values()].reduce((sum, times) => sum + times, 0);
  if (details.failed) {
    process.stdout.write(`${fc.defaultReportMessage(details)}\n\n${details.errorInstance}\n`);
    process.stdout.write(`DIFFERENT. Again: npm run test:etcd -- --seed ${seed} --runs ${runs}\n`);
    return 1;
  }
  process.stdout.write(`${played} sequences of ${steps} steps: no difference\n`);
  return 0;
}

// `exit` ends etcd, too. The signal alone would leave it running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
