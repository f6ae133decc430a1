// The servers that are compared: how each is found and started. All keep their data in a new directory on the
// same disk and acknowledge a write only when it is there.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, findPrograms, needs, outputOf } from './programs.ts';
import { freePort, type System } from './running.ts';

const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';

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
    if (!findProgram('java')) return 'java is missing (Debian package default-jre-headless)';
    return existsSync(ZOOKEEPER_JAR) ? undefined : `${ZOOKEEPER_JAR} is missing (Debian package zookeeper)`;
  },
  command: async (directory, port) => {
    const settings = join(directory, 'zoo.cfg');
    // Its defaults, but for the number of connections from one address (60) and the port of its
    // administration.
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

const NATS_MODULE = 'github.com/nats-io/nats-server/v2';
/** The first that can sync each message before it answers. */
const NATS_MINOR_MIN = 10;

function natsServer(): string | undefined {
  return findPrograms('nats-server').find((path) => {
    const [, major, minor] = /v(\d+)\.(\d+)/.exec(outputOf(path, '--version')) ?? [];
    return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= NATS_MINOR_MIN);
  });
}

export const nats: System = {
  name: 'NATS JetStream',
  missing: () =>
    natsServer()
      ? undefined
      : `nats-server 2.${NATS_MINOR_MIN} or later is missing (go install ${NATS_MODULE}@latest)`,
  command: async (directory, port) => {
    const settings = join(directory, 'nats.conf');
    const store = `jetstream { store_dir: "${directory}", sync_interval: always }`;
    await writeFile(settings, `listen: "127.0.0.1:${port}"\n${store}\n`);
    return [natsServer() ?? '', '--config', settings];
  },
};
