// Where the servers keep what the suite writes, and how one is started there.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, dynoxideKind, emulatorConfig } from '../support/emulators.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { serverProgram } from '../support/zookeeper/program.ts';

const STORES = ['sqlite', 'dynamodb', 'zookeeper'] as const;

type StoreName = (typeof STORES)[number];

export interface Place {
  readonly name: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the suite's own harness needs to start the real one; undefined: that it starts ours. */
  readonly restarting?: Readonly<Record<string, string>>;
  command(port: string, data: string): Promise<readonly string[]>;
  remove(): Promise<void>;
}

const JAR = '/usr/share/java/zookeeper.jar';
const TABLE = 'ordinal';

export function isStoreName(name: string): name is StoreName {
  return STORES.some((one) => one === name);
}

export function openPlace(store: StoreName): Promise<Place> {
  return { sqlite: onSqlite, dynamodb: onDynamoDb, zookeeper: onZooKeeper }[store]();
}

function ours(port: string, ...store: readonly string[]): string[] {
  const settings = [
    '--port',
    '0',
    '--zookeeper',
    port,
    '--zookeeper-tick-ms',
    '2000',
    '--log-level',
    'error',
  ];
  return [...serverProgram(), ...settings, ...store];
}

async function onSqlite(): Promise<Place> {
  const { path, remove } = await temporaryDirectory();
  return {
    name: 'SQLite',
    directory: path,
    env: {},
    command: async (port, data) => ours(port, '--data', data),
    remove,
  };
}

async function onDynamoDb(): Promise<Place> {
  // dynoxide is the faster one; where it cannot run, dynalite keeps the suite going.
  const emulator = await (dynoxideKind.missing ? dynaliteKind : dynoxideKind).start();
  await createTable(dynamoDbClient(emulatorConfig(emulator.endpoint)), TABLE);
  return {
    name: 'an emulator of DynamoDB',
    directory: '',
    env: {
      AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    command: async (port) => ours(port, '--store', 'dynamodb', '--table', TABLE),
    remove: () => emulator.stop(),
  };
}

async function onZooKeeper(): Promise<Place> {
  const { path, remove } = await temporaryDirectory();
  return {
    name: 'a real ZooKeeper',
    directory: path,
    env: {},
    restarting: { ZOOKEEPER_CLASSPATH: JAR },
    command: async (port, data) => {
      const settings = join(path, `${port}.cfg`);
      const lines = [
        `dataDir=${data}`,
        `clientPort=${port}`,
        'tickTime=2000',
        'maxClientCnxns=0',
        'admin.enableServer=false',
        '4lw.commands.whitelist=*',
      ];
      await writeFile(settings, `${lines.join('\n')}\n`);
      const options = ['-Dzookeeper.extendedTypesEnabled=true', '-Dfile.encoding=UTF-8', '-cp', JAR];
      return ['java', ...options, 'org.apache.zookeeper.server.ZooKeeperServerMain', settings];
    },
    remove,
  };
}
