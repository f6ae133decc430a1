// Random commands for the kernel, about few keys and leases, so that they meet.

import fc from 'fast-check';
import { type ByteString, ofBytes, ofText } from '../../src/encoding/byte-string.ts';
import type {
  Check,
  Command,
  Conditional,
  Operation,
  Target,
} from '../../src/state-machine/kernel/command.ts';
import { prefixRange, type Range } from '../../src/state-machine/kernel/range.ts';

const bytes = (...all: number[]) => ofBytes(Uint8Array.from(all));

const key = fc.constantFrom<ByteString>(
  ...['a', 'a/1', 'a/2', 'b', 'ä', '𝒳', 'n', 'n/0000000000000007'].map(ofText),
  bytes(0),
  bytes(0x61, 0x00),
  bytes(0xff),
  bytes(0xff, 0xff),
);
const prefix = fc.constantFrom<ByteString>(...['', 'a', 'a/', 'n/'].map(ofText), bytes(0xff));
const end = fc.oneof(key, fc.constant(ofText('')));
const range: fc.Arbitrary<Range> = fc.oneof(
  key.map((one) => ({ key: one })),
  fc.tuple(fc.oneof(key, fc.constant(ofText(''))), end).map(([from, to]) => ({ key: from, end: to })),
  prefix.map(prefixRange),
);
const value = fc.constantFrom<ByteString>(
  ...['', 'x', 'xy', '0', '-0', '7', '-12', '08', '9007199254740991', '9007199254740993'].map(ofText),
  bytes(0xff, 0),
);
const lease = fc.constantFrom('l1', 'l2', 'l3');
const optionalLease = fc.oneof(lease, fc.constant(''));
const by = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, -(2 ** 53 - 1)),
);
const kept = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 4 });

const simple: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), key, value, lease: optionalLease }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('put'), key, value: kept(value), lease: kept(optionalLease) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), range, previous: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        kind: fc.constant('get'),
        range,
        limit: fc.integer({ min: 1, max: 4 }),
        reverse: fc.constant(true),
        only: fc.constantFrom('keys', undefined),
      },
      { requiredKeys: ['kind', 'range', 'limit'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('count'), range }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add'), key, by }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('put-numbered'), prefix, value, lease: optionalLease }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('grant'), lease, ttlMs: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke'), lease }) },
) as fc.Arbitrary<Operation>;

const number = fc.integer({ min: -1, max: 6 });
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({
    target: fc.constantFrom(
      ...(['version', 'created', 'modified', 'createdRevision', 'modifiedRevision'] as const),
    ),
    to: number,
  }),
  fc.record({ target: fc.constant('value' as const), to: value }),
  fc.record({ target: fc.constant('lease' as const), to: optionalLease }),
);
const check: fc.Arbitrary<Check> = fc
  .tuple(target, range, fc.constantFrom(...(['=', '!=', '<', '>'] as const)))
  .map(([of, where, is]) => ({ ...of, range: where, is }));

const { conditional } = fc.letrec<{ conditional: Conditional; operation: Operation }>((tie) => ({
  conditional: fc.record({
    checks: fc.array(check, { maxLength: 2 }),
    then: fc.array(tie('operation'), { maxLength: 4, depthIdentifier: 'nesting' }),
    else: fc.array(tie('operation'), { maxLength: 3, depthIdentifier: 'nesting' }),
  }),
  operation: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'nesting' },
    { weight: 8, arbitrary: simple },
    {
      weight: 1,
      arbitrary: tie('conditional').map((nested) => ({ kind: 'transaction' as const, ...nested })),
    },
  ),
}));

const transaction: fc.Arbitrary<Command> = fc
  .tuple(conditional, fc.option(fc.constantFrom('r1', 'r2', 'r3'), { nil: undefined }))
  .map(([one, requestId]) => ({
    kind: 'transaction',
    ...(requestId === undefined ? {} : { requestId }),
    ...one,
  }));

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: transaction },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('renew' as const), leases: fc.array(lease, { maxLength: 2 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('expire' as const),
      leases: fc.array(fc.record({ lease, renewedAt: fc.nat(12) }), { maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('compact' as const),
      position: fc.integer({ min: -1, max: 20 }),
    }),
  },
);

/** By writers whose clocks differ: times go back and forth. */
export const written = fc.record({ command, timeMs: fc.nat(100) });
