// The limits of a command, judged before it is appended and again by every replica.

import { isLongerThan } from '../../encoding/binary.ts';
import { type ByteString, isByteString } from '../../encoding/byte-string.ts';
import {
  KEY_BYTES_MAX,
  LEASE_ID_BYTES_MAX,
  LEASE_TTL_MS_MAX,
  LEASES_PER_COMMAND_MAX,
  RANGE_ENTRIES_MAX,
  REQUEST_ID_BYTES_MAX,
  TRANSACTION_OPERATIONS_MAX,
  VALUE_BYTES_MAX,
} from '../../limits.ts';
import type { Check, Command, Conditional, Operation } from './command.ts';
import { NUMBER_DIGITS, numberedTwice } from './numbered-keys.ts';
import type { Range } from './range.ts';

/** Why the command must not be applied, or undefined. */
export function faultIn(command: Command): string | undefined {
  switch (command.kind) {
    case 'transaction':
      return (
        requestIdFault(command.requestId) ??
        conditionalFault(command, TRANSACTION_OPERATIONS_MAX) ??
        numberedTwice(command)
      );
    case 'renew':
      return leasesFault(command.leases);
    case 'expire':
      return leasesFault(command.leases.map(({ lease }) => lease));
    case 'compact':
      return Number.isSafeInteger(command.position) ? undefined : 'a position that is no whole number';
  }
}

/**
 * `left`: how many checks or operations this transaction may have, as in etcd: the rest of the enclosing
 * transaction's limit.
 */
function conditionalFault(conditional: Conditional, left: number): string | undefined {
  const { checks, then } = conditional;
  const most = Math.max(checks.length, then.length, conditional.else.length);
  if (most > left)
    return `more than ${TRANSACTION_OPERATIONS_MAX} checks or operations, with those around them`;
  for (const check of checks) {
    const fault = checkFault(check);
    if (fault !== undefined) return fault;
  }
  return operationsFault(then, left - most) ?? operationsFault(conditional.else, left - most);
}

function operationsFault(operations: readonly Operation[], left: number): string | undefined {
  for (const operation of operations) {
    const fault = operationFault(operation, left);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function checkFault(check: Check): string | undefined {
  switch (check.target) {
    case 'value':
      return valueFault(check.to) ?? rangeFault(check.range);
    case 'lease':
      return optionalLeaseFault(check.to) ?? rangeFault(check.range);
    default:
      return numberFault(check.to) ?? rangeFault(check.range);
  }
}

function operationFault(operation: Operation, left: number): string | undefined {
  switch (operation.kind) {
    case 'put':
      return keyFault(operation.key) ?? valueFault(operation.value) ?? optionalLeaseFault(operation.lease);
    case 'delete':
    case 'count':
      return rangeFault(operation.range);
    case 'get':
      return rangeFault(operation.range) ?? limitFault(operation.limit);
    case 'add':
      return keyFault(operation.key) ?? numberFault(operation.by);
    case 'put-numbered':
      return (
        bytesFault('prefix', operation.prefix, KEY_BYTES_MAX - NUMBER_DIGITS) ??
        valueFault(operation.value) ??
        optionalLeaseFault(operation.lease)
      );
    case 'grant':
      return leaseFault(operation.lease) ?? ttlFault(operation.ttlMs);
    case 'revoke':
      return leaseFault(operation.lease);
    case 'transaction':
      return conditionalFault(operation, left);
  }
}

function keyFault(key: ByteString): string | undefined {
  return key.length === 0 ? 'an empty key' : bytesFault('key', key, KEY_BYTES_MAX);
}

function rangeFault({ key, end }: Range): string | undefined {
  if (end === undefined) return keyFault(key);
  // The key after the longest one is one byte longer.
  return bytesFault('key', key, KEY_BYTES_MAX + 1) ?? bytesFault('key', end, KEY_BYTES_MAX + 1);
}

function valueFault(value: ByteString | undefined): string | undefined {
  return value === undefined ? undefined : bytesFault('value', value, VALUE_BYTES_MAX);
}

function bytesFault(what: string, bytes: ByteString, bytesMax: number): string | undefined {
  if (!isByteString(bytes)) return `a ${what} with characters that are no bytes`;
  return bytes.length > bytesMax ? `a ${what} of more than ${bytesMax} bytes` : undefined;
}

function limitFault(limit: number): string | undefined {
  const isFine = Number.isSafeInteger(limit) && limit >= 1 && limit <= RANGE_ENTRIES_MAX;
  return isFine ? undefined : `a limit outside 1 … ${RANGE_ENTRIES_MAX}`;
}

function numberFault(number: number): string | undefined {
  return Number.isSafeInteger(number) ? undefined : `${number}, which is no safe integer`;
}

function ttlFault(ttlMs: number): string | undefined {
  const isFine = Number.isSafeInteger(ttlMs) && ttlMs >= 1 && ttlMs <= LEASE_TTL_MS_MAX;
  return isFine ? undefined : `a time to live outside 1 … ${LEASE_TTL_MS_MAX} ms`;
}

function requestIdFault(id: string | undefined): string | undefined {
  return id === undefined ? undefined : textFault('request id', id, REQUEST_ID_BYTES_MAX);
}

function leasesFault(ids: readonly string[]): string | undefined {
  if (ids.length > LEASES_PER_COMMAND_MAX) return `more than ${LEASES_PER_COMMAND_MAX} leases`;
  for (const id of ids) {
    const fault = leaseFault(id);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function optionalLeaseFault(id: string | undefined): string | undefined {
  return id === undefined || id === '' ? undefined : leaseFault(id);
}

function leaseFault(id: string): string | undefined {
  return textFault('lease id', id, LEASE_ID_BYTES_MAX);
}

function textFault(what: string, text: string, bytesMax: number): string | undefined {
  if (text.length === 0) return `an empty ${what}`;
  // A lone surrogate has no UTF-8 form: two such texts would become one.
  if (!text.isWellFormed()) return `a ${what} that is not well-formed Unicode`;
  return isLongerThan(bytesMax, text) ? `a ${what} of more than ${bytesMax} bytes` : undefined;
}
