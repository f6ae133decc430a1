// `npm run bench -- all`: what the documents show, in one run. Writes `bench/results.json`, the tables of the
// documents and the pictures.

import { writeFileSync } from 'node:fs';
import { flagsOf } from './arguments.ts';
import { COLD_START_FORM, measureColdStarts } from './cold-start/cold-start.ts';
import { countCosts } from './costs/costs.ts';
import { costFigures } from './costs/costs-table.ts';
import { machine, type Results } from './figures.ts';
import { measureFunctions } from './functions/functions.ts';
import { measureDisk } from './growth/disk.ts';
import { measureGrowth } from './growth/growth.ts';
import { growthPicture } from './growth/growth-table.ts';
import { measurePeers } from './peers/peers.ts';
import { say } from './progress.ts';
import { RESULTS, writeResults, writeTables } from './record.ts';
import { scaleFigures, scalePicture, scaleRows } from './scale/scale-table.ts';
import { measureWatchers, WATCHERS_FORM } from './watchers/watchers.ts';

const RECORDS = [1000, 10_000, 100_000, 1_000_000];
const RECORDS_ON_DISK = 100_000;
const NAMES = [1000, 10_000, 100_000];

const FORMS = {
  short: { clients: [1, 16, 64, 256], rounds: 3, warmUpMs: 600, sliceMs: 500, slices: 2 },
  long: { clients: [1, 16, 64, 256], rounds: 5, warmUpMs: 1000, sliceMs: 1000, slices: 3 },
} as const;

const USAGE = `Usage: npm run bench -- all [options]

  --long         more rounds and longer slices: about half an hour
  --out <file>   write the results there, and no tables or pictures`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, {
    long: { type: 'boolean', default: false },
    out: { type: 'string', default: RESULTS },
  });
  const form = values.long ? 'long' : 'short';
  say(`the ${form} form`);
  const peers = await measurePeers(FORMS[form]);
  const watchers = await measureWatchers(WATCHERS_FORM);
  const growth = await measureGrowth(RECORDS, NAMES);
  const disk = await measureDisk(RECORDS_ON_DISK);
  const coldStarts = await measureColdStarts(COLD_START_FORM);
  const costs = await countCosts();
  say('costs counted');
  // What was measured so far is not lost when a bundle does not start.
  const functions = await measureFunctions().catch(String);
  const scale = scaleFigures(await scaleRows());
  const missing = [...peers.missing, ...watchers.missing];
  if (typeof costs === 'string') missing.push(`costs: ${costs}`);
  if (typeof functions === 'string') missing.push(`functions: ${functions}`);
  const counted = typeof costs === 'string' ? [] : costFigures(costs);
  const cold = typeof functions === 'string' ? [] : functions;
  const figures = [
    ...peers.figures,
    ...watchers.figures,
    ...counted,
    ...growth,
    ...coldStarts,
    ...disk,
    ...scale,
    ...cold,
  ];
  write({ machine: machine(), form, missing, figures }, values.out);
}

function write(results: Results, out: string): void {
  writeResults(results, out);
  if (out !== RESULTS) return;
  writeTables(results);
  const pictures: [string, string][] = [
    ['growth/log', growthPicture(results.figures, 'log')],
    ['growth/namespace', growthPicture(results.figures, 'namespace')],
    ['scale/scale', scalePicture(results.figures)],
  ];
  for (const [name, picture] of pictures) writeFileSync(`bench/${name}.svg`, picture);
  say('bench/results.json, the tables and the pictures are written');
}
