// `npm run bench -- watchers`: how soon watchers have what was put, side by side, as a table.

import { flagsOf, refuse, wholeNumbers } from '../arguments.ts';
import { recordFigures, WRITE_FLAG, WRITE_USAGE } from '../record.ts';
import { measureWatchers, WATCHERS_FORM } from './watchers.ts';
import { watchersTable } from './watchers-table.ts';

const USAGE = `Usage: npm run bench -- watchers [options]

  --watchers <numbers>   how many at once, one after the other (default 1,100,1000)
  --rounds <number>      how often all are measured in turn (default 3)
  --only <labels>        only those whose label has one of these in it, such as etcd,ZooKeeper
${WRITE_USAGE}`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, {
    watchers: { type: 'string', default: WATCHERS_FORM.watchers.join() },
    rounds: { type: 'string', default: String(WATCHERS_FORM.rounds) },
    only: { type: 'string', default: '' },
    ...WRITE_FLAG,
  });
  const watchers = wholeNumbers('--watchers', values.watchers, USAGE);
  const [rounds = 0] = wholeNumbers('--rounds', values.rounds, USAGE);
  if (rounds < 1 || watchers.includes(0)) refuse('--watchers and --rounds must be at least 1', USAGE);
  const only = values.only.split(',').filter((part) => part !== '');
  const { figures } = await measureWatchers({ ...WATCHERS_FORM, watchers, rounds }, only);
  process.stdout.write(`${watchersTable(figures)}\n`);
  if (values.write) recordFigures('watchers', figures);
}
