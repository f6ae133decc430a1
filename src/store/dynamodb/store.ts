// The cloud store: single-item conditional writes and strongly consistent reads of one table, and nothing
// else of DynamoDB.

import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { assert } from '../../assert.ts';
import { POSITION_MAX } from '../../limits.ts';
import type { Segment, SegmentUpdate } from '../../log/segment.ts';
import {
  assertBlobSize,
  CHECKED_LOG,
  type LastResult,
  type MetadataRecord,
  type MetadataRecordKind,
  type MetadataRecords,
  type OpenResult,
  RANGE_SEGMENTS_MIN,
  type RangeResult,
  SHOWN_RECORD_KINDS,
  type ShownRecordKind,
  type Store,
  StoreError,
  type UpdateResult,
} from '../../log/store.ts';
import { logPartition, METADATA_RECORD_KIND_OF_SORT_KEY } from '../keys.ts';
import { isThrottle, storeErrorOf } from './errors.ts';
import { updateExpression } from './expressions.ts';
import {
  blobKey,
  bytesIn,
  type Item,
  itemOfMetadataRecord,
  itemOfSegment,
  metadataRecordKey,
  metadataRecordOfItem,
  segmentKey,
  segmentOfItem,
} from './items.ts';

export interface StoreCall {
  /** DynamoDB's name for the operation, such as `UpdateItem`. */
  readonly name: string;
  /** `refused`: its condition did not hold. `failed` includes calls of unknown outcome. */
  readonly outcome: 'answered' | 'refused' | 'throttled' | 'failed';
  /** The error, for the operator only. */
  readonly error?: unknown;
  /** Capacity units; 0 where DynamoDB does not say, as for refusals. */
  readonly units: number;
}

export interface DynamoDbStoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Told of every call when it is over. */
  readonly observe?: ((call: StoreCall) => void) | undefined;
}

interface Answer {
  readonly ConsumedCapacity?: { CapacityUnits?: number | undefined } | undefined;
}

const IF_ABSENT = {
  ConditionExpression: 'attribute_not_exists(#log)',
  ExpressionAttributeNames: { '#log': 'log' },
} as const;

export class DynamoDbStore implements Store {
  readonly traits = {
    name: 'dynamodb',
    durable: true,
    shared: true,
    // An update is billed on the whole item, in steps of 1 KB: a full segment of small records fits one.
    segmentCapBytes: 768,
    pollMs: 150,
  } as const;
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #observe: DynamoDbStoreOptions['observe'];

  constructor(options: DynamoDbStoreOptions) {
    this.#client = options.client;
    this.#table = options.table;
    this.#observe = options.observe;
  }

