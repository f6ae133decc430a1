// The command line: reads the settings and runs the command that they name.

import { openStore } from '../server/open-store.ts';
import { HELP, parseSettings, type Settings } from '../server/settings.ts';
import { fail, report } from './report.ts';

async function main(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: the one place of the server that reads the environment
  const parsed = parseSettings(process.argv.slice(2), process.env);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(HELP);
      return;
    case 'invalid':
      process.stderr.write(`ordinal: ${parsed.message}; --help tells what there is\n`);
      process.exitCode = 2;
      return;
    case 'settings':
      return run(parsed.settings);
  }
}

/** Each command is loaded only when it is asked for. */
async function run(settings: Settings): Promise<void> {
  switch (settings.command) {
    case 'serve': {
      const { runServer } = await import('./serve.ts');
      return runServer(await openStore(settings, report), settings);
    }
    case 'doctor': {
      const { runDoctor } = await import('./doctor.ts');
      const isSound = await runDoctor(await openStore(settings, report), settings, print);
      process.exitCode = isSound ? 0 : 1;
      return;
    }
    case 'backup': {
      const { runBackup } = await import('./backup.ts');
      return runBackup(settings.data, settings.to ?? '', print);
    }
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch(fail);
