// Places for data in which several servers meet, each a process of its own.

import type { Store } from '../../src/log/store.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from './clean-up.ts';
import { emulatorConfig } from './emulators.ts';
import { startedTable, TABLE } from './places.ts';
import { type ServerProcess, startServer } from './server-process.ts';

export interface ServerPlace {
  /** Another server, which ends with the test at the latest. */
  start(): Promise<ServerProcess>;
  /** The same data, seen from this process. */
  store(): Store;
}

export const SERVER_PLACES: readonly (readonly [name: string, make: () => Promise<ServerPlace>])[] = [
  ['SQLite', onSqlite],
  ['DynamoDB', onDynamoDb],
];

async function onSqlite(): Promise<ServerPlace> {
  const path = await directory();
  return { start: () => started(['--data', path]), store: () => kept(new SqliteStore(path)) };
}

async function onDynamoDb(): Promise<ServerPlace> {
  const endpoint = await startedTable();
  const client = dynamoDbClient(emulatorConfig(endpoint));
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  return {
    start: () => started(['--store', 'dynamodb', '--table', TABLE], env),
    store: () => kept(new DynamoDbStore({ client, table: TABLE })),
  };
}

async function started(args: string[], env?: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer(args, env);
  cleanUp.push(
    async () => server.child.exitCode === null && server.child.signalCode === null && server.end('SIGKILL'),
  );
  return server;
}

function kept<T extends Store>(store: T): T {
  cleanUp.push(() => store.close());
  return store;
}
