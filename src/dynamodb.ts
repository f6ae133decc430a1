// The store on DynamoDB, for programs that have installed its SDK.

export { dynamoDbClient } from './store/dynamodb/client.ts';
export type { DynamoDbStoreOptions } from './store/dynamodb/store.ts';
export { DynamoDbStore } from './store/dynamodb/store.ts';
export { createTable } from './store/dynamodb/table.ts';
