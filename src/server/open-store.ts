// The store that the settings name, ready for use.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../log/store.ts';
import type { StoreCall } from '../store/dynamodb/store.ts';
import type { StoreSettings } from './settings.ts';
import { messageOf, StartupError } from './startup-error.ts';

export interface OpenOptions {
  /** Create a data directory that is not there. Default: false. */
  readonly createData?: boolean;
  /** Create a table that is not there. Default: false. */
  readonly createTable?: boolean;
  /** Is told of failed calls to the store. */
  readonly report: (error: unknown) => void;
}

/** @throws StartupError */
export async function openStore(settings: StoreSettings, options: OpenOptions): Promise<Store> {
  const { createData = false, createTable = false, report } = options;
  switch (settings.store) {
    case 'memory': {
      const { MemoryStore } = await import('../store/memory.ts');
      return new MemoryStore();
    }
    case 'sqlite':
      return openSqlite(settings.data, createData);
    case 'dynamodb':
      return openDynamoDb(settings.table ?? '', createTable, report);
  }
}

async function openSqlite(directory: string, create: boolean): Promise<Store> {
  if (!create) await assertDatabase(directory);
  const { SqliteStore } = await import('../store/sqlite/store.ts');
  try {
    return new SqliteStore(directory);
  } catch (cause) {
    throw new StartupError(`cannot use ${directory} as the data directory: ${messageOf(cause)}`, { cause });
  }
}

/** Opening a directory creates a missing database. A command that only reads must not do that. */
async function assertDatabase(directory: string): Promise<void> {
  if (!existsSync(directory)) throw new StartupError(`there is no directory ${directory}`);
  const { DATABASE_FILE } = await import('../store/sqlite/schema.ts');
  if (existsSync(join(directory, DATABASE_FILE))) return;
  throw new StartupError(`there is no ${DATABASE_FILE} in the directory ${directory}`);
}

// Loaded only when it is asked for: the SDK is by far the largest dependency.
async function openDynamoDb(
  table: string,
  create: boolean,
  report: (error: unknown) => void,
): Promise<Store> {
  const { dynamoDbClient } = await import('../store/dynamodb/client.ts');
  const { DynamoDbStore } = await import('../store/dynamodb/store.ts');
  const { createTable, tableExists } = await import('../store/dynamodb/table.ts');
  const client = dynamoDbClient();
  let exists: boolean;
  try {
    exists = await tableExists(client, table);
    if (!exists && create) await createTable(client, table);
  } catch (cause) {
    throw new StartupError(`cannot use the DynamoDB table ${table}: ${messageOf(cause)}`, { cause });
  }
  if (!exists && !create) {
    throw new StartupError(`there is no DynamoDB table ${table}; --create-table creates it`);
  }
  // Clients are told no more than the kind of a failure.
  const observe = ({ outcome, error }: StoreCall) => outcome === 'failed' && report(error);
  return new DynamoDbStore({ client, table, observe });
}
