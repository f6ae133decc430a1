// Starts a server and ends it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';

export interface System {
  readonly name: string;
  /** What is missing on this machine, and where it is to be had; undefined when all is there. */
  missing(): string | undefined;
  /** The command that serves `port` from `directory`. */
  command(directory: string, port: number): Promise<readonly string[]>;
  /** What ends it without anything left behind; by default it is killed, as nothing of it is used again. */
  readonly endSignal?: NodeJS.Signals;
}

export interface Running {
  readonly port: number;
  readonly pid: number;
  end(): Promise<void>;
}

const START_TRIES_MAX = 600;
const START_PAUSE_MS = 50;

/** @throws Error when the server does not come up. */
export async function start(system: System, directory: string): Promise<Running> {
  const port = await freePort();
  const [program = '', ...args] = await system.command(directory, port);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-2000);
  });
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (child.exitCode !== null || tries > START_TRIES_MAX) {
      child.kill('SIGKILL');
      throw new Error(`${system.name} did not start: ${complaints}`);
    }
    await new Promise((resolve) => setTimeout(resolve, START_PAUSE_MS));
  }
  return { port, pid: child.pid ?? 0, end: () => end(child, system.endSignal ?? 'SIGKILL') };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.on('connect', () => answer(true));
    socket.on('error', () => answer(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
