// The whole command line: which groups there are, and where each is.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AnyCommand, local, type ProgramWith } from '../define.ts';
import { EXIT_CODES, EXIT_CODES_OF_COMMANDS } from '../exit-codes.ts';
import { coloured } from '../output.ts';

/** Of help that goes into a pipe. */
const WIDTH = 80;

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<{ command(programWith: ProgramWith): AnyCommand }>;
}

/** Each is loaded only when it is asked for. The summaries are here, so that help needs none of them. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: { summary: 'Serve Ordinal. The default.', load: () => import('./serve.ts') },
  doctor: { summary: 'Examine a data directory or a table.', load: () => import('./doctor.ts') },
  backup: {
    summary: 'Copy a data directory while it is in use.',
    load: () => import('./backup.ts'),
  },
  streams: { summary: 'Total orders of records.', load: () => import('./streams.ts') },
  names: { summary: 'Unique names.', load: () => import('./names.ts') },
  keys: { summary: 'Values by key, with versions and watches.', load: () => import('./keys.ts') },
  locks: {
    summary: 'Locks with fencing tokens; run a command under one.',
    load: () => import('./locks.ts'),
  },
  elections: {
    summary: 'Leaders; run a command while leader.',
    load: () => import('./elections.ts'),
  },
  groups: { summary: 'Who is present.', load: () => import('./groups.ts') },
  leases: { summary: 'Times to live that are renewed.', load: () => import('./leases.ts') },
  sequences: { summary: 'Numbers that are given out once.', load: () => import('./sequences.ts') },
  namespaces: {
    summary: 'Coordination states, each by itself.',
    load: () => import('./namespaces.ts'),
  },
  history: {
    summary: 'The commands of a namespace, and what each decided.',
    load: () => import('./history.ts'),
  },
  export: {
    summary: 'Write a stream or the keys of a namespace as JSON lines.',
    load: () => import('./export.ts'),
  },
  import: { summary: 'Bring an export in, once.', load: () => import('./import.ts') },
  context: { summary: 'Servers by name.', load: () => import('./context.ts') },
  completion: {
    summary: 'Completion for bash, zsh and fish.',
    load: () => import('./completion.ts'),
  },
};

/** Only the members of `wanted` are whole; of the others there is the name. */
export async function programWith(wanted: readonly string[]): Promise<AnyCommand> {
  const program = local('ordinal', {
    summary:
      'One total order of events, and what programs coordinate by: names, keys, locks, leases, elections, groups.',
    details: 'Without a command it serves, as `ordinal serve` does.',
    examples: [
      'ordinal serve',
      'ordinal names claim alice --owner me',
      'ordinal locks run nightly -- ./backup.sh',
      'ordinal export stream orders | ordinal import stream orders --context other',
    ],
  }).version(versionOf(), '-V, --version', 'Show the version.');
  program.addHelpText('after', ({ command }) => `\n${exitCodesText(command)}`).usage('[command] [options]');
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = wanted.includes(name)
      ? (await entry.load()).command(programWith)
      : local(name, { ...entry, examples: [] });
    program.addCommand(command);
  }
  return program;
}

function exitCodesText(command: AnyCommand): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: process.stdout.columns ?? WIDTH });
  const width = Math.max(...EXIT_CODES.map(([code]) => code.length));
  const rows = EXIT_CODES.map(([code, meaning]) => help.formatItem(code, width, meaning, help));
  const more = help.boxWrap(EXIT_CODES_OF_COMMANDS, process.stdout.columns ?? WIDTH);
  return `${coloured('bold', 'Exit codes:')}\n${rows.join('\n')}\n\n${more}`;
}

/** Of the package that this file is in, as a checkout or as it is built. */
function versionOf(): string {
  for (
    let directory = dirname(fileURLToPath(import.meta.url));
    directory !== dirname(directory);
    directory = dirname(directory)
  ) {
    const path = join(directory, 'package.json');
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')).version;
  }
  return 'unknown';
}
