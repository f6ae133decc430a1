// Translates transactions of the API into those of the kernel.

import type { ChangeOptions } from '../api/common.ts';
import type * as api from '../api/transactions.ts';
import { unreachable } from '../assert.ts';
import { APPEND_BYTES_MAX } from '../limits.ts';
import { keyFault, leaseFault, prefixFault, textValueFault } from '../resource-names.ts';
import type * as kernel from '../state-machine/kernel/command.ts';
import { NUMBER_DIGITS } from '../state-machine/kernel/numbered-keys.ts';
import { prefixRange, type Range } from '../state-machine/kernel/range.ts';
import type { ConditionalResult, OperationResult } from '../state-machine/kernel/result.ts';
import type { Kernel } from './kernel.ts';
import { shown } from './key-values.ts';
import { storedKey } from './keys.ts';
import { invalid, keyReused, storedValue, tooLarge } from './outcome.ts';

const GET_ENTRIES = 1000;
const TOO_LARGE = `a transaction has at most ${APPEND_BYTES_MAX} bytes`;

/** @throws ReplicaStoppedError */
export async function transact(
  on: Kernel,
  transaction: api.Transaction,
  { idempotencyKey }: ChangeOptions = {},
): Promise<api.TransactResult> {
  const fault = faultIn(transaction);
  if (fault !== undefined) return invalid(fault);
  const command = { kind: 'transaction', requestId: idempotencyKey, ...stored(transaction) } as const;
  const submitted = await on.transact(command);
  if (submitted.kind === 'invalid')
    return submitted.tooLarge ? tooLarge(TOO_LARGE) : invalid(submitted.reason);
  if (submitted.kind === 'failed') return submitted;
  const { result } = submitted;
  switch (result.kind) {
    case 'transaction':
      return {
        kind: 'done',
        position: result.position,
        forgotten: result.forgotten ?? false,
        ...branch(result),
      };
    case 'request-id-reused':
      return keyReused(result);
    case 'refused':
      return refused(result.reason, result.path, result.position);
    default:
      throw new RangeError(`a transaction was answered with ${result.kind}`);
  }
}

function refused(reason: string, path: string, position: number): api.TransactResult {
  switch (reason) {
    case 'lease-not-found':
      return { kind: 'lease-not-found', position };
    case 'key-not-found':
    case 'not-a-counter':
    case 'counter-overflow':
      return { kind: 'refused', reason, path, position };
    default:
      throw new RangeError(`a transaction was refused: ${reason}`);
  }
}

function faultIn({ checks = [], then = [], else: otherwise = [] }: api.Transaction): string | undefined {
  for (const check of checks) {
    const fault = keysFault(check) ?? (check.target === 'value' ? textValueFault(check.to) : undefined);
    if (fault !== undefined) return fault;
  }
  for (const operation of [...then, ...otherwise]) {
    const fault = operationFault(operation);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function operationFault(operation: api.Operation): string | undefined {
  switch (operation.kind) {
    case 'transaction':
      return faultIn(operation);
    case 'grant':
    case 'revoke':
      return leaseFault(operation.lease);
    case 'put':
      return (
        keyFault(operation.key) ?? textValueFault(operation.value) ?? optionalLeaseFault(operation.lease)
      );
    case 'put-numbered':
      return (
        // The resulting key must be valid.
        keyFault(operation.prefix + '0'.repeat(NUMBER_DIGITS)) ??
        textValueFault(operation.value) ??
        optionalLeaseFault(operation.lease)
      );
    default:
      return keysFault(operation);
  }
}

function optionalLeaseFault(lease: string | undefined): string | undefined {
  return lease === undefined ? undefined : leaseFault(lease);
}

function keysFault(keys: api.KeysOf): string | undefined {
  return 'key' in keys ? keyFault(keys.key) : prefixFault(keys.prefix);
}

function rangeOf(keys: api.KeysOf): Range {
  return 'key' in keys ? { key: storedKey(keys.key) } : prefixRange(storedKey(keys.prefix));
}

function stored({ checks = [], then = [], else: otherwise = [] }: api.Transaction): kernel.Conditional {
  return {
    checks: checks.map(storedCheck),
    then: then.map(storedOperation),
    else: otherwise.map(storedOperation),
  };
}

function storedCheck(check: api.Check): kernel.Check {
  const { is } = check;
  const range = rangeOf(check);
  switch (check.target) {
    case 'value':
      return { range, is, target: 'value', to: storedValue(check.to) };
    case 'lease':
      return { range, is, target: 'lease', to: check.to };
    default:
      return { range, is, target: check.target, to: check.to };
  }
}

function storedOperation(operation: api.Operation): kernel.Operation {
  switch (operation.kind) {
    case 'put': {
      const { key, value, lease = '' } = operation;
      return { kind: 'put', key: storedKey(key), value: storedValue(value), lease };
    }
    case 'put-numbered': {
      const { prefix, value, lease = '' } = operation;
      return { kind: 'put-numbered', prefix: storedKey(prefix), value: storedValue(value), lease };
    }
    case 'delete':
      return { kind: 'delete', range: rangeOf(operation), previous: false };
    case 'get':
      return { kind: 'get', range: rangeOf(operation), limit: operation.limit ?? GET_ENTRIES };
    case 'add':
      return { kind: 'add', key: storedKey(operation.key), by: operation.by };
    case 'grant':
    case 'revoke':
      return operation;
    case 'transaction':
      return { kind: 'transaction', ...stored(operation) };
    default:
      return unreachable(operation);
  }
}

function branch({ succeeded, failedCheck, results }: ConditionalResult): api.Branch {
  return { succeeded, failedCheck, results: results.map(shownResult) };
}

function shownResult(result: OperationResult): api.OperationResult {
  switch (result.kind) {
    case 'put':
    case 'add':
    case 'put-numbered':
      return { kind: result.kind, entry: shown(result.entry) };
    case 'delete':
      return { kind: 'delete', count: result.count };
    case 'get':
      return { kind: 'get', entries: result.entries.map(shown), more: result.more };
    case 'transaction':
      return { kind: 'transaction', ...branch(result) };
    case 'count':
      throw new RangeError('the API counts nothing');
    default:
      return result;
  }
}
