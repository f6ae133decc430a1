// Checks the directory or the table of a store.

import type { Finding } from '../api/diagnostics.ts';

const RESTORE = 'stop the servers, and restore the directory from a backup';

/** Reads every page of the database in `directory`. */
export async function checkDirectory(directory: string): Promise<Finding[]> {
  const { faultsOf } = await import('../store/sqlite/integrity.ts');
  const faults = faultsOf(directory).map((what) => ({ severity: 'fault', what, advice: RESTORE }) as const);
  return faults.length > 0 ? faults : [{ severity: 'ok', what: `the database in ${directory} is sound` }];
}

/** Asks DynamoDB about the table. The SDK is loaded only for it. */
export async function checkTableNamed(table: string): Promise<Finding[]> {
  const { dynamoDbClient } = await import('../store/dynamodb/client.ts');
  const { checkTable } = await import('./table-check.ts');
  const client = dynamoDbClient();
  try {
    return await checkTable(client, table);
  } finally {
    client.destroy();
  }
}
