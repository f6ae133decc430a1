// `npm run bench -- cold-start`: cold starts from snapshots, as a table.

import { flagsOf, refuse, wholeNumbers } from '../arguments.ts';
import { recordFigures, WRITE_FLAG, WRITE_USAGE } from '../record.ts';
import { COLD_START_FORM, coldStartTable, measureColdStarts } from './cold-start.ts';

const USAGE = `Usage: npm run bench -- cold-start [options]

  --keys <numbers>       how many keys the snapshot has, one after the other (default 1000,1000000)
  --times <number>       how many processes begin with each (default 5)
${WRITE_USAGE}`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, {
    keys: { type: 'string', default: COLD_START_FORM.keys.join() },
    times: { type: 'string', default: String(COLD_START_FORM.times) },
    ...WRITE_FLAG,
  });
  const keys = wholeNumbers('--keys', values.keys, USAGE);
  const [times = 0] = wholeNumbers('--times', values.times, USAGE);
  if (times < 1 || keys.includes(0)) refuse('--keys and --times must be at least 1', USAGE);
  const figures = await measureColdStarts({ keys, times });
  process.stdout.write(`${coldStartTable(figures)}\n`);
  if (values.write) recordFigures('cold start', figures);
}
