// The table itself: on demand, one partition key, one sort key, nothing else.

import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

const CREATE_WAIT_SECONDS_MAX = 120;

/** Creates the table and waits until it can be used. Does nothing when it is there already. */
export async function createTable(client: DynamoDBClient, table: string): Promise<'created' | 'exists'> {
  const created = await client
    .send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'log', AttributeType: 'S' },
          { AttributeName: 'base', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'log', KeyType: 'HASH' },
          { AttributeName: 'base', KeyType: 'RANGE' },
        ],
      }),
    )
    .then(() => 'created' as const)
    .catch((error: unknown) => {
      if (error instanceof ResourceInUseException) return 'exists' as const;
      throw error;
    });
  await waitUntilTableExists(
    { client, maxWaitTime: CREATE_WAIT_SECONDS_MAX, minDelay: 1, maxDelay: 2 },
    { TableName: table },
  );
  return created;
}

export async function tableExists(client: DynamoDBClient, table: string): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName: table }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
