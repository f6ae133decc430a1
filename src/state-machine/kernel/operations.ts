// The effect of each operation on the state.

import { assert, unreachable } from '../../assert.ts';
import { ofText } from '../../encoding/byte-string.ts';
import { RANGE_ENTRIES_MAX } from '../../limits.ts';
import type {
  Add,
  Conditional,
  Delete,
  Get,
  Grant,
  NestedTransaction,
  Operation,
  Put,
  PutNumbered,
  Revoke,
} from './command.ts';
import type { Entry } from './entry.ts';
import type { Decision } from './evaluate.ts';
import { numberedKey } from './numbered-keys.ts';
import type { ConditionalResult, OperationResult, Refusal } from './result.ts';
import type { Step } from './step.ts';

/** An operation could not be done; those before it have been. */
export interface OperationRefused {
  readonly kind: 'refused';
  readonly reason: Refusal;
  readonly path: string;
}

/** Carries out the branch that was decided on, up to an operation that cannot be done. */
export function carryOutAll(
  step: Step,
  conditional: Conditional,
  { failedCheck, nested }: Decision,
): ConditionalResult | OperationRefused {
  const succeeded = failedCheck === undefined;
  const branch = succeeded ? 'then' : 'else';
  const results: OperationResult[] = [];
  let nestedBefore = 0;
  for (const operation of conditional[branch]) {
    const decision = operation.kind === 'transaction' ? nested[nestedBefore++] : undefined;
    const result = carryOut(step, operation, decision);
    if (result.kind === 'refused') {
      const here = `${branch}[${results.length}]`;
      return { ...result, path: result.path === '' ? here : `${here}.${result.path}` };
    }
    results.push(result);
  }
  return succeeded ? { succeeded, results } : { succeeded, failedCheck, results };
}

function carryOut(
  step: Step,
  operation: Operation,
  decision: Decision | undefined,
): OperationResult | OperationRefused {
  switch (operation.kind) {
    case 'put':
      return put(step, operation);
    case 'delete':
      return deleteAll(step, operation);
    case 'get':
      return get(step, operation);
    case 'count':
      return { kind: 'count', count: step.state.count(operation.range) };
    case 'add':
      return add(step, operation);
    case 'put-numbered':
      return putNumbered(step, operation);
    case 'grant':
      return grant(step, operation);
    case 'revoke':
      return revoke(step, operation);
    case 'transaction':
      return nestedTransaction(step, operation, decision);
    default:
      return unreachable(operation);
  }
}

function refused(reason: Refusal): OperationRefused {
  return { kind: 'refused', reason, path: '' };
}

function put(step: Step, { key, value, lease }: Put): OperationResult | OperationRefused {
  const previous = step.state.get(key);
  if (!previous && (value === undefined || lease === undefined)) return refused('key-not-found');
  if (isGone(step, lease)) return refused('lease-not-found');
  const entry = step.put(key, value ?? previous?.value ?? NO_VALUE, lease ?? previous?.lease ?? '', previous);
  return { kind: 'put', entry, previous };
}

const NO_VALUE = ofText('');

function isGone(step: Step, lease: string | undefined): boolean {
  return lease !== undefined && lease !== '' && !step.state.lease(lease);
}

function deleteAll(step: Step, { range, previous }: Delete): OperationResult {
  const entries = [...step.state.entriesIn(range)];
  for (const entry of entries) step.delete(entry);
  return {
    kind: 'delete',
    count: entries.length,
    previous: previous ? entries.slice(0, RANGE_ENTRIES_MAX) : [],
  };
}

function get(step: Step, { range, limit, reverse, only }: Get): OperationResult {
  const { entries, more } = step.state.range(range, { limit, reverse });
  return { kind: 'get', entries: only === 'keys' ? entries.map(withoutValue) : entries, more };
}

function withoutValue(entry: Entry): Entry {
  return { ...entry, value: NO_VALUE };
}

const COUNTER = /^(?:0|-?[1-9]\d{0,15})$/;

function add(step: Step, { key, by }: Add): OperationResult | OperationRefused {
  const previous = step.state.get(key);
  if (previous && !COUNTER.test(previous.value)) return refused('not-a-counter');
  const before = previous ? Number(previous.value) : 0;
  if (!Number.isSafeInteger(before)) return refused('not-a-counter');
  // Both are safe integers, so their sum is at worst rounded to another one that is not safe.
  const sum = before + by;
  if (!Number.isSafeInteger(sum)) return refused('counter-overflow');
  const entry = step.put(key, ofText(String(sum)), previous?.lease ?? '', previous);
  return { kind: 'add', entry, previous };
}

function putNumbered(step: Step, { prefix, value, lease }: PutNumbered): OperationResult | OperationRefused {
  if (isGone(step, lease)) return refused('lease-not-found');
  const key = numberedKey(prefix, step.at.position);
  const previous = step.state.get(key);
  return { kind: 'put-numbered', entry: step.put(key, value, lease, previous), previous };
}

function grant(step: Step, { lease: id, ttlMs }: Grant): OperationResult {
  const existing = step.state.lease(id);
  if (existing) return { kind: 'grant', granted: false, ttlMs: existing.ttlMs };
  const { position, timeMs } = step.at;
  step.putLease({ id, ttlMs, renewedAtMs: timeMs, renewedAt: position });
  return { kind: 'grant', granted: true, ttlMs };
}

function revoke(step: Step, { lease }: Revoke): OperationResult | OperationRefused {
  const existing = step.state.lease(lease);
  if (!existing) return refused('lease-not-found');
  return { kind: 'revoke', count: step.endLease(existing) };
}

function nestedTransaction(
  step: Step,
  operation: NestedTransaction,
  decision: Decision | undefined,
): OperationResult | OperationRefused {
  assert(decision, 'every nested transaction of the branch was decided');
  const result = carryOutAll(step, operation, decision);
  return 'kind' in result ? result : { kind: 'transaction', ...result };
}
