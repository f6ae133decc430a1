// How commands are defined: what all of them have in common.

import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { coloured } from './output.ts';
import { duration } from './values.ts';

/** Makes the program, of which these commands are whole, and of the others there is the name. */
export type ProgramWith = (wanted: readonly string[]) => Promise<AnyCommand>;

export interface About {
  /** One sentence, shown in lists of commands. */
  readonly summary: string;
  /** More, shown in the command's own help. */
  readonly details?: string;
  /** Lines that work when they are typed. */
  readonly examples: readonly string[];
}

/** Options of the connection come last: they are the same everywhere. */
const CONNECTION = 'Connection:';
const OWN = 'Options:';

/** A command, or a group of them, that needs no server. */
export function local(name: string, about: About) {
  return new Command(name)
    .summary(about.summary)
    .description(descriptionOf(about))
    .addHelpText('after', examplesText(about.examples))
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({
      showGlobalOptions: false,
      styleTitle: (text) => coloured('bold', text),
      groupItems: (_all, visible, groupOf) => grouped(visible, groupOf),
    });
}

/** A command that asks a server. */
export function remote(name: string, about: About) {
  return local(name, about)
    .option('--json', 'Print JSON, for scripts.')
    .optionsGroup(CONNECTION)
    .option('--context <name>', 'The server that is called this in the file of contexts.')
    .option('--url <url>', 'The address of the server (ORDINAL_URL).')
    .option('--token <token>', 'The bearer token (ORDINAL_TOKEN). Other users of the machine can see flags.')
    .option('--sigv4', 'Sign requests by AWS Signature Version 4.')
    .option('--function <name>', 'Invoke this Lambda function in place of a URL.')
    .option('--region <region>', 'The AWS region (AWS_REGION).')
    .option('--timeout <time>', 'How long a request is tried. (default: 20s)', duration)
    .optionsGroup(OWN);
}

/** A command that asks for something of a namespace. */
export function inNamespace(name: string, about: About) {
  return remote(name, about).option(
    '-n, --namespace <name>',
    'The namespace (ORDINAL_NAMESPACE). (default: "default")',
  );
}

/** A command that does nothing but to hold others. Help does not show those that are for scripts. */
export function group(
  name: string,
  about: About,
  members: readonly AnyCommand[],
  forScripts: readonly AnyCommand[] = [],
) {
  const parent: AnyCommand = local(name, about);
  for (const member of members) parent.addCommand(member);
  for (const member of forScripts) parent.addCommand(member, { hidden: true });
  return parent;
}

/** A command whatever its arguments and options are. */
export type AnyCommand = CommandUnknownOpts;

/** A line break within a paragraph is for the reader of the source: help wraps as the terminal is wide. */
function descriptionOf({ summary, details }: About): string {
  return details === undefined ? summary : `${summary}\n\n${details.replace(/([^\n])\n(?!\n)/g, '$1 ')}`;
}

function examplesText(examples: readonly string[]): string {
  return `\n${coloured('bold', 'Examples:')}\n${examples.map((example) => `  $ ${example}`).join('\n')}`;
}

function grouped<Item>(items: readonly Item[], groupOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  const ordered = [...items].sort((one, other) => rank(groupOf(one)) - rank(groupOf(other)));
  for (const item of ordered) {
    const name = groupOf(item);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return groups;
}

function rank(name: string): number {
  return name === CONNECTION ? 1 : 0;
}
