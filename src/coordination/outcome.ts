// The common parts of recipes: running a transaction, and translating its result.

import type { Failed, KeyReused, Rejected } from '../api/common.ts';
import type { LeaseNotFound } from '../api/keys.ts';
import { assert } from '../assert.ts';
import { type ByteString, ofBytes, ofText } from '../encoding/byte-string.ts';
import type { Conditional, Expire } from '../state-machine/kernel/command.ts';
import type { TransactionResult } from '../state-machine/kernel/result.ts';
import type { Kernel } from './kernel.ts';

/** Why a transaction of a recipe did not happen. */
export type Unfinished = LeaseNotFound | Rejected | Failed;

/**
 * Runs a transaction of a recipe, whose operations can be refused only because a lease does not exist.
 *
 * @param first the end of leases that it depends on
 */
export async function run(
  kernel: Kernel,
  conditional: Conditional,
  first?: Expire,
): Promise<TransactionResult | Unfinished> {
  const result = await runOnce(kernel, conditional, { first });
  assert(result.kind !== 'idempotency-key-reused', 'no key was given');
  return result;
}

/** The same under a request id: a repetition gets the first result and changes nothing. */
export async function runOnce(
  kernel: Kernel,
  conditional: Conditional,
  { requestId, first }: { requestId?: string | undefined; first?: Expire | undefined },
): Promise<TransactionResult | Unfinished | KeyReused> {
  const submitted = await kernel.transact({ kind: 'transaction', requestId, ...conditional }, first);
  if (submitted.kind === 'invalid') return invalid(submitted.reason);
  if (submitted.kind === 'failed') return submitted;
  const { result } = submitted;
  if (result.kind === 'request-id-reused') return keyReused(result);
  if (result.kind === 'refused') {
    assert(result.reason === 'lease-not-found', `a recipe was refused: ${result.reason} at ${result.path}`);
    return { kind: 'lease-not-found', position: result.position };
  }
  assert(result.kind === 'transaction', `a transaction was answered with ${result.kind}`);
  return result;
}

export function invalid(message: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message };
}

export function tooLarge(message: string): Rejected {
  return { kind: 'rejected', code: 'too-large', message };
}

export function keyReused({ position, earlier }: { position: number; earlier: number }): KeyReused {
  const message = `the idempotency key came with another change, at ${earlier}`;
  return { kind: 'idempotency-key-reused', position, message };
}

/** Text as UTF-8, and bytes as they are. */
export function storedValue(value: string | Uint8Array = ''): ByteString {
  return typeof value === 'string' ? ofText(value) : ofBytes(value);
}
