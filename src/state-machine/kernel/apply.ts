// The machine: `apply(state, position, record) → result`. No clock, no randomness, no I/O; whoever applies the same records in the
// same order has the same state and the same results.

import { assert, unreachable } from '../../assert.ts';
import { bytesEqual } from '../../encoding/binary.ts';
import { REMEMBERED_RESULT_BYTES_MAX } from '../../limits.ts';
import type { At } from '../state-machine.ts';
import { faultIn } from './check-command.ts';
import type {
  Check,
  Command,
  CommandResult,
  Comparison,
  KeyEntry,
  Operation,
  OperationResult,
  Transaction,
} from './command.ts';
import { encodeCommand } from './command-codec.ts';
import { fingerprintOf } from './fingerprint.ts';
import { resultBytes } from './result-codec.ts';
import type { State } from './state.ts';

/** Brings `state` forward to `at`, and answers what the command came to. */
export function apply(state: State, { position }: At, command: Command): CommandResult {
  assert(position > state.position, `position ${position} after ${state.position}`);
  state.position = position;
  const reason = faultIn(command);
  if (reason !== undefined) return { kind: 'invalid', position, reason };
  switch (command.kind) {
    case 'transaction':
      return applyOnce(state, command);
  }
}

function applyOnce(state: State, command: Transaction): CommandResult {
  const { requestId } = command;
  if (requestId === undefined) return carryOutAll(state, command);
  const fingerprint = fingerprintOf(encodeCommand(command));
  const earlier = state.request(requestId);
  if (earlier && earlier.fingerprint !== fingerprint) {
    return { kind: 'request-id-reused', position: state.position, earlier: earlier.result.position };
  }
  if (earlier) return earlier.result;
  const result = carryOutAll(state, command);
  state.rememberRequest(requestId, { fingerprint, result: rememberable(result) });
  return result;
}

type TransactionResult = Extract<CommandResult, { kind: 'transaction' }>;

function carryOutAll(state: State, command: Transaction): TransactionResult {
  const succeeded = command.checks.every((check) => holds(state, check));
  const operations = succeeded ? command.then : command.else;
  const results = operations.map((operation) => carryOut(state, operation));
  return { kind: 'transaction', succeeded, position: state.position, results };
}

/** Snapshots carry what is remembered, so a result may not outgrow a part of one. */
function rememberable(result: TransactionResult): CommandResult {
  const small = resultBytes(result) <= REMEMBERED_RESULT_BYTES_MAX;
  return small ? result : { ...result, results: [], forgotten: true };
}

function carryOut(state: State, operation: Operation): OperationResult {
  switch (operation.kind) {
    case 'put':
      return put(state, operation.key, operation.value);
    case 'delete': {
      const previous = state.get(operation.key);
      state.delete(operation.key);
      return { kind: 'delete', previous };
    }
    case 'get':
      return { kind: 'get', entry: state.get(operation.key) };
    case 'list':
      return { kind: 'list', ...state.list(operation.prefix, operation.after, operation.limit) };
    default:
      return unreachable(operation);
  }
}

function put(state: State, key: string, value: Uint8Array): OperationResult {
  const previous = state.get(key);
  const entry: KeyEntry = {
    key,
    // A copy: the record's bytes belong to a whole segment, which need not stay in memory for one value.
    value: value.slice(),
    created: previous?.created ?? state.position,
    modified: state.position,
    version: (previous?.version ?? 0) + 1,
  };
  state.put(entry);
  return { kind: 'put', entry, previous };
}

function holds(state: State, check: Check): boolean {
  const entry = state.get(check.key);
  if (check.target === 'value') {
    if (!entry) return check.is === '!=';
    return compares(compareBytes(entry.value, check.to), check.is);
  }
  return compares((entry?.[check.target] ?? 0) - check.to, check.is);
}

function compares(difference: number, is: Comparison): boolean {
  switch (is) {
    case '=':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '>':
      return difference > 0;
    default:
      return unreachable(is);
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  if (bytesEqual(a, b)) return 0;
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
