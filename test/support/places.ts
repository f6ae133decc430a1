// Places for data in which several servers of this process meet. Each has a store of its own there.

import type { Store } from '../../src/log/store.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from './clean-up.ts';
import { dynaliteKind, dynoxideKind, emulatorConfig } from './emulators.ts';

/** Each call opens another store on the same data, which ends with the test. */
export type OpenStore = () => Store;

export const TABLE = 'ordinal';

/** Every kind of store. The emulator is the fast one where it can run. */
export const PLACES: readonly (readonly [name: string, make: () => Promise<OpenStore>])[] = [
  ['memory', inMemory],
  ['SQLite', onSqlite],
  ['DynamoDB', onDynamoDb],
];

async function inMemory(): Promise<OpenStore> {
  const store = new MemoryStore();
  return () => store;
}

async function onSqlite(): Promise<OpenStore> {
  const path = await directory();
  return () => kept(new SqliteStore(path));
}

async function onDynamoDb(): Promise<OpenStore> {
  const endpoint = await startedTable();
  return () => kept(new DynamoDbStore({ client: dynamoDbClient(emulatorConfig(endpoint)), table: TABLE }));
}

/** An emulator with an empty table, which ends with the test. Answers its endpoint. */
export async function startedTable(): Promise<string> {
  const emulator = await (dynoxideKind.missing ? dynaliteKind : dynoxideKind).start();
  cleanUp.push(() => emulator.stop());
  await createTable(dynamoDbClient(emulatorConfig(emulator.endpoint)), TABLE);
  return emulator.endpoint;
}

function kept<T extends Store>(store: T): T {
  cleanUp.push(() => store.close());
  return store;
}
