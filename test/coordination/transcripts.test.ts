// Goal: people can read, and check, how the recipes hand over, in the order of the log. Method: each
// transcript is a conversation with whole servers on one store and on virtual time. It is had again, and what
// comes of it must be what the transcript says. After a change that is meant, `vitest --update` writes it
// anew, and the difference is read.

import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { loadOnDemandParts } from '../../src/service/on-demand.ts';
import { replayed, transcriptsIn } from '../support/transcripts.ts';
import { TranscriptSession } from './transcript-session.ts';

const FOLDER = new URL('transcripts/', import.meta.url).pathname;

// A module that is loaded from disk takes time that is not virtual.
beforeAll(loadOnDemandParts);

test.each(transcriptsIn(FOLDER))('%s', async (name) => {
  const path = FOLDER + name;
  const session = new TranscriptSession();
  const transcript = await replayed(readFileSync(path, 'utf8'), (line) => session.answer(line));
  await expect(transcript).toMatchFileSnapshot(path);
});
