// `npm run bench -- first-claim`, after `npm run build`: from the packed file to the first claim, as a table.

import { flagsOf, refuse, wholeNumbers } from '../arguments.ts';
import { recordFigures, WRITE_FLAG, WRITE_USAGE } from '../record.ts';
import { firstClaimTable, measureFirstClaim } from './first-claim.ts';

const USAGE = `Usage: npm run bench -- first-claim [options]

  --times <number>       how many machines begin, one after the other (default 3)
${WRITE_USAGE}`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, { times: { type: 'string', default: '3' }, ...WRITE_FLAG });
  const [times = 0] = wholeNumbers('--times', values.times, USAGE);
  if (times < 1) refuse('--times must be at least 1', USAGE);
  const figures = await measureFirstClaim(times);
  process.stdout.write(`${firstClaimTable(figures)}\n`);
  if (values.write) recordFigures('first claim', figures);
}
