// `npm run bench -- costs`: the table of counted costs.

import { flagsOf } from '../arguments.ts';
import { recordFigures, WRITE_FLAG, WRITE_USAGE } from '../record.ts';
import { countCosts } from './costs.ts';
import { costFigures, costsTable } from './costs-table.ts';

const USAGE = `Usage: npm run bench -- costs [options]

${WRITE_USAGE}`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, WRITE_FLAG);
  const rows = await countCosts();
  if (typeof rows === 'string') {
    process.stdout.write(`skipped: ${rows}\n`);
    return;
  }
  const figures = costFigures(rows);
  process.stdout.write(`${costsTable(figures)}\n`);
  if (values.write) recordFigures('costs', figures);
}
