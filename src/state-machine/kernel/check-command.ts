// The limits of a command, judged before it is appended and again by every replica.

import { isLongerThan } from '../../encoding/binary.ts';
import {
  KEY_BYTES_MAX,
  LIST_ENTRIES_MAX,
  REQUEST_ID_BYTES_MAX,
  TRANSACTION_OPERATIONS_MAX,
  VALUE_BYTES_MAX,
} from '../../limits.ts';
import type { Command, Operation, Transaction } from './command.ts';

/** Why the command must not be applied, or undefined. */
export function faultIn(command: Command): string | undefined {
  return (
    countFault(command) ??
    requestIdFault(command.requestId) ??
    firstFault([
      ...command.checks.map((check) => keyFault(check.key)),
      ...[...command.then, ...command.else].map((operation) => operationFault(operation)),
    ])
  );
}

function countFault(command: Transaction): string | undefined {
  for (const part of ['checks', 'then', 'else'] as const) {
    if (command[part].length > TRANSACTION_OPERATIONS_MAX) {
      return `more than ${TRANSACTION_OPERATIONS_MAX} in "${part}"`;
    }
  }
  return undefined;
}

function requestIdFault(id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  if (id.length === 0) return 'an empty request id';
  return sizeFault('request id', id, REQUEST_ID_BYTES_MAX);
}

function operationFault(operation: Operation): string | undefined {
  switch (operation.kind) {
    case 'put':
      if (operation.value.length > VALUE_BYTES_MAX) return `a value of more than ${VALUE_BYTES_MAX} bytes`;
      return keyFault(operation.key);
    case 'delete':
    case 'get':
      return keyFault(operation.key);
    case 'list':
      if (operation.limit < 1 || operation.limit > LIST_ENTRIES_MAX) {
        return `a list limit outside 1 … ${LIST_ENTRIES_MAX}`;
      }
      return sizeFault('prefix', operation.prefix, KEY_BYTES_MAX);
  }
}

function keyFault(key: string): string | undefined {
  if (key.length === 0) return 'an empty key';
  return sizeFault('key', key, KEY_BYTES_MAX);
}

function sizeFault(what: string, text: string, bytesMax: number): string | undefined {
  // A lone surrogate has no UTF-8 form: two such keys would become one.
  if (!text.isWellFormed()) return `a ${what} that is not well-formed Unicode`;
  return isLongerThan(bytesMax, text) ? `a ${what} of more than ${bytesMax} bytes` : undefined;
}

function firstFault(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}
