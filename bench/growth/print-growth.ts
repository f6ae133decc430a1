// `npm run bench -- growth`: a log of 1,000,000 records and a namespace of 100,000 names on the way there;
// tables and pictures.

import { writeFileSync } from 'node:fs';
import { numbersFromFlags } from '../arguments.ts';
import { diskTable, measureDisk } from './disk.ts';
import { measureGrowth } from './growth.ts';
import { growthPicture, growthTable } from './growth-table.ts';

const USAGE = `Usage: npm run bench -- growth [options]

  --records <number>   how far the log grows (default 1,000,000)
  --names <number>     how far the namespace grows (default 100,000)`;

export async function run(args: readonly string[]): Promise<void> {
  const { records, names } = numbersFromFlags(USAGE, args, { records: 1_000_000, names: 100_000 });
  const upTo = (most: number) => [1000, 10_000, 100_000, 1_000_000].filter((size) => size <= most);
  const figures = await measureGrowth(upTo(records), upTo(names));
  for (const what of ['log', 'namespace'] as const) {
    process.stdout.write(`${growthTable(figures, what)}\n\n`);
    writeFileSync(`bench/growth/${what}.svg`, growthPicture(figures, what));
  }
  process.stdout.write(`${diskTable(await measureDisk(Math.min(records, 100_000)))}\n`);
}
