// The checks of a fencing token that come with Ordinal. They load no SDK and no driver.

export type { Failed } from './api/common.ts';
export type { Clock, Moment, Random } from './clock.ts';
export type {
  Conditional,
  Delete,
  FenceOptions,
  Put,
  Tombstone,
  Transaction,
  TransactionPart,
  Update,
} from './fence/dynamodb.ts';
export { fencedDelete, fencedPut, fencedTransaction, fencedUpdate } from './fence/dynamodb.ts';
export type {
  ConditionFailed,
  DynamoDbRefusal,
} from './fence/dynamodb-refusal.ts';
export { dynamoDbRefusal } from './fence/dynamodb-refusal.ts';
export type {
  FencedRow,
  PostgresClient,
  Row,
  RowWritten,
  UpdateRowResult,
  UpsertRowResult,
} from './fence/postgres.ts';
export { updateFencedRow, upsertFencedRow } from './fence/postgres.ts';
export type { Fenced } from './fence/results.ts';
export type { FencedObject, PutObjectInput, PutObjectResult, PutOptions, S3Objects } from './fence/s3.ts';
export { putFencedObject } from './fence/s3.ts';
