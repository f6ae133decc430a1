// Goal: a holder that was paused past its lease is refused by the lines that a user would write. Method: the example's
// program on an emulator of DynamoDB, and the item that it leaves.

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { CreateTableCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, emulatorConfig } from '../support/emulators.ts';

// biome-ignore lint/style/noProcessEnv: the program under test gets no more than this
const PATH_ONLY = process.env['PATH'] ?? '';

test('the first holder comes back and is refused', async () => {
  const emulator = await dynaliteKind.start();
  const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
  await createTable(client, 'ordinal');
  await client.send(
    new CreateTableCommand({
      TableName: 'stock',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const env = {
    PATH: PATH_ONLY,
    AWS_ENDPOINT_URL: emulator.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const args = ['--import', 'tsx', resolve('examples/fenced-writer/main.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toBe('second holder: written\nfirst holder: fenced\n');
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'stock', Key: { id: { S: 'apples' } } }),
  );
  expect(Item).toEqual({ id: { S: 'apples' }, count: { N: '20' }, fence: { N: expect.any(String) } });
  client.destroy();
  await emulator.stop();
});
