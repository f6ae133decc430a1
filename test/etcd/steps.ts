// Random sequences of what both etcd and the kernel can do, about few keys and leases, so that they meet.

import fc from 'fast-check';
import { type ByteString, ofBytes, ofText } from '../../src/encoding/byte-string.ts';
import type { Check, Conditional, Operation } from '../../src/state-machine/kernel/command.ts';
import type { Range } from '../../src/state-machine/kernel/range.ts';
import { arbitraryCheck, arbitraryConditional, arbitraryRange } from '../support/kernel-arbitraries.ts';

export type Step =
  | ({ readonly kind: 'transaction' } & Conditional)
  | { readonly kind: 'grant'; readonly lease: string; readonly ttlSeconds: number }
  /** In the kernel by a revocation, or by an expiry: etcd's leases live too long to expire here. */
  | { readonly kind: 'end'; readonly lease: string; readonly by: 'revoke' | 'expire' }
  | { readonly kind: 'renew'; readonly lease: string }
  | { readonly kind: 'compact'; readonly revision: number };

export const LEASES = ['l1', 'l2', 'l3'] as const;

const bytes = (...all: number[]) => ofBytes(Uint8Array.from(all));

const key = fc.constantFrom<ByteString>(
  ...['a', 'a/', 'a/1', 'a/2', 'a/3', 'b', 'ä', '𝒳'].map(ofText),
  bytes(0),
  bytes(0x61, 0x00),
  bytes(0xff),
  bytes(0xff, 0xff),
);
const prefix = fc.constantFrom<ByteString>(...['', 'a', 'a/'].map(ofText), bytes(0xff));
// As the end of a range, the byte 0 alone means to etcd that there is no end.
const range = arbitraryRange({ key, end: key.filter((one) => one !== '\0'), prefix });
const value = fc.constantFrom<ByteString>(...['', 'x', 'xy', 'y'].map(ofText), bytes(0), bytes(0xff, 0xfe));
const lease = fc.constantFrom(...LEASES);
const optionalLease = fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: lease });
const kept = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 });

const simple: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), key, value, lease: optionalLease }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('put'), key, value: kept(value), lease: kept(optionalLease) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), range, previous: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('get'),
      range,
      limit: fc.integer({ min: 1, max: 5 }),
      reverse: fc.boolean(),
      only: fc.constantFrom('keys', undefined),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('count'), range }) },
) as fc.Arbitrary<Operation>;

// Positions are the kernel's alone.
const check = arbitraryCheck({
  range,
  numbers: ['version', 'createdRevision', 'modifiedRevision'],
  value,
  lease: optionalLease,
});
const conditional = arbitraryConditional({ check, simple, simpleWeight: 6 });

/** About as large as a transaction may be, with one nested in it. */
const large: fc.Arbitrary<Conditional> = fc
  .tuple(fc.constantFrom(1, 64, 127, 128, 129), fc.constantFrom(0, 1, 2, 64, 65), fc.boolean())
  .map(([outer, inner, inChecks]) => {
    const nested: Operation = { kind: 'transaction', ...many(inner, false), checks: [] };
    const { checks, then } = many(outer, inChecks);
    return { checks, then: inChecks ? [nested] : [...then.slice(1), nested], else: [] };
  });

function many(count: number, inChecks: boolean): Conditional {
  const one: Check = { target: 'version', to: -1, is: '>', range: { key: ofText('a') } };
  const checks = Array.from({ length: inChecks ? count : 0 }, () => one);
  const then = Array.from(
    { length: count },
    (): Operation => ({ kind: 'count', range: { key: ofText('a') } }),
  );
  return { checks, then, else: [] };
}

/** What a command writes, as far as etcd minds. */
interface Writes {
  readonly puts: readonly ByteString[];
  readonly deletes: readonly Range[];
}

/**
 * etcd refuses a key that is put twice, or put and deleted, in one transaction. The kernel does not. Here
 * the later of two such operations is left out, and a few that etcd would let pass.
 */
function withoutDuplicates(operations: readonly Operation[], before: Writes): [Operation[], Writes] {
  let writes = before;
  const left: Operation[] = [];
  for (const operation of operations) {
    if (operation.kind === 'put') {
      const { key: one } = operation;
      if (writes.puts.includes(one) || writes.deletes.some((deleted) => isIn(one, deleted))) continue;
      writes = { ...writes, puts: [...writes.puts, one] };
    } else if (operation.kind === 'delete') {
      if (writes.puts.some((one) => isIn(one, operation.range))) continue;
      writes = { ...writes, deletes: [...writes.deletes, operation.range] };
    }
    if (operation.kind === 'transaction') {
      const [then, ofThen] = withoutDuplicates(operation.then, writes);
      const [otherwise, ofElse] = withoutDuplicates(operation.else, writes);
      writes = {
        puts: [...ofThen.puts, ...ofElse.puts],
        deletes: [...ofThen.deletes, ...ofElse.deletes],
      };
      left.push({ ...operation, then, else: otherwise });
    } else {
      left.push(operation);
    }
  }
  return [left, writes];
}

function isIn(one: ByteString, { key: from, end: to }: Range): boolean {
  return to === undefined ? one === from : one >= from && (to === '' || one < to);
}

const transaction: fc.Arbitrary<Step> = fc
  .oneof({ weight: 40, arbitrary: conditional }, { weight: 1, arbitrary: large })
  .map((one) => {
    const none = { puts: [], deletes: [] };
    const [[then], [otherwise]] = [withoutDuplicates(one.then, none), withoutDuplicates(one.else, none)];
    return { kind: 'transaction', checks: one.checks, then, else: otherwise };
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: transaction },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('grant' as const),
      lease,
      ttlSeconds: fc.integer({ min: 5000, max: 5002 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      lease,
      by: fc.constantFrom(...(['revoke', 'expire'] as const)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), lease }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('compact' as const),
      revision: fc.integer({ min: 0, max: 7 }),
    }),
  },
);

export const sequence = fc.array(step, { minLength: 1, maxLength: 20, size: 'max' });
