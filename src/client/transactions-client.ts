// Transactions over HTTP.

import * as z from 'zod/mini';
import type { ChangeOptions } from '../api/common.ts';
import type * as api from '../api/transactions.ts';
import { base64Of } from './bytes.ts';
import { keyEntry, valueJson } from './json-value.ts';
import { type NamespaceSender, parsed, refused } from './namespace-sender.ts';

const entry = keyEntry;
const branch = {
  succeeded: z.boolean(),
  failedCheck: z.optional(z.int()),
  results: z.array(z.lazy((): z.ZodMiniType<api.OperationResult> => result)),
};
const result: z.ZodMiniType<api.OperationResult> = z.union([
  z.object({ kind: z.enum(['put', 'add', 'put-numbered']), entry }),
  z.object({ kind: z.literal('delete'), count: z.int() }),
  z.object({ kind: z.literal('get'), entries: z.array(entry), more: z.boolean() }),
  z.object({ kind: z.literal('grant'), granted: z.boolean(), ttlMs: z.int() }),
  z.object({ kind: z.literal('revoke'), count: z.int() }),
  z.pipe(z.object({ kind: z.literal('transaction'), ...branch }), z.transform(withFailedCheck)),
]);
const done = z.pipe(z.object({ ...branch, forgotten: z.boolean() }), z.transform(withFailedCheck));
const refusal = z.object({
  reason: z.enum(['key-not-found', 'not-a-counter', 'counter-overflow']),
  path: z.string(),
});

/** Present in every result, also where it is undefined. */
function withFailedCheck<T extends { failedCheck?: number | undefined }>(parsedBranch: T) {
  return { ...parsedBranch, failedCheck: parsedBranch.failedCheck };
}

export async function transact(
  sender: NamespaceSender,
  transaction: api.Transaction,
  { idempotencyKey }: ChangeOptions = {},
): Promise<api.TransactResult> {
  const body = JSON.stringify(transactionJson(transaction));
  const asked = await sender.change('POST', '/transactions', { idempotencyKey, body });
  if (asked.kind === 'failed') return asked;
  const { position } = asked;
  if (asked.kind === 'answer') {
    return { kind: 'done', position, ...parsed(done, asked.body) };
  }
  const { code, members } = asked.problem;
  if (code === 'lease-not-found') return { kind: code, position };
  if (code === 'transaction-refused') return { kind: 'refused', position, ...refusal.parse(members) };
  return refused(asked.problem, position);
}

function transactionJson({ checks, then, else: otherwise }: api.Transaction): object {
  return {
    checks: checks?.map(checkJson),
    then: then?.map(operationJson),
    else: otherwise?.map(operationJson),
  };
}

function checkJson(check: api.Check): object {
  if (typeof check.to !== 'object') return check;
  const { to, ...rest } = check;
  return { ...rest, toBase64: base64Of(to) };
}

function operationJson(operation: api.Operation): object {
  switch (operation.kind) {
    case 'put':
    case 'put-numbered': {
      const { value, ...rest } = operation;
      return { ...rest, ...valueJson(value) };
    }
    case 'transaction':
      return { kind: operation.kind, ...transactionJson(operation) };
    default:
      return operation;
  }
}
