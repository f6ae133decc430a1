// What random commands for the kernel have in common, whatever keys and operations a test draws: ranges,
// checks, and transactions with others nested in them.

import fc from 'fast-check';
import { type ByteString, ofText } from '../../src/encoding/byte-string.ts';
import type { Check, Conditional, Operation, Target } from '../../src/state-machine/kernel/command.ts';
import { prefixRange, type Range } from '../../src/state-machine/kernel/range.ts';

const EMPTY = ofText('');

interface RangeParts {
  readonly key: fc.Arbitrary<ByteString>;
  /** The ends of ranges, beside the one that has no end. */
  readonly end: fc.Arbitrary<ByteString>;
  readonly prefix: fc.Arbitrary<ByteString>;
}

/** One key, the keys from one on and below another, or those with a prefix. */
export function arbitraryRange({ key, end, prefix }: RangeParts): fc.Arbitrary<Range> {
  const from = fc.oneof(key, fc.constant(EMPTY));
  const to = fc.oneof(end, fc.constant(EMPTY));
  return fc.oneof(
    key.map((one) => ({ key: one })),
    fc.tuple(from, to).map(([first, last]) => ({ key: first, end: last })),
    prefix.map(prefixRange),
  );
}

type NumberTarget = Extract<Target, { readonly to: number }>['target'];

interface CheckParts {
  readonly range: fc.Arbitrary<Range>;
  /** What is compared with a number from -1 to 6. */
  readonly numbers: readonly NumberTarget[];
  readonly value: fc.Arbitrary<ByteString>;
  readonly lease: fc.Arbitrary<string>;
}

export function arbitraryCheck({ range, numbers, value, lease }: CheckParts): fc.Arbitrary<Check> {
  const target: fc.Arbitrary<Target> = fc.oneof(
    fc.record({ target: fc.constantFrom(...numbers), to: fc.integer({ min: -1, max: 6 }) }),
    fc.record({ target: fc.constant('value' as const), to: value }),
    fc.record({ target: fc.constant('lease' as const), to: lease }),
  );
  return fc
    .tuple(target, range, fc.constantFrom(...(['=', '!=', '<', '>'] as const)))
    .map(([of, where, is]) => ({ ...of, range: where, is }));
}

interface ConditionalParts {
  readonly check: fc.Arbitrary<Check>;
  /** The operations that are no transactions. */
  readonly simple: fc.Arbitrary<Operation>;
  /** How many of them there are for each transaction that is nested. */
  readonly simpleWeight: number;
}

/** Checks and two branches, with transactions up to three deep in them. */
export function arbitraryConditional({
  check,
  simple,
  simpleWeight,
}: ConditionalParts): fc.Arbitrary<Conditional> {
  const { conditional } = fc.letrec<{ conditional: Conditional; operation: Operation }>((tie) => ({
    conditional: fc.record({
      checks: fc.array(check, { maxLength: 2 }),
      then: fc.array(tie('operation'), { maxLength: 4, depthIdentifier: 'nesting' }),
      else: fc.array(tie('operation'), { maxLength: 3, depthIdentifier: 'nesting' }),
    }),
    operation: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'nesting' },
      { weight: simpleWeight, arbitrary: simple },
      {
        weight: 1,
        arbitrary: tie('conditional').map((nested) => ({ kind: 'transaction' as const, ...nested })),
      },
    ),
  }));
  return conditional;
}
