// `npm run bench -- streams`: streams side by side, as tables.

import { flagsOf, refuse, wholeNumbers } from '../arguments.ts';
import { type Figure, markdownTable, namesIn, shown, valuesOf } from '../figures.ts';
import { measureStreams } from './streams.ts';

const USAGE = `Usage: npm run bench -- streams [options]

  --writers <numbers>      how many at once, one after the other (default 1,16,64)
  --followers <numbers>    the same of those who follow (default 1,1000)
  --rounds <number>        how often all are measured in turn (default 3)
  --reference <directory>  where npm has installed @durable-streams/server`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, {
    writers: { type: 'string', default: '1,16,64' },
    followers: { type: 'string', default: '1,1000' },
    rounds: { type: 'string', default: '3' },
    reference: { type: 'string', default: '.' },
  });
  const writers = wholeNumbers('--writers', values.writers, USAGE);
  const followers = wholeNumbers('--followers', values.followers, USAGE);
  const [rounds = 0] = wholeNumbers('--rounds', values.rounds, USAGE);
  if (rounds < 1 || [...writers, ...followers].includes(0))
    refuse('--writers, --followers and --rounds must be at least 1', USAGE);
  const measured = { sliceMs: 2000, catchUpBytes: 32e6, reference: values.reference };
  const figures = await measureStreams({ writers, followers, rounds, ...measured });
  process.stdout.write(`${streamsTables(figures, writers, followers)}\n`);
}

function streamsTables(
  figures: readonly Figure[],
  writers: readonly number[],
  followers: readonly number[],
): string {
  const value = valuesOf(figures);
  const rows = (cells: (label: string) => (number | undefined)[]) =>
    namesIn(figures, 'streams').flatMap((label) => {
      const found = cells(label);
      return found.every((cell) => cell === undefined) ? [] : [[label, ...found.map(shown)]];
    });
  const quantities = ['tail p50', 'tail p99'] as const;
  const conditions = followers.map((count) => `${count} followers`);
  return [
    markdownTable(
      ['records a second, by writers', ...writers.map(String)],
      rows((label) => writers.map((count) => value('streams', label, count, 'records'))),
    ),
    markdownTable(
      ['from an append to a follower, ms', ...conditions.flatMap((one) => [`${one}: p50`, 'p99'])],
      rows((label) =>
        conditions.flatMap((one) => quantities.map((name) => value('streams', label, one, name))),
      ),
    ),
    markdownTable(
      ['catching up', 'MB/s'],
      rows((label) => [value('streams', label, 'catch-up', 'read')]),
    ),
  ].join('\n\n');
}
