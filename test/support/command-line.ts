// The command line as its own process, as a person or a script starts it. It is bundled once for each file of
// tests: a process then starts in a tenth of the time that the loader of TypeScript takes.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

export interface Ended {
  /** As a shell tells it: 128 and the number of the signal that ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string> | undefined;
  readonly input?: string | Uint8Array | undefined;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

let building: Promise<string> | undefined;

/** The path of a program that does all that needs no database: those that do load a thread of their own. */
export function cliProgram(): Promise<string> {
  building ??= bundle();
  return building;
}

async function bundle(): Promise<string> {
  // Below the root, so that packages are found.
  const outdir = resolve('.cache', `cli-${process.pid}`);
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  await build({
    entryPoints: ['src/cli/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outExtension: { '.js': '.mjs' },
  });
  return resolve(outdir, 'main.mjs');
}

/** Nothing of the person who runs the tests: neither contexts nor tokens. */
export function bareEnvironment(env: Record<string, string> = {}): Record<string, string> {
  // biome-ignore lint/style/noProcessEnv: a program under test inherits no more than this
  const { PATH = '' } = process.env;
  return { PATH, HOME: '/nonexistent', ...env };
}

export async function spawnCli(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ChildProcess> {
  return spawn(process.execPath, [await cliProgram(), ...args], {
    env: bareEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export async function runCli(args: readonly string[], { env, input }: RunOptions = {}): Promise<Ended> {
  const child = await spawnCli(args, env);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return endOf(child);
}

export async function endOf(child: ChildProcess): Promise<Ended> {
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  await once(child, 'close');
  return { code: codeOf(child), stdout: stdout(), stderr: stderr() };
}

export function codeOf({ exitCode, signalCode }: ChildProcess): number {
  return signalCode === null ? (exitCode ?? -1) : 128 + (SIGNAL_NUMBERS[signalCode] ?? 0);
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
