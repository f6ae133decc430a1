import { describe, test } from 'vitest';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, dynamoDbLocalKind, dynoxideKind, emulatorConfig } from '../support/emulators.ts';
import { serveLocally } from '../support/serve-locally.ts';
import { apiSuite } from './api-suite.ts';

for (const kind of [dynaliteKind, dynoxideKind, dynamoDbLocalKind]) {
  if (kind.missing) {
    describe(`API: a server on DynamoDB (${kind.name})`, () => {
      test.skip(`not run: ${kind.missing}`, () => {});
    });
    continue;
  }
  apiSuite(`a server on DynamoDB (${kind.name})`, async () => {
    const emulator = await kind.start();
    const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
    await createTable(client, 'ordinal');
    const store = new DynamoDbStore({ client, table: 'ordinal' });
    const serving = await serveLocally(store, { longPollMs: 500, waitMaxMs: 100 });
    return {
      request: (path, init) => fetch(serving.url + path, init),
      stop: async () => {
        await serving.close();
        await emulator.stop();
      },
    };
  });
}
