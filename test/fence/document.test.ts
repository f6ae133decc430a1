// Goal: the snippets of docs/fencing.md do what it says. Method: each runs as it stands, before a greater token was
// written and after; those that need PostgreSQL or S3 by `npm run test:fence`.

import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynaliteKind } from '../support/emulators.ts';

const document = await readFile('docs/fencing.md', 'utf8');
const snippets = [...document.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);

/** The snippet that calls `name`. */
function snippetOf(name: string): string {
  const [found = '', ...more] = snippets.filter((snippet) => snippet.includes(name));
  expect(more).toEqual([]);
  return found;
}

/** What the snippet prints, after `before` has made what it takes for granted. */
async function run(before: string, snippet: string, after = ''): Promise<string> {
  const imports = snippet.match(/^import .*$/gm) ?? [];
  const rest = snippet.replace(/^import .*$/gm, '');
  // In the folder of the tests, from where all packages are found. Top-level await makes it a module.
  const file = resolve(`test/fence/.snippet-${process.pid}-${Math.random()}.mts`);
  await writeFile(file, [...imports, before, rest, after].join('\n'));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file]);
    return stdout.trim();
  } finally {
    await rm(file);
  }
}

const holding = (token: number) => `const lock = { token: ${token} };`;

describe('a DynamoDB item', () => {
  let emulator: Awaited<ReturnType<typeof dynaliteKind.start>>;
  beforeAll(async () => {
    emulator = await dynaliteKind.start();
  });
  afterAll(() => emulator.stop());

  test('the snippet', async () => {
    const setUp = (token: number) => `
      import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
      import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
      import { emulatorConfig } from '../support/emulators.ts';
      const client = dynamoDbClient(emulatorConfig('${emulator.endpoint}'));
      const { TableName } = { TableName: 'stock' };
      await client.send(new CreateTableCommand({
        TableName, BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      })).catch(() => undefined);
      await client.send(new PutItemCommand({
        TableName, Item: { id: { S: 'apples' }, fence: { N: '34' } },
      }));
      ${holding(token)}`;
    const snippet = snippetOf('fencedUpdate(');
    const written = "console.log('written');";
    expect(await run(setUp(34), snippet, written)).toBe('written');
    // Dynalite does not say what the item is, so the condition of the caller hides the token: left out.
    const alone = snippet.replace(/^ *ConditionExpression.*\n/m, '');
    expect(alone).not.toBe(snippet);
    expect(await run(setUp(33), alone)).toBe('fenced');
  });
});

test('a stream', async () => {
  const snippet = snippetOf('ordinal.stream(');
  const setUp = (token: number) => `
    import { MemoryStore, open } from 'ordinal';
    const ordinal = open(new MemoryStore());
    await ordinal.stream('orders').create();
    await ordinal.stream('orders').append('0', { fencingToken: 34 });
    ${holding(token)}`;
  expect(await run(setUp(34), snippet)).toBe('appended');
  expect(await run(setUp(33), snippet)).toBe('rejected');
});

// biome-ignore lint/style/noProcessEnv: set by the script that starts the places
const { ORDINAL_FENCE_POSTGRES: postgres, ORDINAL_FENCE_S3: s3 } = process.env;

test('an S3 object, on the double', async () => {
  const snippet = snippetOf('putFencedObject(');
  const setUp = (token: number) => `
    import { S3Double } from './s3-double.ts';
    const s3 = new S3Double('shop');
    await s3.putObject({ Bucket: 'shop', Key: 'prices.json', Body: '', Metadata: { 'ordinal-fence': '34' } });
    ${holding(token)}`;
  expect(await run(setUp(34), snippet)).toBe('written');
  expect(await run(setUp(33), snippet)).toBe('fenced');
});

test.skipIf(s3 === undefined)('an S3 object, on the emulator (npm run test:fence)', async () => {
  const snippet = snippetOf('putFencedObject(');
  const setUp = (token: number) => `
    import { createRequire } from 'node:module';
    const { modules, endpoint, account } = ${s3};
    const { S3 } = createRequire(modules + '/')('@aws-sdk/client-s3');
    const s3 = new S3({ endpoint, region: 'us-east-1', forcePathStyle: true,
      credentials: { accessKeyId: account, secretAccessKey: 'test' } });
    await s3.createBucket({ Bucket: 'shop' }).catch(() => undefined);
    ${holding(token)}`;
  expect(await run(setUp(34), snippet)).toBe('written');
  expect(await run(setUp(33), snippet)).toBe('fenced');
});

test.skipIf(postgres === undefined)('a PostgreSQL row (npm run test:fence)', async () => {
  const snippet = snippetOf('updateFencedRow(');
  const setUp = (token: number) => `
    import { createRequire } from 'node:module';
    const { modules, port } = ${postgres};
    const { Pool } = createRequire(modules + '/')('pg');
    const pool = new Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    await pool.query('CREATE SCHEMA IF NOT EXISTS shop');
    await pool.query('CREATE TABLE IF NOT EXISTS shop.stock (id text PRIMARY KEY, amount int, fence bigint)');
    await pool.query("INSERT INTO shop.stock VALUES ('apples', 1, NULL) ON CONFLICT DO NOTHING");
    ${holding(token)}`;
  const end = 'await pool.end();';
  expect(await run(setUp(34), snippet, end)).toBe('written');
  expect(await run(setUp(33), snippet, end)).toBe('fenced');
});
