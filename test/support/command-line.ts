// The command line as its own process, as a person or a script starts it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ended {
  /** As a shell tells it: 128 and the number of the signal that ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly input?: string | Uint8Array;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

/** Nothing of the person who runs the tests: neither contexts nor tokens. */
export function bareEnvironment(env: Record<string, string> = {}): Record<string, string> {
  // biome-ignore lint/style/noProcessEnv: a program under test inherits no more than this
  const { PATH = '' } = process.env;
  return { PATH, HOME: '/nonexistent', ...env };
}

export function spawnCli(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    env: bareEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export async function runCli(args: readonly string[], { env, input }: RunOptions = {}): Promise<Ended> {
  const child = spawnCli(args, env);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return endOf(child);
}

export async function endOf(child: ChildProcess): Promise<Ended> {
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  await once(child, 'close');
  const signal = child.signalCode;
  const code = signal === null ? (child.exitCode ?? -1) : 128 + (SIGNAL_NUMBERS[signal] ?? 0);
  return { code, stdout: stdout(), stderr: stderr() };
}

/** All that has come so far. */
export function textOf(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
