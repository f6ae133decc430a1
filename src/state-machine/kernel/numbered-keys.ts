// Keys that end in the position of the command that put them: unique, and in the order of the log.

import { type ByteString, joined, ofText } from '../../encoding/byte-string.ts';
import type { Conditional, Operation } from './command.ts';

/** The digits of the greatest position. */
export const NUMBER_DIGITS = 16;

/** The key that a `put-numbered` at `position` writes. */
export function numberedKey(prefix: ByteString, position: number): ByteString {
  return joined(prefix, ofText(String(position).padStart(NUMBER_DIGITS, '0')));
}

/**
 * The fault of a transaction with two puts under one prefix, which would write one key, because the position
 * is the same; undefined when there is none. Only one branch of a transaction is taken, so the two branches
 * may share a prefix.
 */
export function numberedTwice(conditional: Conditional): string | undefined {
  return prefixesOfEither(conditional) === 'twice' ? 'two puts under one numbered prefix' : undefined;
}

/** Undefined for none, as in nearly all transactions. */
type Prefixes = ReadonlySet<string> | 'twice' | undefined;

function prefixesOfEither(conditional: Conditional): Prefixes {
  const [one, other] = [prefixesOfAll(conditional.then), prefixesOfAll(conditional.else)];
  if (one === 'twice' || other === 'twice') return 'twice';
  return one && other ? new Set([...one, ...other]) : (one ?? other);
}

function prefixesOfAll(operations: readonly Operation[]): Prefixes {
  let all: Set<string> | undefined;
  for (const operation of operations) {
    const found = prefixesOf(operation);
    if (found === 'twice') return found;
    for (const prefix of found ?? []) {
      all ??= new Set();
      if (all.has(prefix)) return 'twice';
      all.add(prefix);
    }
  }
  return all;
}

function prefixesOf(operation: Operation): Prefixes {
  if (operation.kind === 'put-numbered') return new Set([operation.prefix]);
  return operation.kind === 'transaction' ? prefixesOfEither(operation) : undefined;
}
