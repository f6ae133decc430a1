// Whether an error of DynamoDB is definite (nothing happened) or indefinite (it may have; rule 8).

import { StoreError } from '../../log/store.ts';

/** DynamoDB refused before it looked at the write. The same call can succeed later. */
const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  // A write of another Region was there first; this one was not applied.
  'ReplicatedWriteConflictException',
  'TransactionConflictException',
]);

/**
 * System calls that fail before a request can be sent. The same codes on an established connection are
 * indefinite.
 */
const BEFORE_SENDING = new Set(['connect', 'getaddrinfo']);

interface Described {
  readonly name: string;
  readonly syscall: string | undefined;
  readonly status: number | undefined;
}

export function isThrottle(cause: unknown): boolean {
  return THROTTLES.has(describe(cause).name);
}

/** `wrote` says whether the call could change anything; a read that fails has always done nothing. */
export function storeErrorOf(cause: unknown, call: string, wrote: boolean): StoreError {
  const described = describe(cause);
  // AWS's own message names accounts, roles and tables. It stays in the cause, for the operator, and does not
  // go to clients.
  const message = `DynamoDB ${call}: ${described.name}`;
  const { definite, retryable } = judge(described);
  return new StoreError(message, { definite: definite || !wrote, retryable, cause });
}

function judge(described: Described): { definite: boolean; retryable: boolean } {
  const { name, syscall, status } = described;
  if (THROTTLES.has(name)) return { definite: true, retryable: true };
  const unsent = name === 'ECONNREFUSED' || (syscall !== undefined && BEFORE_SENDING.has(syscall));
  if (unsent) return { definite: true, retryable: true };
  // The table is being created or deleted, or is not there: nothing was written, and soon nothing changes.
  if (status !== undefined && status >= 400 && status < 500) return { definite: true, retryable: false };
  if (name === 'CredentialsProviderError') return { definite: true, retryable: false };
  return { definite: false, retryable: true };
}

function describe(cause: unknown): Described {
  if (!(cause instanceof Error)) {
    return { name: 'Error', syscall: undefined, status: undefined };
  }
  const metadata = '$metadata' in cause ? cause.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? Number(metadata.httpStatusCode)
      : undefined;
  const name = textIn(cause, 'code') ?? cause.name;
  return { name, syscall: textIn(cause, 'syscall'), status };
}

function textIn(cause: Error, member: 'code' | 'syscall'): string | undefined {
  const value = (cause as Error & Partial<Record<typeof member, unknown>>)[member];
  return typeof value === 'string' ? value : undefined;
}
