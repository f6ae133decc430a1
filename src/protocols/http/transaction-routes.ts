// Transactions over HTTP. Loaded with the first one.

import type { KeysOf, Operation, OperationResult, Transaction } from '../../api/transactions.ts';
import { TRANSACTION_BODY_BYTES_MAX } from '../../limits.ts';
import type { Service } from '../../service/service.ts';
import { readAnyJson } from './body.ts';
import {
  type Asked,
  idempotencyKeyIn,
  namespaceIn,
  positioned,
  problemAt,
  unfinished,
} from './in-namespace.ts';
import { entryJson } from './json-value.ts';
import { permit } from './permission.ts';
import { transactionIn } from './transaction-body.ts';

export async function transact(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const idempotencyKey = idempotencyKeyIn(c);
  const transaction = transactionIn(await readAnyJson(c.req.raw, TRANSACTION_BODY_BYTES_MAX));
  permitAll(c, namespace, transaction);
  const outcome = await service.namespace(namespace).transact(transaction, { idempotencyKey });
  switch (outcome.kind) {
    case 'done': {
      const { kind: _, position, results, ...rest } = outcome;
      return positioned({ ...rest, results: results.map(resultJson) }, position, 200);
    }
    case 'refused': {
      const { reason, path } = outcome;
      return problemAt('transaction-refused', `${path}: ${reason}`, outcome, { reason, path });
    }
    default:
      return unfinished(outcome);
  }
}

/**
 * Checks, before anything is done, the permission for every key and lease in both branches. @throws
 * RequestProblem
 */
function permitAll(c: Asked, namespace: string, { checks, then, else: otherwise }: Transaction): void {
  for (const check of checks ?? []) permitKeys(c, 'read', namespace, check);
  for (const operation of [...(then ?? []), ...(otherwise ?? [])]) permitOne(c, namespace, operation);
}

function permitOne(c: Asked, namespace: string, operation: Operation): void {
  const { kind } = operation;
  if (kind === 'transaction') permitAll(c, namespace, operation);
  if ('lease' in operation && operation.lease !== undefined) {
    permit(c, 'leases', 'write', `${namespace}:${operation.lease}`);
  }
  if (!('key' in operation || 'prefix' in operation)) return;
  // The sum of a counter shows its value before.
  if (kind === 'get' || kind === 'add') permitKeys(c, 'read', namespace, operation);
  if (kind !== 'get') permitKeys(c, 'write', namespace, operation);
}

function permitKeys(c: Asked, action: 'read' | 'write', namespace: string, keys: KeysOf): void {
  if ('key' in keys) permit(c, 'keys', action, `${namespace}:${keys.key}`);
  else permit(c, 'keys', action, `${namespace}:${keys.prefix}`, 'all-under');
}

function resultJson(result: OperationResult): object {
  switch (result.kind) {
    case 'put':
    case 'add':
    case 'put-numbered':
      return { kind: result.kind, entry: entryJson(result.entry) };
    case 'get':
      return { ...result, entries: result.entries.map(entryJson) };
    case 'transaction':
      return { ...result, results: result.results.map(resultJson) };
    default:
      return result;
  }
}
