// A transaction in JSON: as the API has it, with values as text or in base64.

import type * as z from 'zod/mini';
import type { Check, KeysOf, Operation, Transaction } from '../../api/transactions.ts';
import { TRANSACTION_OPERATIONS_MAX } from '../../limits.ts';
import { validate } from './body.ts';
import { valueIn } from './json-value.ts';
import { transactionBody, transactionCheck, transactionOperation } from './key-schemas.ts';
import { RequestProblem } from './problem.ts';

type JsonCheck = z.output<typeof transactionCheck>;
type JsonOperation = z.output<typeof transactionOperation>;

/** @param where names the operation in a refusal, such as `then[0]`. @throws RequestProblem */
export function transactionIn(body: unknown, where = '', depth = 0): Transaction {
  if (depth > TRANSACTION_OPERATIONS_MAX) throw wrong(where, 'is nested too deeply');
  const {
    checks = [],
    then = [],
    else: otherwise = [],
  } = validate(transactionBody, body, where || 'the body');
  const inside = where === '' ? '' : `${where}.`;
  const operationsIn = (branch: string, operations: readonly unknown[]) =>
    operations.map((one, index) => operationIn(one, `${inside}${branch}[${index}]`, depth));
  return {
    checks: checks.map((one, index) => checkIn(one, `${inside}checks[${index}]`)),
    then: operationsIn('then', then),
    else: operationsIn('else', otherwise),
  };
}

function checkIn(body: unknown, where: string): Check {
  const check: JsonCheck = validate(transactionCheck, body, where);
  const { target, is, to, toBase64 } = check;
  const keys = keysIn(check, where);
  switch (target) {
    case 'value':
      return {
        ...keys,
        target,
        is,
        to: valueIn({ value: textIn(to), valueBase64: toBase64 }, `${where}.to`),
      };
    case 'lease':
      if (typeof to !== 'string') throw wrong(`${where}.to`, 'must be the id of a lease, or empty');
      return { ...keys, target, is, to };
    default:
      if (typeof to !== 'number') throw wrong(`${where}.to`, 'must be a whole number');
      return { ...keys, target, is, to };
  }
}

function textIn(to: string | number | undefined): string | undefined {
  return typeof to === 'number' ? String(to) : to;
}

function operationIn(body: unknown, where: string, depth: number): Operation {
  const operation: JsonOperation = validate(transactionOperation, body, where);
  const { kind, lease, limit } = operation;
  switch (kind) {
    case 'put':
      return { kind, key: needed(operation, 'key', where), value: valueIn(operation, where), lease };
    case 'put-numbered':
      return { kind, prefix: needed(operation, 'prefix', where), value: valueIn(operation, where), lease };
    case 'delete':
      return { kind, ...keysIn(operation, where) };
    case 'get':
      return { kind, ...keysIn(operation, where), limit };
    case 'add':
      return { kind, key: needed(operation, 'key', where), by: needed(operation, 'by', where) };
    case 'grant':
      return { kind, lease: needed(operation, 'lease', where), ttlMs: needed(operation, 'ttlMs', where) };
    case 'revoke':
      return { kind, lease: needed(operation, 'lease', where) };
    case 'transaction': {
      const { checks, then, else: otherwise } = operation;
      return { kind, ...transactionIn({ checks, then, else: otherwise }, where, depth + 1) };
    }
  }
}

/** @throws RequestProblem unless it has either a key or a prefix */
function keysIn({ key, prefix }: JsonOperation | JsonCheck, where: string): KeysOf {
  if (key !== undefined && prefix === undefined) return { key };
  if (prefix !== undefined && key === undefined) return { prefix };
  throw wrong(where, 'needs either key or prefix');
}

function needed<Name extends keyof JsonOperation>(
  operation: JsonOperation,
  name: Name,
  where: string,
): NonNullable<JsonOperation[Name]> {
  const value = operation[name];
  if (value === undefined || value === null) throw wrong(where, `needs ${name}`);
  return value;
}

function wrong(where: string, what: string): RequestProblem {
  return new RequestProblem('invalid-request', `${where}: ${what}`);
}
