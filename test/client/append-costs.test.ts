// Goal: what decision 54 says that short-lived clients cost. Method: clients that append once, counted on an
// emulator of DynamoDB that counts capacity.

import { readFile } from 'node:fs/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import type { IdempotentAppends } from '../../src/client/append-queues.ts';
import { connect } from '../../src/client/client.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynoxideKind, emulatorConfig } from '../support/emulators.ts';

const CLIENTS = [1, 10, 50, 100];

/** Write units of the appends of the first, the tenth … client. */
async function unitsOf(client: DynamoDBClient, idempotentAppends: IdempotentAppends): Promise<number[]> {
  await createTable(client, idempotentAppends);
  let written = 0;
  const store = new DynamoDbStore({
    client,
    table: idempotentAppends,
    observe: ({ name, units }) => {
      if (name === 'UpdateItem' || name === 'PutItem') written += units;
    },
  });
  const app = createApp(open(store), admitOperator, {});
  const transport = (request: Request) => Promise.resolve(app.fetch(request));
  await connect(transport).stream('s').create();
  const counted: number[] = [];
  for (let number = 1; number <= 100; number += 1) {
    written = 0;
    const appended = await connect(transport, { idempotentAppends })
      .stream('s')
      .append(`{"order":${number}}`);
    expect(appended).toMatchObject({ kind: 'appended', first: number });
    if (CLIENTS.includes(number)) counted.push(written);
  }
  return counted;
}

test.skipIf(dynoxideKind.missing)('what each client adds to an append', { timeout: 60_000 }, async () => {
  const emulator = await dynoxideKind.start();
  const client = new DynamoDBClient(emulatorConfig(emulator.endpoint));
  try {
    const page = await readFile('docs/decisions/0054-the-client-appends-in-batches.md', 'utf8');
    const row = (label: string) => page.split('\n').find((line) => line.startsWith(`| ${label} |`));
    expect(row('without producers')).toContain((await unitsOf(client, 'batches')).join(' | '));
    expect(row('each client a producer')).toContain((await unitsOf(client, 'all')).join(' | '));
  } finally {
    client.destroy();
    await emulator.stop();
  }
});
