// `npm run bench -- functions`: the table of the functions.

import { flagsOf } from '../arguments.ts';
import { measureFunctions } from './functions.ts';
import { functionsTable } from './functions-table.ts';

export async function run(args: readonly string[]): Promise<void> {
  flagsOf('Usage: npm run bench -- functions', args, {});
  const figures = await measureFunctions();
  process.stdout.write(`${typeof figures === 'string' ? `skipped: ${figures}` : functionsTable(figures)}\n`);
}
