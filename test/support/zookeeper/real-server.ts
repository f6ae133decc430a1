// A real ZooKeeper of our own, in a temporary directory and on a free port.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../emulators.ts';
import { temporaryDirectory } from '../temporary.ts';
import { RawConnection } from './connection.ts';

const STARTING_TRIES_MAX = 600;
const STARTING_PAUSE_MS = 50;
const SESSION_MAX_MS = 1000;
const JAR = '/usr/share/java/zookeeper.jar';

/** Why there is none on this machine; undefined when there is one. */
export function realServerMissing(): string | undefined {
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0)
    return 'there is no `java` on the PATH';
  return existsSync(JAR) ? undefined : `${JAR} is not there (Debian package zookeeper)`;
}

/** Of `root:secret`, whom every server of the tests takes for the superuser. */
export const SUPER_DIGEST = 'root:J1scEM42CKaLPP5+ElgpgGsuONg=';

export interface ZooKeeperServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface RealServerOptions {
  readonly tickMs: number;
  /** How often containers and TTL znodes are looked at. */
  readonly containerCheckMs: number;
}

/** Its data is gone with it, and is never synced. */
export async function startRealServer(options: RealServerOptions): Promise<ZooKeeperServer> {
  const { path, remove } = await temporaryDirectory();
  const port = await freePort();
  const settings = join(path, 'zoo.cfg');
  await writeFile(settings, settingsOf(path, port, options));
  const child = spawn('java', [...switches(options), settings], { stdio: 'ignore' });
  // However this program ends, the server ends with it, and leaves nothing.
  const kill = () => {
    child.kill('SIGKILL');
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', kill);
  await serving(port, child);
  return {
    port,
    async stop() {
      process.removeListener('exit', kill);
      await ended(child);
      await remove();
    },
  };
}

function settingsOf(directory: string, port: number, { tickMs }: RealServerOptions): string {
  const lines = [
    `dataDir=${directory}`,
    `clientPort=${port}`,
    `tickTime=${tickMs}`,
    'maxClientCnxns=0',
    'admin.enableServer=false',
    '4lw.commands.whitelist=*',
  ];
  return `${lines.join('\n')}\n`;
}

function switches({ containerCheckMs }: RealServerOptions): string[] {
  const properties = {
    'zookeeper.extendedTypesEnabled': true,
    'znode.container.checkIntervalMs': containerCheckMs,
    'zookeeper.DigestAuthenticationProvider.superDigest': SUPER_DIGEST,
    'zookeeper.forceSync': 'no',
    'file.encoding': 'UTF-8',
  };
  return [
    ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    '-Xmx512m',
    ...['-cp', JAR, 'org.apache.zookeeper.server.ZooKeeperServerMain'],
  ];
}

/** It accepts connections before it serves, and some of those are never answered. */
async function serving(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < STARTING_TRIES_MAX; tries += 1) {
    if (child.exitCode !== null) throw new Error(`ZooKeeper ended with ${child.exitCode}`);
    if (await givesSession(port)) return;
    await new Promise((resolve) => setTimeout(resolve, STARTING_PAUSE_MS));
  }
  throw new Error('ZooKeeper does not serve');
}

async function givesSession(port: number): Promise<boolean> {
  const connection = await RawConnection.open(port).catch(() => undefined);
  if (!connection) return false;
  const connecting = connection.connect({ timeoutMs: 1000 });
  const tooLong = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), SESSION_MAX_MS));
  const connected = await Promise.race([connecting, tooLong]);
  connection.drop();
  return connected !== undefined;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
