// The command of a server as users have it: `npm run build` makes it. It starts in a third of the time that
// the sources take, and some suites wait for a server for five seconds.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const BUILT = resolve('dist/command/main.js');

/** @throws Error when nothing is built */
export function serverProgram(): readonly string[] {
  if (!existsSync(BUILT)) throw new Error('there is no dist/command: run `npm run build`');
  return [process.execPath, BUILT];
}
