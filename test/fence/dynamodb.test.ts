// Goal: a token guards a DynamoDB item, beside whatever the caller's own write says. Method: the SDK's commands on
// emulators; two writers in every order; then the errors that no emulator gives.

import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fencedDelete, fencedPut, fencedTransaction, fencedUpdate } from '../../src/fence/dynamodb.ts';
import { dynamoDbRefusal } from '../../src/fence/dynamodb-refusal.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { dynaliteKind, dynoxideKind, type EmulatorKind, emulatorConfig } from '../support/emulators.ts';
import { explore, type GuardedValue } from './interleavings.ts';

/** No measure of anything: thousands of requests take a while on a busy machine. */
const HANGS_AFTER_MS = 600_000;
const TableName = 'stock';
const WRITTEN = { kind: 'written' };

/** Sends the fenced input, and answers with what its error means. */
async function outcomeOf(sending: Promise<unknown>, input: object) {
  try {
    await sending;
    return WRITTEN;
  } catch (error) {
    return dynamoDbRefusal(error, input);
  }
}

function suite(kind: EmulatorKind): void {
  describe.skipIf(kind.missing)(`on ${kind.name}`, () => {
    let client: DynamoDBClient;
    let stop: () => Promise<void>;
    beforeAll(async () => {
      const emulator = await kind.start();
      client = dynamoDbClient(emulatorConfig(emulator.endpoint));
      stop = emulator.stop;
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      );
    });
    afterAll(async () => {
      client.destroy();
      await stop();
    });

    const keyOf = (id: string) => ({ TableName, Key: { id: { S: id } } });
    const itemOf = async (id: string) =>
      (await client.send(new GetItemCommand({ ...keyOf(id), ConsistentRead: true }))).Item;
    const update = (id: string, token: number, more: Partial<UpdateItemCommandInput> = {}) => {
      const input = fencedUpdate({ ...keyOf(id), ...more }, token);
      return outcomeOf(client.send(new UpdateItemCommand(input)), input);
    };
    const put = (id: string, token: number, owner = String(token)) => {
      const input = fencedPut({ TableName, Item: { id: { S: id }, owner: { N: owner } } }, token);
      return outcomeOf(client.send(new PutItemCommand(input)), input);
    };
    const remove = (id: string, token: number) => {
      const input = fencedDelete(keyOf(id), token, { expiry: { goesAt: { N: '2000000000' } } });
      return outcomeOf(client.send(new PutItemCommand(input)), input);
    };

    test('a greater token shuts out smaller ones, with updates and puts alike', async () => {
      const id = randomUUID();
      expect(await update(id, 5)).toEqual(WRITTEN);
      expect(await update(id, 5)).toEqual(WRITTEN);
      expect(await update(id, 4)).toMatchObject({ kind: 'fenced', definite: true });
      expect(await put(id, 4)).toMatchObject({ kind: 'fenced', definite: true });
      expect(await put(id, 7)).toEqual(WRITTEN);
      expect(await update(id, 5)).toMatchObject({ kind: 'fenced', definite: true });
      expect(await itemOf(id)).toEqual({ id: { S: id }, owner: { N: '7' }, fence: { N: '7' } });
    });

    test('an item without a token takes any', async () => {
      const id = randomUUID();
      await client.send(new PutItemCommand({ TableName, Item: { id: { S: id } } }));
      expect(await update(id, 0)).toEqual(WRITTEN);
      expect(await itemOf(id)).toMatchObject({ fence: { N: '0' } });
    });

    test.each([
      ['SET #set = :n', { set: { N: '1' } }],
      ['set #set = :n REMOVE gone', { set: { N: '1' } }],
      ['REMOVE gone', {}],
      ['ADD #set :n', { set: { N: '1' } }],
      ['REMOVE gone SET #set = if_not_exists(#set, :n), spare = :n', { set: { N: '1' }, spare: { N: '1' } }],
    ])('the update %j keeps its meaning', async (UpdateExpression, expected) => {
      const id = randomUUID();
      await client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, gone: { S: 'x' } } }));
      const ExpressionAttributeNames = { '#set': 'set' };
      const ExpressionAttributeValues = { ':n': { N: '1' } };
      const own = {
        UpdateExpression,
        ...(UpdateExpression.includes('#set') ? { ExpressionAttributeNames } : {}),
        ...(UpdateExpression.includes(':n') ? { ExpressionAttributeValues } : {}),
      };
      expect(await update(id, 3, own)).toEqual(WRITTEN);
      const item = await itemOf(id);
      expect(item).toMatchObject({ id: { S: id }, ...expected, fence: { N: '3' } });
      const isRemoved = UpdateExpression.includes('REMOVE');
      expect(item && 'gone' in item).toBe(!isRemoved);
    });

    test('the condition of the caller holds as well, as a whole', async () => {
      const id = randomUUID();
      const own = {
        UpdateExpression: 'SET held = :n',
        ConditionExpression: 'attribute_exists(vacant) OR held = :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
      };
      expect(await update(id, 5, own)).toMatchObject({ kind: 'condition-failed', definite: true });
      expect(await itemOf(id)).toBeUndefined();
      await client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, held: { N: '1' } } }));
      expect(await update(id, 5, own)).toEqual(WRITTEN);
      // Without brackets `held = :n` would be enough for a smaller token.
      expect((await update(id, 4, own)).kind).not.toBe('written');
      expect(await itemOf(id)).toMatchObject({ fence: { N: '5' } });
    });

    test('a deleted item still refuses', async () => {
      const id = randomUUID();
      await put(id, 1);
      expect(await remove(id, 2)).toEqual(WRITTEN);
      expect(await itemOf(id)).toEqual({ id: { S: id }, fence: { N: '2' }, goesAt: { N: '2000000000' } });
      expect(await put(id, 1)).toMatchObject({ kind: 'fenced' });
      expect(await remove(id, 1)).toMatchObject({ kind: 'fenced' });
      expect(await put(id, 3)).toEqual(WRITTEN);
    });

    // Dynalite knows no transactions.
    test.skipIf(kind === dynaliteKind)(
      'a transaction is fenced in all of its parts, or has no effect',
      async () => {
        const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
        await put(second, 6);
        const numberOne = { ExpressionAttributeValues: { ':n': { N: '1' } } };
        const transfer = (token: number) => {
          const input = fencedTransaction(
            {
              TransactItems: [
                { Update: { ...keyOf(first), UpdateExpression: 'SET moved = :n', ...numberOne } },
                { Put: { TableName, Item: { id: { S: second }, moved: { N: '1' } } } },
                { Delete: keyOf(third) },
              ],
            },
            token,
          );
          return outcomeOf(client.send(new TransactWriteItemsCommand(input)), input);
        };
        expect(await transfer(5)).toMatchObject({ kind: 'fenced', definite: true, index: 1 });
        expect(await itemOf(first)).toBeUndefined();
        expect(await transfer(6)).toEqual(WRITTEN);
        const fence = { N: '6' };
        expect(await itemOf(first)).toEqual({ id: { S: first }, moved: { N: '1' }, fence });
        expect(await itemOf(second)).toEqual({ id: { S: second }, moved: { N: '1' }, fence });
        expect(await itemOf(third)).toEqual({ id: { S: third }, fence });
      },
    );

    test('a table that is not there is a definite failure', async () => {
      const input = fencedUpdate({ TableName: 'nowhere', Key: { id: { S: 'a' } } }, 1);
      expect(await outcomeOf(client.send(new UpdateItemCommand(input)), input)).toEqual({
        kind: 'failed',
        definite: true,
        message: 'DynamoDB: ResourceNotFoundException',
      });
    });

    describe('two writers in every order', () => {
      // Two faults in each order are enough on one of them.
      const [faultsMax, orders] = kind === dynaliteKind ? [1, 30] : [2, 316];
      const explored = { faultsMax, writesMax: 2 };
      const newValue = (write: (id: string) => GuardedValue['write']) => async () => {
        const id = randomUUID();
        const owner = async () => {
          const item = await itemOf(id);
          return Number(item?.['owner']?.N ?? (item ? 2 : 0));
        };
        return { write: write(id), owner };
      };

      test('the item never goes back', { timeout: HANGS_AFTER_MS }, async () => {
        const value = newValue((id) => (token, gate) => {
          const own = {
            UpdateExpression: 'SET #owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': { N: String(token) } },
          };
          const input = fencedUpdate({ ...keyOf(id), ...own }, token);
          return outcomeOf(
            gate(() => client.send(new UpdateItemCommand(input))),
            input,
          );
        });
        expect(await explore(value, explored)).toBe(orders);
      });

      test('a deletion is not undone', { timeout: HANGS_AFTER_MS }, async () => {
        const value = newValue((id) => (token, gate) => {
          const input =
            token === 2
              ? fencedDelete(keyOf(id), token)
              : fencedPut({ TableName, Item: { id: { S: id }, owner: { N: '1' } } }, token);
          return outcomeOf(
            gate(() => client.send(new PutItemCommand(input))),
            input,
          );
        });
        expect(await explore(value, explored)).toBe(orders);
      });

      test('with a real deletion it would be', async () => {
        const value = async () => {
          const id = randomUUID();
          let isDeleted = false;
          const write: GuardedValue['write'] = (token, gate) => {
            const input = fencedPut({ TableName, Item: { id: { S: id }, owner: { N: '1' } } }, token);
            const sending = async () => {
              if (token === 1) await client.send(new PutItemCommand(input));
              else await client.send(new DeleteItemCommand(keyOf(id)));
              isDeleted ||= token === 2;
            };
            return outcomeOf(gate(sending), input);
          };
          return { write, owner: async () => ((await itemOf(id)) ? 1 : isDeleted ? 2 : 0) };
        };
        await expect(explore(value, { faultsMax: 0, writesMax: 1 })).rejects.toThrow('the value went back');
      });

      test('without the condition it would go back', async () => {
        const value = newValue((id) => (token, gate) => {
          const input = { TableName, Item: { id: { S: id }, owner: { N: String(token) } } };
          return outcomeOf(
            gate(() => client.send(new PutItemCommand(input))),
            input,
          );
        });
        await expect(explore(value, { faultsMax: 0, writesMax: 1 })).rejects.toThrow('the value went back');
      });
    });
  });
}

