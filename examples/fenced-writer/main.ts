// Two holders of one lock write to one item. The first is paused past its lease, and comes back too late:
// node --import tsx examples/fenced-writer/main.ts
//
// ORDINAL_TABLE is the DynamoDB table of Ordinal. STOCK_TABLE is one of your own, with the key `id`.

import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { open } from 'ordinal';
import { DynamoDbStore, dynamoDbClient } from 'ordinal/dynamodb';
import { dynamoDbRefusal, fencedUpdate } from 'ordinal/fence';

const client = dynamoDbClient();
const store = new DynamoDbStore({ client, table: process.env['ORDINAL_TABLE'] ?? 'ordinal' });
const ordinal = open(store, { clockSkewMaxMs: 100 });
const { locks } = ordinal.namespace('shop');

/** Answers the token of the lock. */
async function lockStock(ttlMs: number): Promise<number> {
  const lock = await locks.acquire('stock', { ttlMs, waitMs: 60_000 });
  if (lock.kind !== 'acquired') throw new Error(`the lock was not acquired: ${lock.kind}`);
  return lock.token;
}

async function setCount(count: number, token: number): Promise<string> {
  const input = fencedUpdate(
    {
      TableName: process.env['STOCK_TABLE'] ?? 'stock',
      Key: { id: { S: 'apples' } },
      UpdateExpression: 'SET #count = :count',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':count': { N: String(count) } },
    },
    token,
  );
  try {
    await client.send(new UpdateItemCommand(input));
    return 'written';
  } catch (error) {
    const refusal = dynamoDbRefusal(error, input);
    return refusal.kind === 'failed' ? refusal.message : refusal.kind;
  }
}

const first = await lockStock(1000);
// Here the first holder is paused: it neither renews its lease nor knows that time passes.
const second = await lockStock(60_000);
console.log('second holder:', await setCount(20, second));
// It goes on where it was, and still believes that it holds the lock.
console.log('first holder:', await setCount(10, first));

await ordinal.close();
