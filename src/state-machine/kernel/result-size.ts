// The size of a result, found without encoding it.

import { REMEMBERED_RESULT_BYTES_MAX } from '../../limits.ts';
import type { Entry } from './entry.ts';
import type { OperationResult, TransactionResult } from './result.ts';

/** The encoded size of an operation's numbers, roughly: they are short. */
const OPERATION_BYTES = 4;
const NUMBERS_BYTES = 16;

/** Whether the result is small enough to be remembered. Snapshots hold all remembered results. */
export function isRememberable(result: TransactionResult): boolean {
  let left = REMEMBERED_RESULT_BYTES_MAX - operationsIn(result.results) * OPERATION_BYTES;
  // A result may hold thousands of large entries, so the sum stops at the bound.
  for (const { key, value, lease } of entriesIn(result.results)) {
    left -= NUMBERS_BYTES + key.length + value.length + lease.length;
    if (left < 0) return false;
  }
  return left >= 0;
}

function operationsIn(results: readonly OperationResult[]): number {
  return results.reduce(
    (sum, result) => sum + 1 + (result.kind === 'transaction' ? operationsIn(result.results) : 0),
    0,
  );
}

/** Every entry that the results hold. */
export function* entriesIn(results: readonly OperationResult[]): Generator<Entry, void, undefined> {
  for (const result of results) {
    switch (result.kind) {
      case 'put':
      case 'add':
      case 'put-numbered':
        yield result.entry;
        if (result.previous) yield result.previous;
        break;
      case 'delete':
        yield* result.previous;
        break;
      case 'get':
        yield* result.entries;
        break;
      case 'transaction':
        yield* entriesIn(result.results);
        break;
      case 'count':
      case 'grant':
      case 'revoke':
    }
  }
}
