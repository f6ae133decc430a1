// The store on DynamoDB, for programs that have installed its SDK.

export type { Origin } from './log/origin.ts';
export type { ProducerRequest, ProducerState, Producers, RequestsOfProducers } from './log/producers.ts';
export type {
  Expiry,
  LogMetadata,
  Past,
  Retention,
  Segment,
  SegmentUpdate,
  WriteConditions,
} from './log/segment.ts';
export type {
  LastResult,
  MetadataRecord,
  MetadataRecordKind,
  MetadataRecords,
  OpenResult,
  RangeResult,
  ShownRecordKind,
  Store,
  StoreTraits,
  UpdateResult,
} from './log/store.ts';
export type { TimeoutOptions } from './store/dynamodb/client.ts';
export { dynamoDbClient } from './store/dynamodb/client.ts';
export type { DynamoDbStoreOptions, StoreCall } from './store/dynamodb/store.ts';
export { DynamoDbStore } from './store/dynamodb/store.ts';
export { createTable } from './store/dynamodb/table.ts';
