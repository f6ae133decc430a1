// `ordinal doctor`.

import { storeSettings } from '../../server/settings.ts';
import { local } from '../define.ts';
import { EXIT } from '../exit-codes.ts';
import { line } from '../output.ts';
import { settingsFrom } from '../server-options.ts';

const DEFAULT_LOGS = ['namespace/default'];

export function command() {
  return local('doctor', {
    summary: 'Examine a data directory or a table, and logs in it.',
    details: 'Changes nothing, and may run beside servers. Ends with 1 if anything is at fault.',
    examples: [
      'ordinal doctor',
      'ordinal doctor --data /var/lib/ordinal --log stream/orders --log namespace/default',
    ],
  })
    .option('--data <directory>', 'The directory of the store sqlite (ORDINAL_DATA). (default: .ordinal)')
    .option('--store <kind>', 'sqlite or dynamodb (ORDINAL_STORE). (default: sqlite)')
    .option('--table <name>', 'The table of the store dynamodb (ORDINAL_TABLE).')
    .option('--config <file>', 'Take settings from this JSON file of serve, too.')
    .option(
      '--log <name>',
      'Which log, once for each: namespace/<namespace> or stream/<path>. (default: namespace/default)',
      (name: string, before: string[] | undefined) => [...(before ?? []), name],
    )
    .action(async ({ log: logs = DEFAULT_LOGS, ...flags }) => {
      const settings = settingsFrom(storeSettings, flags);
      const { openStore } = await import('../../server/open-store.ts');
      const { report } = await import('../report.ts');
      const { runDoctor } = await import('../doctor.ts');
      const isSound = await runDoctor(await openStore(settings, { report }), settings, logs, line);
      process.exitCode = isSound ? EXIT.ok : EXIT.no;
    });
}
