#!/usr/bin/env node
// The command line: finds the command, runs it, and says how it ended.

import { CommanderError } from 'commander';
import { COMMANDS, programWith } from './commands/program.ts';
import type { AnyCommand } from './define.ts';
import { EXIT } from './exit-codes.ts';
import { usage } from './failure.ts';
import { reportFailure } from './report.ts';

const HELP = new Set(['-h', '--help', 'help', '-V', '--version']);

/**
 * `ordinal help streams append` is `ordinal streams append --help`, and without a command there is `serve`.
 */
function normalized(args: readonly string[]): string[] {
  const [first, ...rest] = args;
  if (first === 'help') return [...rest.filter((arg) => !arg.startsWith('-')), '--help'];
  const isCommand = first !== undefined && (!first.startsWith('-') || HELP.has(first));
  return isCommand ? [...args] : ['serve', ...args];
}

async function run(args: readonly string[]): Promise<void> {
  const [name = ''] = args;
  const program: AnyCommand = await programWith(Object.hasOwn(COMMANDS, name) ? [name] : []);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === EXIT.ok) return;
    throw usage(messageOf(error, args));
  }
}

function messageOf({ code, message }: CommanderError, args: readonly string[]): string {
  if (code === 'commander.help') return `ordinal ${args[0]}: which command?; --help tells what there is`;
  const said = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${said}; --help tells what there is`;
}

function isForScripts(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}

/** The reader of a pipe may go at any time, as `head` does. Nobody is left to be told. */
function endQuietly(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
  throw error;
}

process.stdout.on('error', endQuietly);
process.stderr.on('error', endQuietly);
const args = normalized(process.argv.slice(2));
run(args).catch((error: unknown) => {
  // Whatever is still open, such as an input that nobody reads any more, must not hold it up.
  process.exit(reportFailure(error, isForScripts(args)));
});
