// Total order as a textbook makes it, to count against: increment a counter item, then put the message under
// its number; and both in one transaction. Only for counting: between the two steps of the first a crash
// leaves a hole.

import {
  type ConsumedCapacity,
  type DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Metered } from '../round-trips.ts';

const NUMBER_IS_FREE = {
  ConditionExpression: 'attribute_not_exists(#log)',
  ExpressionAttributeNames: { '#log': 'log' },
} as const;

export class Textbook {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #log: string;
  readonly #meter: Metered['meter'];
  /** What the writer of transactions knows from its last one. */
  #number = 0;

  constructor(client: DynamoDBClient, table: string, log: string, meter: Metered['meter']) {
    this.#client = client;
    this.#table = table;
    this.#log = log;
    this.#meter = meter;
  }

  async append(record: Uint8Array): Promise<void> {
    const counted = await this.#client.send(
      new UpdateItemCommand({
        ...this.#counter(),
        ...this.#metered(),
        UpdateExpression: 'ADD #value :one',
        ExpressionAttributeNames: { '#value': 'value' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    this.#count(counted.ConsumedCapacity);
    const number = Number(counted.Attributes?.['value']?.N);
    const put = await this.#client.send(
      new PutItemCommand({ ...this.#message(number, record), ...this.#metered() }),
    );
    this.#count(put.ConsumedCapacity);
  }

  /**
   * One round trip while there is no other writer. A writer that loses a race reads the counter and tries
   * again.
   */
  async appendInTransaction(record: Uint8Array): Promise<void> {
    const next = this.#number + 1;
    const answer = await this.#client.send(
      new TransactWriteItemsCommand({
        ...this.#metered(),
        TransactItems: [
          {
            Update: {
              ...this.#counter(),
              UpdateExpression: 'SET #value = :next',
              ConditionExpression: 'attribute_not_exists(#value) OR #value = :known',
              ExpressionAttributeNames: { '#value': 'value' },
              ExpressionAttributeValues: { ':next': { N: String(next) }, ':known': { N: String(next - 1) } },
            },
          },
          { Put: this.#message(next, record) },
        ],
      }),
    );
    this.#number = next;
    this.#count(answer.ConsumedCapacity);
  }

  #counter() {
    return { TableName: this.#table, Key: { log: { S: `${this.#log}/counter` }, base: { N: '0' } } };
  }

  #message(number: number, record: Uint8Array) {
    const item = { log: { S: this.#log }, base: { N: String(number) }, record: { B: record } };
    return { TableName: this.#table, Item: item, ...NUMBER_IS_FREE };
  }

  #metered() {
    return { ReturnConsumedCapacity: 'TOTAL' } as const;
  }

  #count(capacity: ConsumedCapacity | readonly ConsumedCapacity[] | undefined): void {
    const all = capacity === undefined ? [] : [capacity].flat();
    this.#meter.roundTrips += 1;
    for (const one of all) this.#meter.writeUnits += one.CapacityUnits ?? 0;
  }
}
