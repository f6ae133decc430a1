// The servers that are compared: how each is found, started and ended. All keep their data in a new directory on the same disk
// and acknowledge a write only when it is there.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';

export interface System {
  readonly name: string;
  /** What is missing on this machine, and where it is to be had; undefined when all is there. */
  missing(): string | undefined;
  /** The command that serves `port` from `directory`. */
  command(directory: string, port: number): Promise<readonly string[]>;
}

export interface Running {
  readonly port: number;
  readonly pid: number;
  end(): Promise<void>;
}

const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';

function hasProgram(name: string): boolean {
  return spawnSync('which', [name]).status === 0;
}

function needs(program: string, debianPackage: string): System['missing'] {
  return () => (hasProgram(program) ? undefined : `${program} is missing (Debian package ${debianPackage})`);
}

export const ordinal: System = {
  name: 'Ordinal on SQLite',
  missing: () => undefined,
  command: async (directory, port) => [
    process.execPath,
    '--import',
    'tsx',
    'src/cli/main.ts',
    '--data',
    directory,
    '--port',
    String(port),
  ],
};

/** Answers a constant: what HTTP costs in Node before anything is done. */
export const bareNode: System = {
  name: 'bare node:http',
  missing: () => undefined,
  command: async (_directory, port) => [
    process.execPath,
    '--import',
    'tsx',
    'bench/peers/bare-server.ts',
    String(port),
  ],
};

export const etcd: System = {
  name: 'etcd',
  missing: needs('etcd', 'etcd-server'),
  command: async (directory, port) => {
    const client = `http://127.0.0.1:${port}`;
    const peer = `http://127.0.0.1:${await freePort()}`;
    return [
      ...['etcd', '--data-dir', directory, '--log-level', 'error'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `default=${peer}`],
    ];
  },
};

export const zooKeeper: System = {
  name: 'ZooKeeper',
  missing: () => {
    if (!hasProgram('java')) return 'java is missing (Debian package default-jre-headless)';
    return existsSync(ZOOKEEPER_JAR) ? undefined : `${ZOOKEEPER_JAR} is missing (Debian package zookeeper)`;
  },
  command: async (directory, port) => {
    const settings = join(directory, 'zoo.cfg');
    // Its defaults, but for the number of connections from one address (60) and the port of its administration.
    const lines = [
      `dataDir=${directory}`,
      `clientPort=${port}`,
      'tickTime=2000',
      'maxClientCnxns=0',
      'admin.enableServer=false',
    ];
    await writeFile(settings, `${lines.join('\n')}\n`);
    return ['java', '-cp', ZOOKEEPER_JAR, 'org.apache.zookeeper.server.ZooKeeperServerMain', settings];
  },
};

export const redis: System = {
  name: 'Redis',
  missing: needs('redis-server', 'redis-server'),
  command: async (directory, port) => [
    ...['redis-server', '--port', String(port), '--dir', directory, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'always'],
  ],
};

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
  return { port, pid: child.pid ?? 0, end: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // Nothing of it is used again.
  child.kill('SIGKILL');
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
