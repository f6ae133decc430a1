// The reference of the command line, made from the definitions of the commands.

import { programWith } from '../../src/cli/commands/program.ts';
import type { AnyCommand } from '../../src/cli/define.ts';
import { EXIT_CODES, EXIT_CODES_OF_COMMANDS } from '../../src/cli/exit-codes.ts';
import { SETTINGS } from '../../src/server/settings.ts';

/** The heading under which commands that ask a server have the same options. */
const CONNECTION = 'Connection:';

export async function referenceText(): Promise<string> {
  const names = (await programWith([])).commands.map((command) => command.name());
  const program = await programWith(names);
  const parts = [
    '# The command line',
    '<!-- Made by `npm run docs:cli` from the definitions in `src/cli/commands/`. -->',
    `\`ordinal\` serves, and asks servers. In a checkout \`npm start -- <command>\` is the same. \`ordinal --help\` and \`--help\` behind every
command say what is here.`,
    '## Exit codes',
    tableOf(['code', 'meaning'], EXIT_CODES),
    EXIT_CODES_OF_COMMANDS,
    '## Output',
    `People get tables. With \`--json\` every command prints JSON: one document, or a line for each entry of a list, for each record and for
each event. Errors are on standard error, with a code, and with "nothing happened" or "it may have happened"; with \`--json\` they
are one JSON document, with \`definite\`. Colours and progress are for terminals alone, and \`NO_COLOR\` switches colours off.`,
    '## Connection',
    'Every command that asks a server takes these options. `ordinal context` says which server is asked without them.',
    connectionTable(program),
    ...program.commands.flatMap((command) => sectionsOf(command, [])),
  ];
  return `${parts.join('\n\n')}\n`;
}

function sectionsOf(command: AnyCommand, above: readonly string[]): string[] {
  const path = [...above, command.name()];
  const help = command.createHelp();
  const options = help
    .visibleOptions(command)
    .filter(({ helpGroupHeading, long }) => helpGroupHeading !== CONNECTION && long !== '--help');
  const named = help
    .visibleArguments(command)
    .map((argument) => [help.argumentTerm(argument), argument.description]);
  const rows = [...named, ...options.map(({ flags, description }) => [flags, description])];
  const members = help.visibleCommands(command);
  const heading = `${'#'.repeat(path.length + 1)} ordinal ${path.join(' ')}`;
  const examples = `\`\`\`sh\n${examplesOf(command)}\n\`\`\``;
  if (members.length > 0) {
    return [
      heading,
      command.description(),
      examples,
      ...members.flatMap((member) => sectionsOf(member, path)),
    ];
  }
  const usage = `\`ordinal ${[...path, ...command.registeredArguments.map(usageOf)].join(' ')} [options]\``;
  const table = rows.length === 0 ? [] : [tableOf(['', ''], rows)];
  const settings = command.name() === 'serve' ? [settingsTable()] : [];
  return [heading, usage, escaped(command.description()), ...table, ...settings, examples];
}

function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([name, { flag = '', variable }]) => [name, flag, variable]);
  return tableOf(['in the file of `--config`', 'flag', 'environment'], rows);
}

/** Placeholders are no tags. */
function escaped(text: string): string {
  return text.replaceAll('<', '\\<');
}

function usageOf(argument: AnyCommand['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function connectionTable(program: AnyCommand): string {
  const asking = program.commands.flatMap(({ commands }) => commands);
  const options = asking.flatMap((command) => command.createHelp().visibleOptions(command));
  const rows = new Map(
    options
      .filter(({ helpGroupHeading }) => helpGroupHeading === CONNECTION)
      .map(({ flags, description }) => [flags, [flags, description] as const]),
  );
  return tableOf(['option', ''], [...rows.values()]);
}

/** Help texts of commander are events; the examples are the one that each command has. */
function examplesOf(command: AnyCommand): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const [, examples = ''] = /\nExamples:\n(.*?)(?:\n\n|\s*$)/s.exec(text) ?? [];
  return examples.replace(/^ {2}\$ /gm, '');
}

function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map(([first = '', ...rest]) =>
    [`\`${first}\``, ...rest.map(escaped)].map((cell) => cell.replaceAll('|', '\\|')),
  );
  return [line(headings), line(headings.map(() => '---')), ...body.map(line)].join('\n');
}
