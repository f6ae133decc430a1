// Decides which branch of a transaction is taken. All checks, those of nested transactions too, are about the
// state before the command.

import { unreachable } from '../../assert.ts';
import type { Check, Comparison, Conditional } from './command.ts';
import type { Entry } from './entry.ts';
import type { KernelState } from './state.ts';

export interface Decision {
  /** The index of the first check that does not hold; undefined when all do. */
  readonly failedCheck: number | undefined;
  /** The decisions of the nested transactions in that branch, in order. */
  readonly nested: readonly Decision[];
}

export function decide(state: KernelState, conditional: Conditional): Decision {
  const index = conditional.checks.findIndex((check) => !holds(state, check));
  const failedCheck = index === -1 ? undefined : index;
  const nested: Decision[] = [];
  for (const operation of failedCheck === undefined ? conditional.then : conditional.else) {
    if (operation.kind === 'transaction') nested.push(decide(state, operation));
  }
  return { failedCheck, nested };
}

function holds(state: KernelState, check: Check): boolean {
  const { range } = check;
  if (range.end === undefined) return matches(check, state.get(range.key));
  let isEmpty = true;
  for (const entry of state.entriesIn(range)) {
    if (!matches(check, entry)) return false;
    isEmpty = false;
  }
  return !isEmpty || matches(check, undefined);
}

function matches(check: Check, entry: Entry | undefined): boolean {
  switch (check.target) {
    case 'value':
      return entry !== undefined && compares(entry.value, check.is, check.to);
    case 'lease':
      return compares(entry?.lease ?? '', check.is, check.to);
    default:
      return compares(entry?.[check.target] ?? 0, check.is, check.to);
  }
}

function compares<T extends string | number>(found: T, is: Comparison, to: T): boolean {
  switch (is) {
    case '=':
      return found === to;
    case '!=':
      return found !== to;
    case '<':
      return found < to;
    case '>':
      return found > to;
    default:
      return unreachable(is);
  }
}
