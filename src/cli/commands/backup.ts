// `ordinal backup`.

import { storeSettings } from '../../server/settings.ts';
import { local } from '../define.ts';
import { usage } from '../failure.ts';
import { line } from '../output.ts';
import { settingsFrom } from '../server-options.ts';

export function command() {
  return local('backup', {
    summary: 'Copy the data directory of the store sqlite, also while servers use it, and verify the copy.',
    examples: ['ordinal backup /var/backups/ordinal-1', 'ordinal backup copy --data /var/lib/ordinal'],
  })
    .argument('<directory>', 'Where the copy goes: a directory that is empty, or not there yet.')
    .option('--data <directory>', 'The directory to copy (ORDINAL_DATA). (default: .ordinal)')
    .option('--config <file>', 'Take settings from this JSON file of serve, too.')
    .action(async (directory, flags) => {
      const { store, data } = settingsFrom(storeSettings, flags);
      if (store !== 'sqlite')
        throw usage('only the store sqlite is copied; a DynamoDB table has backups of its own');
      const { runBackup } = await import('../backup.ts');
      await runBackup(data, directory, line);
    });
}
