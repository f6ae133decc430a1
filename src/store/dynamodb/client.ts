// The SDK client that the store needs: no retries of its own, and time-outs that end a call.

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

export interface TimeoutOptions {
  readonly connectionTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

/** Endpoint, Region and credentials come from `config` or from the environment, as with every AWS client. */
export function dynamoDbClient(
  config: DynamoDBClientConfig = {},
  timeouts: TimeoutOptions = {},
): DynamoDBClient {
  return new DynamoDBClient({
    // The SDK repeats a write after a time-out without a check of the first one. The log's own retries look
    // for the batch id first.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: timeouts.connectionTimeoutMs ?? 1000,
      requestTimeout: timeouts.requestTimeoutMs ?? 3000,
      // Without it the SDK only prints a warning when the time is over.
      throwOnRequestTimeout: true,
    },
    ...config,
  });
}
