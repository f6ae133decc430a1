// `npm run bench:compare -- a.json b.json [--all]`: what became better or worse from one result to the other.

import { parseArgs } from 'node:util';
import { compare } from './comparison.ts';
import { markdownTable, median, readResults, shown } from './figures.ts';

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [before, after] = positionals;
if (before === undefined || after === undefined) throw new Error('name two files with results');

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
