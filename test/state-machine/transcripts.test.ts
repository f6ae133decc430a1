// Goal: people can read, and check, what each command does. Method: the commands of each transcript are
// carried out again, from their encoded form; what they answer must be what the transcript says. After a
// change that is meant, `vitest --update` writes the answers anew, and the difference is read.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { replayed, transcriptsIn } from '../support/transcripts.ts';
import { commandOf } from './transcript-language.ts';
import { linesOf, stateLines } from './transcript-text.ts';

const FOLDER = new URL('transcripts/', import.meta.url).pathname;

class Session {
  readonly #state = kernel.empty();
  #timeMs = 0;

  /** What the line is answered with: nothing for the clock. */
  answer(line: string): string[] {
    if (line === 'state') return stateLines(this.#state);
    const seconds = /^clock (\d+)s$/.exec(line)?.[1];
    if (seconds === undefined) return this.#run(line);
    this.#timeMs = Number(seconds) * 1000;
    return [];
  }

  #run(line: string): string[] {
    const at = { position: this.#state.position + 1, timeMs: this.#timeMs };
    const command = kernel.decodeCommand(kernel.encodeCommand(commandOf(line)));
    const { result, changes } = kernel.apply(this.#state, at, command);
    return linesOf(result, changes);
  }
}

test.each(transcriptsIn(FOLDER))('%s', async (name) => {
  const path = FOLDER + name;
  const session = new Session();
  const transcript = await replayed(readFileSync(path, 'utf8'), (line) => session.answer(line));
  await expect(transcript).toMatchFileSnapshot(path);
});
