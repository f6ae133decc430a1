// Goal: docs/cli.md says what the program says. Method: it is made anew from the definitions of the commands and compared.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { programWith } from '../../src/cli/commands/program.ts';
import type { AnyCommand } from '../../src/cli/define.ts';
import { referenceText } from './reference.ts';

test('docs/cli.md is up to date; npm run docs:cli writes it', async () => {
  expect(await readFile('docs/cli.md', 'utf8')).toBe(await referenceText());
});

async function allCommands(): Promise<AnyCommand[]> {
  const names = (await programWith([])).commands.map((command) => command.name());
  const below = (command: AnyCommand): AnyCommand[] => [command, ...command.commands.flatMap(below)];
  return below(await programWith(names));
}

test('every command, option and argument is described, as a sentence', async () => {
  const texts = (await allCommands()).flatMap((command) => [
    `${command.name()}: ${command.summary()}`,
    ...command.options.map(({ flags, description }) => `${command.name()} ${flags}: ${description}`),
    ...command.registeredArguments.map(
      (argument) => `${command.name()} ${argument.name()}: ${argument.description}`,
    ),
  ]);
  expect(texts.length).toBeGreaterThan(200);
  expect(texts.filter((text) => !/: [A-Z"a-z].*[.)]$/s.test(text))).toEqual([]);
});

test('the summaries in the list of commands begin those of the commands', async () => {
  const stubs = (await programWith([])).commands;
  expect(stubs.length).toBeGreaterThan(15);
  for (const stub of stubs) expect(stub.summary()).toMatch(/^[A-Z].*\.$/);
});
