import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, dynoxideKind, emulatorConfig } from '../support/emulators.ts';
import { conformance } from './conformance.ts';

conformance(async () => {
  const emulator = await (dynoxideKind.missing ? dynaliteKind : dynoxideKind).start();
  const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
  await createTable(client, 'ordinal');
  return { store: new DynamoDbStore({ client, table: 'ordinal' }), stop: () => emulator.stop() };
});
