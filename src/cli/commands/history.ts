// `ordinal history`: the commands of a namespace's log.

import { Option } from '@commander-js/extra-typings';
import type { HistoryResource } from '../../api/history.ts';
import { inNamespace } from '../define.ts';
import { positiveNumber, wholeNumber } from '../values.ts';

const RESOURCES: readonly HistoryResource[] = [
  'names',
  'keys',
  'leases',
  'locks',
  'elections',
  'groups',
  'sequences',
];

export function command() {
  return inNamespace('history', {
    summary: 'Show the commands of a namespace in their order, and what each decided.',
    details: `Also those that changed nothing: of two claimants of one name, the position tells which came first. Ends with 1 where the log is
trimmed or compacted. With --json, a line for each command with all that it asked and changed.`,
    examples: [
      'ordinal history',
      'ordinal history --resource names --prefix alice',
      'ordinal history --after 41 --limit 10 --json',
    ],
  })
    .option(
      '--after <position>',
      'Begin after this position. (default: as early as there is a history)',
      wholeNumber,
    )
    .option('--limit <number>', 'The most commands. (default: all)', positiveNumber)
    .addOption(new Option('--resource <resource>', 'Only what is about this.').choices(RESOURCES))
    .option('--prefix <text>', 'Only what is about a name that begins with this.')
    .action(async (options) => (await import('./show-history.ts')).show(options));
}
