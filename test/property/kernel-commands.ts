// Random commands for the kernel, about few keys and leases, so that they meet.

import fc from 'fast-check';
import { type ByteString, ofBytes, ofText } from '../../src/encoding/byte-string.ts';
import type { Command, Operation } from '../../src/state-machine/kernel/command.ts';
import { arbitraryCheck, arbitraryConditional, arbitraryRange } from '../support/kernel-arbitraries.ts';

const bytes = (...all: number[]) => ofBytes(Uint8Array.from(all));

const key = fc.constantFrom<ByteString>(
  ...['a', 'a/1', 'a/2', 'b', 'ä', '𝒳', 'n', 'n/0000000000000007'].map(ofText),
  bytes(0),
  bytes(0x61, 0x00),
  bytes(0xff),
  bytes(0xff, 0xff),
);
const prefix = fc.constantFrom<ByteString>(...['', 'a', 'a/', 'n/'].map(ofText), bytes(0xff));
const range = arbitraryRange({ key, end: key, prefix });
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

const check = arbitraryCheck({
  range,
  numbers: ['version', 'created', 'modified', 'createdRevision', 'modifiedRevision'],
  value,
  lease: optionalLease,
});
const conditional = arbitraryConditional({ check, simple, simpleWeight: 8 });

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
