// The question before something is gone for good.

import { createInterface } from 'node:readline/promises';
import { EXIT } from './exit-codes.ts';
import { CommandFailure, usage } from './failure.ts';
import { visibleText } from './output.ts';

/** The name has to be typed: a "y" is typed too easily. @throws CommandFailure without the consent */
export async function confirm(what: string, name: string): Promise<void> {
  if (!process.stdin.isTTY) throw usage(`this deletes ${what} ${name} for good; --yes says that it shall`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  const question = `This deletes ${what} ${visibleText(name)} for good. Type its name to go on: `;
  const answer = await terminal.question(question, { signal: closed.signal }).catch(() => undefined);
  terminal.close();
  if (answer === undefined) {
    process.stderr.write('\n');
    throw new CommandFailure('interrupted', 'given up', { exit: EXIT.interrupted, definite: true });
  }
  if (answer !== name) throw new CommandFailure('not-confirmed', 'that is not its name', { definite: true });
}
