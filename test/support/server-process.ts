// A server as its own process, as a user starts it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Sends the signal and waits for the end; answers the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Starts `npm start`'s program on a free port. */
export async function startServer(args: string[], env: Record<string, string> = {}): Promise<ServerProcess> {
  const running = runServer(['--port', '0', ...args], env);
  const { child } = running;
  while (!/Ordinal is at \S+/.test(running.output())) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${running.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const url = /Ordinal is at (\S+)/.exec(running.output())?.[1] ?? '';
  return {
    url,
    child,
    output: running.output,
    async end(signal) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      return child.exitCode ?? child.signalCode ?? 0;
    },
  };
}

export function runServer(args: string[], env: Record<string, string> = {}) {
  // biome-ignore lint/style/noProcessEnv: a server under test inherits no more than this
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  return { child, output: () => text };
}
