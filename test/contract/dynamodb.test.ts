import { describe, test } from 'vitest';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, dynamoDbLocalKind, dynoxideKind, emulatorConfig } from '../support/emulators.ts';
import { storeContract } from './store-contract.ts';

for (const kind of [dynaliteKind, dynoxideKind, dynamoDbLocalKind]) {
  if (kind.missing) {
    describe(`store contract: ${kind.name}`, () => {
      test.skip(`not run: ${kind.missing}`, () => {});
    });
    continue;
  }
  storeContract(kind.name, async () => {
    const emulator = await kind.start();
    const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
    await createTable(client, 'ordinal');
    const store = new DynamoDbStore({ client, table: 'ordinal' });
    const stop = async () => {
      await store.close();
      await emulator.stop();
    };
    return { store, stop };
  });
}
