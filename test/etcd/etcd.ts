// An etcd of our own, in a temporary directory and on free ports, and its JSON gateway.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { freePort } from '../support/emulators.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const STARTING_TRIES_MAX = 600;
const STARTING_PAUSE_MS = 50;

/** The first line of `etcd --version`; undefined when there is no `etcd` on the PATH. */
export function etcdVersion(): string | undefined {
  const { status, stdout } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

export interface Etcd {
  /** What a POST is answered with: an error's body, too. */
  post(route: string, body: object): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startEtcd(): Promise<Etcd> {
  const { path, remove } = await temporaryDirectory();
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn('etcd', flags(path, url, `http://127.0.0.1:${await freePort()}`), { stdio: 'ignore' });
  // However this program ends, etcd ends with it, and leaves nothing.
  const kill = () => {
    child.kill('SIGKILL');
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', kill);
  await healthy(url, child);
  return {
    post: (route, body) => post(`${url}${route}`, body),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      process.removeListener('exit', kill);
      await remove();
    },
  };
}

function flags(directory: string, clients: string, peers: string): string[] {
  return Object.entries({
    'data-dir': directory,
    'listen-client-urls': clients,
    'advertise-client-urls': clients,
    'listen-peer-urls': peers,
    'initial-advertise-peer-urls': peers,
    'initial-cluster': `default=${peers}`,
    'log-level': 'error',
  }).map(([name, value]) => `--${name}=${value}`);
}

async function healthy(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < STARTING_TRIES_MAX; tries += 1) {
    if (child.exitCode !== null) throw new Error(`etcd ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, STARTING_PAUSE_MS));
  }
  throw new Error('etcd does not answer');
}

async function post(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return answer.json();
}
