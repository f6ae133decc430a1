// `npm run bench -- locks`: locks side by side, as a table.

import { flagsOf, refuse, wholeNumbers } from '../arguments.ts';
import { type Figure, markdownTable, namesIn, shown, valuesOf } from '../figures.ts';
import { measureLocks } from './locks.ts';

const USAGE = `Usage: npm run bench -- locks [options]

  --contenders <numbers>   how many at once, one after the other (default 1,16,64)
  --rounds <number>        how often all are measured in turn (default 3)`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, {
    contenders: { type: 'string', default: '1,16,64' },
    rounds: { type: 'string', default: '3' },
  });
  const contenders = wholeNumbers('--contenders', values.contenders, USAGE);
  const [rounds = 0] = wholeNumbers('--rounds', values.rounds, USAGE);
  if (rounds < 1 || contenders.includes(0)) refuse('--contenders and --rounds must be at least 1', USAGE);
  const figures = await measureLocks({ contenders, rounds, sliceMs: 1500 });
  process.stdout.write(`${locksTable(figures, contenders)}\n`);
}

function locksTable(figures: readonly Figure[], contenders: readonly number[]): string {
  const value = valuesOf(figures);
  const rows = namesIn(figures, 'locks').flatMap((label) =>
    ['cycles per second', 'hand-over'].map((quantity) => [
      `${label}, ${quantity === 'hand-over' ? 'hand-over ms' : quantity}`,
      ...contenders.map((count) => shown(value('locks', label, count, quantity))),
    ]),
  );
  return markdownTable(['contenders', ...contenders.map(String)], rows);
}
