// `npm run test:zookeeper`: random sequences on a real ZooKeeper and on a server of ours, compared message by
// message.

import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { skippedLines } from '../support/closing-line.ts';
import { difference } from '../support/zookeeper/compare.ts';
import { play } from '../support/zookeeper/play.ts';
import { realServerMissing, startRealServer } from '../support/zookeeper/real-server.ts';
import { startServerHere } from '../support/zookeeper/server-here.ts';
import type { Sequence } from '../support/zookeeper/steps.ts';
import { Counts } from './counts.ts';
import { EXAMPLES } from './examples.ts';
import { record } from './recording.ts';
import { expiringSequence, sequence } from './sequences.ts';
import { type Side, startBoth, startOurs, startSide } from './servers.ts';
import { differingWords } from './words.ts';

const RUNS = 3000;
/** Of so many runs, one is of sessions that expire. */
const RUNS_PER_EXPIRY = 30;

const HELP = `Usage: npm run test:zookeeper -- [options]

Runs random sequences of requests, by several sessions with watches, on a real ZooKeeper and on a server of ours,
and compares every reply and event. A sequence that differs is made shorter first. Exits with 0 when nothing
differs, with 1 when something does, and with 77 when there is no ZooKeeper on this machine.

  --runs <number>  how many sequences (default ${RUNS}); a ${RUNS_PER_EXPIRY}th as many are of sessions that expire
  --seed <number>  repeats a run (default: the current time)
  --record         plays examples on the real ZooKeeper alone, and keeps what it says in test/zookeeper
  --self           compares the real ZooKeeper with another one: a check of the comparison itself
  --help           this text
`;

const EXIT_SKIPPED = 77;
const PROGRESS_EVERY = 500;
/** Nobody looks for containers and TTL znodes while sequences run: their end would come at any moment. */
const NEVER_MS = 1_000_000_000;

/** Sessions that expire soon, and containers that go soon. */
const EXAMPLES_OPTIONS = { tickMs: 300, containerCheckMs: 300 };

interface Form {
  readonly sequences: fc.Arbitrary<Sequence>;
  readonly runs: number;
  readonly tickMs: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(RUNS) },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      record: { type: 'boolean', default: false },
      self: { type: 'boolean', default: false },
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
  const missing = realServerMissing();
  if (missing !== undefined) {
    process.stdout.write(skippedLines(`${missing}. Nothing was compared.`));
    return EXIT_SKIPPED;
  }
  if (values.record) {
    const { server, stage } = await startSide(startRealServer, EXAMPLES_OPTIONS);
    process.stdout.write(`${await record(stage)} sequences are recorded\n`);
    await server.stop();
    return 0;
  }
  process.stdout.write(`seed ${seed}, ${runs} sequences\n`);
  const ours = values.self ? startRealServer : startOurs;
  let differing = await compareExamples(values.self ? startRealServer : startServerHere);
  differing += await compareWords(ours);
  const forms: readonly Form[] = [
    { sequences: sequence, runs, tickMs: 2000 },
    { sequences: expiringSequence, runs: Math.ceil(runs / RUNS_PER_EXPIRY), tickMs: 100 },
  ];
  for (const form of forms) {
    const found = await compare(form, seed, ours);
    if (found === undefined) continue;
    process.stdout.write(
      `${found}\nDIFFERENT. Again: npm run test:zookeeper -- --seed ${seed} --runs ${runs}\n`,
    );
    return 1;
  }
  return differing === 0 ? 0 : 1;
}

/** How many differ. */
async function compareExamples(ours: typeof startRealServer): Promise<number> {
  const sides = await startBoth(ours, EXAMPLES_OPTIONS);
  let differing = 0;
  for (const [index, { name, sequence: steps }] of EXAMPLES.entries()) {
    const transcript = await playOnBoth(sides, `e${index}`, steps);
    if (typeof transcript !== 'string') continue;
    differing += 1;
    process.stdout.write(`DIFFERENT: ${name}\n${transcript}\n`);
  }
  await Promise.all(sides.map(({ server }) => server.stop()));
  process.stdout.write(`${EXAMPLES.length} examples: ${differing} differ\n`);
  return differing;
}

async function compareWords(ours: typeof startRealServer): Promise<number> {
  const sides = await startBoth(ours, EXAMPLES_OPTIONS);
  // A session on each, so that there is something to list.
  for (const { stage } of sides) await stage.ask({ op: 'exists', path: '/', watch: true });
  const [real, other] = sides;
  const words = await differingWords(real.server.port, other.server.port);
  for (const word of words) process.stdout.write(`DIFFERENT: ${word}\n`);
  await Promise.all(sides.map(({ server }) => server.stop()));
  process.stdout.write(`four-letter words: ${words.length} differ\n`);
  return words.length;
}

/** What differs, in words; undefined when nothing does. */
async function compare({ sequences, runs, tickMs }: Form, seed: number, ours: typeof startRealServer) {
  const start = () => startBoth(ours, { tickMs, containerCheckMs: NEVER_MS });
  let sides = await start();
  const counts = new Counts();
  let played = 0;
  const again = async () => {
    await Promise.all(sides.map(({ server }) => server.stop()));
    sides = await start();
  };
  const details = await fc.check(
    fc.asyncProperty(sequences, async (steps) => {
      const name = `q${played}`;
      played += 1;
      const transcript = await playOnBoth(sides, name, steps);
      if (typeof transcript === 'string') {
        if (!(await areAlike(sides))) await again();
        throw new Error(transcript);
      }
      counts.add(transcript);
      if (played % PROGRESS_EVERY === 0) process.stdout.write(`${played} sequences\n`);
    }),
    { numRuns: runs, seed },
  );
  await Promise.all(sides.map(({ server }) => server.stop()));
  process.stdout.write(counts.text());
  if (!details.failed) {
    process.stdout.write(`${played} sequences, ${counts.messages} messages: no difference\n`);
    return undefined;
  }
  return `${fc.defaultReportMessage(details)}\n\n${details.errorInstance}`;
}

/** What differed may have left something that would differ in each shorter sequence, too. */
async function areAlike(sides: readonly [Side, Side]): Promise<boolean> {
  const looks = sides.map(({ stage }) => stage.ask({ op: 'get-children-2', path: '/', watch: false }));
  const [one, other] = await Promise.allSettled(looks);
  if (one?.status !== 'fulfilled' || other?.status !== 'fulfilled') return false;
  const observed = [one, other].map(({ value }) => [[[value], [], []]] as const);
  return observed[0] !== undefined && difference(observed[0], observed[1] ?? []) === undefined;
}

/** What was said; or what differs, in words. */
async function playOnBoth(sides: readonly [Side, Side], name: string, steps: Sequence) {
  const both = sides.map(({ stage }) => play(stage, name, steps));
  const [expected, found] = await Promise.allSettled(both);
  if (expected?.status !== 'fulfilled') return `ZooKeeper: ${expected?.reason}`;
  if (found?.status !== 'fulfilled') return `found: ${found?.reason}`;
  return difference(expected.value, found.value) ?? expected.value;
}

// `exit` ends the servers, too. The signal alone would leave them running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exit(await main());
