// Goal: the sign-up function takes each username once, and its stack is one that CDK can make. Method: its handler on an emulator of
// DynamoDB, and the template of the stack.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, emulatorConfig } from '../support/emulators.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const HANGS_AFTER_MS = 120_000;
// biome-ignore lint/style/noProcessEnv: the program under test gets no more than this
const { PATH = '', HOME = '' } = process.env;

test('a username is taken once, in whatever spelling, and a repeated request is harmless', async () => {
  const emulator = await dynaliteKind.start();
  const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
  await createTable(client, 'ordinal');
  vi.stubEnv('AWS_ENDPOINT_URL', emulator.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const { handler } = await import('../../examples/sign-up/handler.ts');
  const signUp = async (username: string, userId: string) =>
    (await handler({ body: JSON.stringify({ username, userId }) })).statusCode;
  const answers = await Promise.all([signUp('alice', 'u1'), signUp('Alice', 'u2'), signUp('ALICE', 'u3')]);
  expect(answers.toSorted()).toEqual([201, 409, 409]);
  const winner = ['u1', 'u2', 'u3'][answers.indexOf(201)] ?? '';
  expect(await signUp('alice', winner)).toBe(201);
  expect(await signUp('', 'u4')).toBe(400);
  expect(await signUp('a b', 'u4')).toBe(400);
  vi.unstubAllEnvs();
  client.destroy();
  await emulator.stop();
});

test('the stack has the function, the table and the right to use it', {
  timeout: HANGS_AFTER_MS,
}, async () => {
  const { path, remove } = await temporaryDirectory();
  const env = { PATH, HOME, CDK_OUTDIR: path };
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/sign-up/app.ts'], { env });
  const template = JSON.parse(await readFile(join(path, 'SignUp.template.json'), 'utf8')) as {
    Resources: Record<
      string,
      { Type: string; Properties: { Environment?: { Variables: Record<string, unknown> } } }
    >;
  };
  const resources = Object.values(template.Resources);
  expect(resources.filter(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable')).toHaveLength(1);
  const users = resources.filter(
    ({ Properties }) => Properties.Environment?.Variables['ORDINAL_TABLE'] !== undefined,
  );
  expect(users.map(({ Type }) => Type)).toContain('AWS::Lambda::Function');
  await remove();
});