suite(dynaliteKind);
suite(dynoxideKind);

describe('what an error means', () => {
  const refused = (Item?: object, attempts = 1) =>
    Object.assign(new Error(), {
      name: 'ConditionalCheckFailedException',
      Item,
      $metadata: { httpStatusCode: 400, attempts },
    });
  const alone = fencedUpdate({ TableName, Key: {} }, 5);
  const withOwn = fencedUpdate({ TableName, Key: {}, ConditionExpression: 'attribute_exists(id)' }, 5);

  test('the item tells a greater token from the condition of the caller', () => {
    const older = { id: { S: 'a' }, fence: { N: '4' } };
    expect(dynamoDbRefusal(refused({ fence: { N: '6' } }), withOwn)).toEqual({
      kind: 'fenced',
      definite: true,
      fence: 6,
    });
    expect(dynamoDbRefusal(refused(older), withOwn)).toEqual({
      kind: 'condition-failed',
      definite: true,
      item: older,
    });
    expect(dynamoDbRefusal(refused(), withOwn)).toMatchObject({ kind: 'condition-failed', item: undefined });
    expect(dynamoDbRefusal(refused(), alone)).toEqual({ kind: 'fenced', definite: true, fence: undefined });
  });

  test('the document client has numbers', () => {
    const input = fencedPut({ TableName, Item: { id: 'a' } }, 5, { documents: true, attribute: 'token' });
    expect(input.Item).toEqual({ id: 'a', token: 5 });
    expect(dynamoDbRefusal(refused({ token: 6 }), input)).toMatchObject({ kind: 'fenced', fence: 6 });
    // Its errors have the item as it came.
    expect(dynamoDbRefusal(refused({ token: { N: '6' } }), input)).toMatchObject({ fence: 6 });
  });

  test('after a try of the SDK that was lost, a refusal is not definite', () => {
    expect(dynamoDbRefusal(refused({ fence: { N: '6' } }, 2), alone)).toMatchObject({ definite: false });
    expect(dynamoDbRefusal(refused({ fence: { N: '4' } }, 2), withOwn)).toMatchObject({ definite: false });
  });

  test.each([
    ['ThrottlingException', { $metadata: { httpStatusCode: 400, attempts: 1 } }, true],
    ['ThrottlingException', { $metadata: { httpStatusCode: 400, attempts: 3 } }, false],
    ['InternalServerError', { $metadata: { httpStatusCode: 500, attempts: 1 } }, false],
    ['Error', { code: 'ECONNREFUSED', syscall: 'connect' }, true],
    ['TimeoutError', { $metadata: { attempts: 1 } }, false],
    ['Error', { code: 'ECONNRESET', syscall: 'read' }, false],
    ['CredentialsProviderError', {}, true],
  ])('%s %j: definite %s', (name, members, definite) => {
    const error = Object.assign(new Error('a role and a table'), { name }, members);
    expect(dynamoDbRefusal(error, alone)).toEqual({ kind: 'failed', definite, message: `DynamoDB: ${name}` });
  });

  test('of the parts of a transaction, the one behind a greater token comes first', () => {
    const own = { ConditionExpression: 'attribute_exists(id)' };
    const parts = [
      { ConditionCheck: { TableName, Key: {}, ...own } },
      { Put: { TableName, Item: {}, ...own } },
      { Delete: { TableName, Key: {} } },
    ];
    const input = fencedTransaction({ TransactItems: parts }, 5);
    expect(input.TransactItems[0]).toEqual(parts[0]);
    const failedCheck = { Code: 'ConditionalCheckFailed' };
    const cancelled = (CancellationReasons: object[]) =>
      Object.assign(new Error(), { name: 'TransactionCanceledException', CancellationReasons });
    const behind = { ...failedCheck, Item: { fence: { N: '9' } } };
    expect(dynamoDbRefusal(cancelled([failedCheck, failedCheck, behind]), input)).toEqual({
      kind: 'fenced',
      definite: true,
      fence: 9,
      index: 2,
    });
    expect(dynamoDbRefusal(cancelled([failedCheck, failedCheck, { Code: 'None' }]), input)).toMatchObject({
      kind: 'condition-failed',
      index: 0,
    });
    const conflict = { Code: 'TransactionConflict' };
    expect(dynamoDbRefusal(cancelled([conflict, { Code: 'None' }, { Code: 'None' }]), input)).toEqual({
      kind: 'failed',
      definite: true,
      message: 'DynamoDB: TransactionCanceledException',
    });
  });
});

test('a write is fenced once, by a token that is one', () => {
  const input = fencedPut({ TableName, Item: {} }, 1);
  expect(() => fencedPut(input, 2)).toThrow(RangeError);
  for (const token of [-1, 1.5, Number.NaN, 2 ** 53]) {
    expect(() => fencedPut({ TableName, Item: {} }, token)).toThrow(RangeError);
  }
});
