// `npm run bench -- round-trips`: the tables of `round-trips.ts`.

import { flagsOf } from './arguments.ts';
import { countOnDynamoDb, countOperations, meteredMemory, tableOf } from './round-trips.ts';

export async function run(args: readonly string[]): Promise<void> {
  flagsOf('Usage: npm run bench -- round-trips', args, {});
  const memory = await countOperations(meteredMemory, false);
  process.stdout.write(`On the memory store, cap 1,024 bytes\n\n${tableOf(memory)}\n\n`);
  const dynamoDb = await countOnDynamoDb();
  const table = typeof dynamoDb === 'string' ? `skipped: ${dynamoDb}` : tableOf(dynamoDb);
  process.stdout.write(`On DynamoDB (an emulator that counts capacity), cap 768 bytes\n\n${table}\n`);
}
