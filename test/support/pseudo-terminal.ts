// A pseudo-terminal for the program under test, by the module `pty` of Python.

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

export type Step =
  | { readonly await: string; readonly send: string; readonly afterMs?: number; readonly again?: boolean }
  | { readonly await: string; readonly signal: NodeJS.Signals };

export interface InTerminal {
  /** Everything that was shown, with what the terminal has echoed. */
  readonly output: string;
  readonly code: number;
}

export const CTRL_C = '\u0003';

/** Why there is no pseudo-terminal; undefined where there is one. */
export const NO_TERMINAL =
  process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0
    ? undefined
    : 'there is no python3 with the module pty';

/** @throws Error when the command has ended before all steps were taken */
export async function inTerminal(
  command: readonly string[],
  env: Record<string, string>,
  steps: readonly Step[] = [],
): Promise<InTerminal> {
  const task = JSON.stringify({ command, env, steps });
  const { stdout } = await promisify(execFile)('python3', ['test/support/pseudo-terminal.py', task], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const { output, code, stepsLeft } = JSON.parse(stdout);
  if (stepsLeft > 0)
    throw new Error(`${stepsLeft} steps were not taken, the command ended with ${code}: ${output}`);
  return { output, code };
}
