// `npm run bench -- costs`: the table of counted costs.

import { flagsOf } from '../arguments.ts';
import { countCosts } from './costs.ts';
import { costFigures, costsTable } from './costs-table.ts';

export async function run(args: readonly string[]): Promise<void> {
  flagsOf('Usage: npm run bench -- costs', args, {});
  const rows = await countCosts();
  process.stdout.write(`${typeof rows === 'string' ? `skipped: ${rows}` : costsTable(costFigures(rows))}\n`);
}
