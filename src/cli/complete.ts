// What the last word of a command line can be: a command, a flag, the value of a flag, or a name that a
// server or the file of contexts knows.

import type { AnyCommand, ProgramWith } from './define.ts';
import { visibleText, write } from './output.ts';

interface Candidate {
  readonly word: string;
  readonly about?: string;
}

type Option = AnyCommand['options'][number];

export async function complete(typed: readonly string[], programWith: ProgramWith): Promise<void> {
  const last = typed.at(-1) ?? '';
  const candidates = await candidatesFor(await placeAfter(typed.slice(0, -1), programWith), last);
  const lines = candidates
    // A word with a line break would be two.
    .filter(({ word }) => word.startsWith(last) && visibleText(word) === word)
    .sort((one, other) => (one.word < other.word ? -1 : 1))
    .map(({ word, about = '' }) => `${word}\t${about}\n`);
  await write(lines.join(''));
}

async function candidatesFor(place: Place, last: string): Promise<readonly Candidate[]> {
  const { command, pending, operands, isBehindDashes } = place;
  // What is run under a lock is a command of the user's, which the shell completes as files.
  if (isBehindDashes) return [];
  if (pending) return valuesOf(pending, place);
  if (last.startsWith('-')) return flagsOf(command);
  const members = command.createHelp().visibleCommands(command);
  if (members.length > 0) return members.map((member) => ({ word: member.name(), about: member.summary() }));
  const argument = command.registeredArguments[operands] ?? command.registeredArguments.at(-1);
  if (!argument || (operands >= command.registeredArguments.length && !argument.variadic)) return [];
  return namesOf(argument.name(), place);
}

interface Place {
  readonly command: AnyCommand;
  /** The flag that waits for its value. */
  readonly pending: Option | undefined;
  readonly operands: number;
  readonly isBehindDashes: boolean;
  /** The values of flags so far. */
  readonly values: Readonly<Record<string, string | true>>;
}

async function placeAfter(words: readonly string[], programWith: ProgramWith): Promise<Place> {
  let command = await programWith(words.slice(0, 1));
  let pending: Option | undefined;
  let operands = 0;
  const values: Record<string, string | true> = {};
  for (const word of words) {
    if (pending) {
      values[pending.attributeName()] = word;
      pending = undefined;
    } else if (word === '--') return { command, pending, operands, isBehindDashes: true, values };
    else if (word.startsWith('-')) {
      const [flag, value] = word.split('=', 2);
      const option = command.options.find(({ long, short }) => long === flag || short === flag);
      const takesValue = option !== undefined && (option.required || option.optional);
      if (option) values[option.attributeName()] = value ?? true;
      if (takesValue && value === undefined) pending = option;
    } else {
      const member = operands === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (member) command = member;
      else operands += 1;
    }
  }
  return { command, pending, operands, isBehindDashes: false, values };
}

function flagsOf(command: AnyCommand): Candidate[] {
  const options = command.createHelp().visibleOptions(command);
  return options.flatMap(({ long, description }) =>
    long ? [{ word: long, about: firstLine(description) }] : [],
  );
}

async function valuesOf(option: Option, place: Place): Promise<readonly Candidate[]> {
  if (option.argChoices) return option.argChoices.map((word) => ({ word }));
  return namesOf(option.attributeName(), place);
}

/** Loaded only where there is a name to look for. */
async function namesOf(what: string, { values }: Place): Promise<readonly Candidate[]> {
  const { namesFor } = await import('./known-names.ts');
  return (await namesFor(what, values)).map((word) => ({ word }));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
