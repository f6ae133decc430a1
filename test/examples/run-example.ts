// Runs the program of an example, as its first comment says, against a server.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect } from 'vitest';

// biome-ignore lint/style/noProcessEnv: the program under test gets no more than this
const { PATH = '' } = process.env;

export interface RunningExample {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when it has printed what matches. */
  prints(pattern: RegExp): Promise<void>;
  end(signal: NodeJS.Signals): Promise<void>;
}

export function startExample(path: string, url: string, args: readonly string[]): RunningExample {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve('examples', path), ...args], {
    env: { PATH, ORDINAL_URL: url },
  });
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return {
    child,
    output: () => text,
    async prints(pattern) {
      await expect.poll(() => text, { timeout: 60_000 }).toMatch(pattern);
    },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** What it prints until its end, which must be a success. */
export async function outputOf(path: string, url: string, args: readonly string[]): Promise<string> {
  const running = startExample(path, url, args);
  const [code] = (await once(running.child, 'exit')) as [number | null];
  expect(`${running.output()}exit ${code}`).toMatch(/exit 0$/);
  return running.output();
}
