// What the tests of a file leave behind ends with each of them, the last first. To import it is enough.

import { afterEach } from 'vitest';
import { temporaryDirectory } from './temporary.ts';

export const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A new one, which ends with the test. */
export async function directory(): Promise<string> {
  const { path, remove } = await temporaryDirectory();
  cleanUp.push(remove);
  return path;
}