  async update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult> {
    const answer = await this.#write('UpdateItem', () =>
      this.#client.send(
        new UpdateItemCommand({
          ...this.#common(),
          Key: segmentKey(log, base),
          ...updateExpression(update, base),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (answer.kind === 'done')
      return { kind: 'applied', segment: segmentOfItem(present(answer.value.Attributes)) };
    return { kind: 'refused', segment: await this.#refusing(log, base, answer.item) };
  }

  async open(log: string, segment: Segment): Promise<OpenResult> {
    const answer = await this.#putIfAbsent(itemOfSegment(log, segment));
    if (answer.kind === 'done') return { kind: 'opened' };
    const there = await this.#refusing(log, segment.base, answer.item);
    if (!there) {
      throw new StoreError('the segment was removed meanwhile', { definite: true, retryable: true });
    }
    return { kind: 'exists', segment: there };
  }

  async last(log: string, atMost?: number): Promise<LastResult> {
    // Without a bound the query meets the records first, which sort behind every segment.
    const items =
      atMost === undefined
        ? await this.#query({
            ...ofLog(log),
            ScanIndexForward: false,
            Limit: 1 + SHOWN_RECORD_KINDS.length,
          })
        : await this.#query({ ...ofLog(log, { from: 0, to: atMost }), ScanIndexForward: false, Limit: 1 });
    const segment = items.items.find((item) => !metadataRecordKindOf(item));
    return { segment: segment && segmentOfItem(segment), records: metadataRecordsAmong(items.items) };
  }

  async range(log: string, fromBase: number, bytesMax: number): Promise<RangeResult> {
    const answer = await this.#query({
      ...ofLog(log, { from: fromBase, to: POSITION_MAX }),
      Limit: Math.max(RANGE_SEGMENTS_MIN, Math.ceil(bytesMax / this.traits.segmentCapBytes)),
    });
    return { segments: answer.items.map(segmentOfItem), complete: !answer.more };
  }

  async remove(log: string, base: number): Promise<void> {
    await this.#delete(segmentKey(log, base));
  }

  async metadataRecord(log: string, kind: MetadataRecordKind): Promise<MetadataRecord | undefined> {
    const item = await this.#get(metadataRecordKey(log, kind));
    return item && metadataRecordOfItem(item);
  }

  async setMetadataRecord(
    log: string,
    kind: MetadataRecordKind,
    value: string,
    expectedVersion: number,
  ): Promise<'set' | 'refused'> {
    const item = itemOfMetadataRecord(log, kind, { value, version: expectedVersion + 1 });
    const condition = {
      ConditionExpression: '#version = :expected',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':expected': { N: String(expectedVersion) } },
    };
    const answer = await this.#putIf(item, expectedVersion === 0 ? IF_ABSENT : condition);
    return answer.kind === 'done' ? 'set' : 'refused';
  }

  async putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    assertBlobSize(bytes);
    const answer = await this.#putIfAbsent({ ...blobKey(key), blob: { B: bytes } });
    return answer.kind === 'done' ? 'created' : 'exists';
  }

  async blob(key: string): Promise<Uint8Array | undefined> {
    const item = await this.#get(blobKey(key));
    return item && bytesIn(item['blob']);
  }

  async removeBlob(key: string): Promise<void> {
    await this.#delete(blobKey(key));
  }

  async check(): Promise<void> {
    await this.#get(metadataRecordKey(CHECKED_LOG, 'trim-point'));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #common() {
    return { TableName: this.#table, ...(this.#observe ? { ReturnConsumedCapacity: 'TOTAL' as const } : {}) };
  }

  #putIfAbsent(item: Item) {
    return this.#putIf(item, IF_ABSENT);
  }

  #putIf(
    item: Item,
    condition: {
      ConditionExpression: string;
      ExpressionAttributeNames: Record<string, string>;
      ExpressionAttributeValues?: Item;
    },
  ) {
    return this.#write('PutItem', () =>
      this.#client.send(
        new PutItemCommand({
          ...this.#common(),
          Item: item,
          ...condition,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
  }

  async #delete(key: Item): Promise<void> {
    await this.#write('DeleteItem', () =>
      this.#client.send(new DeleteItemCommand({ ...this.#common(), Key: key })),
    );
  }

  async #get(key: Item): Promise<Item | undefined> {
    const answer = await this.#read('GetItem', () =>
      this.#client.send(new GetItemCommand({ ...this.#common(), Key: key, ConsistentRead: true })),
    );
    return answer.Item;
  }

  async #query(input: Omit<QueryCommandInput, 'TableName'>): Promise<{ items: Item[]; more: boolean }> {
    const answer = await this.#read('Query', () =>
      this.#client.send(new QueryCommand({ ...this.#common(), ...input, ConsistentRead: true })),
    );
    return { items: answer.Items ?? [], more: answer.LastEvaluatedKey !== undefined };
  }

  /**
   * The segment behind a refusal. Some emulators do not send it along. A read a moment later serves as well,
   * because segments only grow.
   */
  async #refusing(log: string, base: number, item: Item | undefined): Promise<Segment | undefined> {
    const found = item ?? (await this.#get(segmentKey(log, base)));
    return found && segmentOfItem(found);
  }

  async #write<T extends Answer>(
    name: string,
    send: () => Promise<T>,
  ): Promise<{ kind: 'done'; value: T } | { kind: 'refused'; item: Item | undefined }> {
    try {
      const value = await send();
      this.#answered(name, value);
      return { kind: 'done', value };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw this.#failed(error, name, true);
      // DynamoDB charges for a refusal but does not say how much.
      this.#observe?.({ name, outcome: 'refused', units: 0 });
      return { kind: 'refused', item: error.Item };
    }
  }

  async #read<T extends Answer>(name: string, send: () => Promise<T>): Promise<T> {
    try {
      const value = await send();
      this.#answered(name, value);
      return value;
    } catch (error) {
      throw this.#failed(error, name, false);
    }
  }

  #answered(name: string, answer: Answer): void {
    this.#observe?.({ name, outcome: 'answered', units: answer.ConsumedCapacity?.CapacityUnits ?? 0 });
  }

  #failed(error: unknown, name: string, wrote: boolean): StoreError {
    this.#observe?.({ name, outcome: isThrottle(error) ? 'throttled' : 'failed', units: 0, error });
    return storeErrorOf(error, name, wrote);
  }
}

function ofLog(
  log: string,
  bases?: { from: number; to: number },
): Pick<
  QueryCommandInput,
  'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const partition = { ':log': { S: logPartition(log) } };
  if (!bases) {
    return {
      KeyConditionExpression: '#log = :log',
      ExpressionAttributeNames: { '#log': 'log' },
      ExpressionAttributeValues: partition,
    };
  }
  return {
    KeyConditionExpression: '#log = :log AND #base BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#log': 'log', '#base': 'base' },
    ExpressionAttributeValues: {
      ...partition,
      ':from': { N: String(bases.from) },
      ':to': { N: String(bases.to) },
    },
  };
}

function metadataRecordKindOf(item: Item): ShownRecordKind | undefined {
  return METADATA_RECORD_KIND_OF_SORT_KEY.get(item['base']?.N ?? '');
}

function metadataRecordsAmong(items: readonly Item[]): MetadataRecords {
  return Object.fromEntries(
    items.flatMap((item) => {
      const kind = metadataRecordKindOf(item);
      return kind ? [[kind, metadataRecordOfItem(item)]] : [];
    }),
  );
}

function present(item: Item | undefined): Item {
  assert(item !== undefined, 'DynamoDB answered an update without the item');
  return item;
}
