// Goal: people can read, and check, what each command does. Method: the commands of each transcript are carried out again, from
// their encoded form; what they answer must be what the transcript says. After a change that is meant, `vitest --update`
// writes the answers anew, and the difference is read.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Identity } from '../../../src/protocols/zookeeper/tree/acl.ts';
import { getAcl, getChildren, getData } from '../../../src/protocols/zookeeper/tree/read.ts';
import { unusedNodes } from '../../../src/protocols/zookeeper/tree/unused.ts';
import { replayed, transcriptsIn } from '../../support/transcripts.ts';
import { Conversation, LOCAL } from './conversation.ts';
import { commandOf, identityOf } from './transcript-language.ts';
import { aclText, linesOf, nameOf, stateLines, statText } from './transcript-text.ts';

const FOLDER = new URL('transcripts/', import.meta.url).pathname;

class Session {
  readonly #talk = new Conversation();

  answer(line: string): string[] {
    if (line === 'state') return stateLines(this.#talk.state);
    const seconds = /^clock (\d+)s$/.exec(line)?.[1];
    if (seconds !== undefined) {
      this.#talk.timeMs = Number(seconds) * 1000;
      return [];
    }
    const command = commandOf(line, this.#talk.state);
    if (!command) return this.#read(line);
    const { result, changes } = this.#talk.run(command);
    return linesOf(this.#talk.position, result, changes);
  }

  #read(line: string): string[] {
    const { state, timeMs } = this.#talk;
    if (line === 'due') return unusedNodes(state, timeMs, 99).map(({ path }) => path);
    const [what = '', path = '', , ...users] = line.split(' ');
    const who: Identity[] = [LOCAL, ...users.map(identityOf)];
    switch (what) {
      case 'get': {
        const found = getData(state, who, path);
        return ['error' in found ? nameOf(found.error) : `"${found.data}", ${statText(found.stat)}`];
      }
      case 'children': {
        const found = getChildren(state, who, path);
        return ['error' in found ? nameOf(found.error) : found.children.join(' ') || 'none'];
      }
      case 'acl': {
        const found = getAcl(state, who, path);
        return ['error' in found ? nameOf(found.error) : aclText(found.acl)];
      }
      default:
        throw new Error(`unknown line: ${line}`);
    }
  }
}

test.each(transcriptsIn(FOLDER))('%s', async (name) => {
  const path = FOLDER + name;
  const session = new Session();
  const transcript = await replayed(readFileSync(path, 'utf8'), (line) => session.answer(line));
  await expect(transcript).toMatchFileSnapshot(path);
});
