// `npm run bench -- compare`: what became better or worse from one result to the other.

import { flagsOf, refuse } from './arguments.ts';
import { compare } from './comparison.ts';
import { markdownTable, median, readResults, shown } from './figures.ts';

const USAGE = `Usage: npm run bench -- compare <before.json> <after.json> [--all]

  --all   also what is not told apart by its spread`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = flagsOf(USAGE, args, { all: { type: 'boolean', default: false } });
  const [before, after] = positionals;
  if (before === undefined || after === undefined) refuse('name two files with results', USAGE);

  const compared = compare(readResults(before).figures, readResults(after).figures);
  const told = values.all ? compared : compared.filter(({ verdict }) => verdict !== 'not told apart');
  const spread = (all: readonly number[]) =>
    all.length === 1
      ? shown(all[0])
      : `${shown(median(all))} (${shown(Math.min(...all))} … ${shown(Math.max(...all))})`;
  const rows = told.map((one) => [
    `${one.id}, ${one.unit}`,
    spread(one.before),
    spread(one.after),
    shown(one.ratio),
    one.verdict,
  ]);
  process.stdout.write(`${markdownTable(['figure', before, after, 'ratio', 'verdict'], rows)}\n`);
  process.stdout.write(
    `${told.length} of ${compared.length} figures shown; the others are not told apart by their spread\n`,
  );
}
