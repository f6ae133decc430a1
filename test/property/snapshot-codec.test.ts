// Goal: one state has one spelling as a snapshot, and nothing else is taken for one. Method: fast-check: random states there and back,
// then arbitrary and damaged bytes, which are refused or come to a state that encodes to the same bytes.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../src/encoding/binary.ts';
import { ofText as bytes } from '../../src/encoding/byte-string.ts';
import { BLOB_BYTES_MAX } from '../../src/limits.ts';
import type { Operation } from '../../src/state-machine/kernel/command.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';
import { written } from './kernel-commands.ts';

const state: fc.Arbitrary<KernelState> = fc.array(written, { maxLength: 20, size: 'max' }).map((commands) => {
  const one = kernel.empty();
  for (const [index, { command, timeMs }] of commands.entries()) {
    kernel.apply(one, { position: index + 1, timeMs }, command);
  }
  return one;
});

function encoded(one: KernelState): Buffer {
  return Buffer.concat([...kernel.encodeState(one)]);
}

function refusedOrTheSame(bytes: Buffer): 'refused' | 'same' {
  let decoded: KernelState;
  try {
    decoded = kernel.decodeState([bytes]);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return 'refused';
  }
  expect(encoded(decoded).equals(bytes)).toBe(true);
  return 'same';
}

test('there and back', () => {
  fc.assert(
    fc.property(state, (one) => {
      expect(refusedOrTheSame(encoded(one))).toBe('same');
    }),
    { numRuns: 500 },
  );
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
      refusedOrTheSame(Buffer.from(input));
      // Behind a header that is right, so that the other items are read, too.
      refusedOrTheSame(Buffer.concat([encoded(kernel.empty()), input]));
    }),
    { numRuns: 3000 },
  );
});

test('damaged bytes', () => {
  fc.assert(
    fc.property(state, fc.nat(), fc.nat(255), fc.nat(3), (one, at, byte, cut) => {
      const damaged = encoded(one);
      damaged[at % damaged.length] = byte;
      refusedOrTheSame(damaged.subarray(0, damaged.length - cut));
    }),
    { numRuns: 3000 },
  );
});

test('a large state comes in chunks that a blob holds', () => {
  const large = kernel.empty();
  for (let position = 1; position <= 40; position += 1) {
    const value = 'v'.repeat(position % 2 === 0 ? 65_536 : 1000);
    kernel.apply(
      large,
      { position, timeMs: 0 },
      {
        kind: 'transaction',
        checks: [],
        then: [{ kind: 'put', key: bytes(`k${position}`), value: bytes(value), lease: '' }],
        else: [],
      },
    );
  }
  const chunks = [...kernel.encodeState(large)];
  expect(chunks.length).toBeGreaterThan(3);
  for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(BLOB_BYTES_MAX);
  const again = [...kernel.encodeState(kernel.decodeState(chunks))];
  expect(again.map(({ length }) => length)).toEqual(chunks.map(({ length }) => length));
  expect(Buffer.concat(again).equals(Buffer.concat(chunks))).toBe(true);
});

describe('a state that no commands lead to is no snapshot', () => {
  const grant = (lease: string) => ({ kind: 'grant', lease, ttlMs: 1 }) as const;
  const put = (key: string, lease: string) =>
    ({ kind: 'put', key: bytes(key), value: bytes('v'), lease }) as const;

  /** The header, and what these operations leave. */
  function snapshotOf(...then: Operation[]): Buffer {
    const one = kernel.empty();
    kernel.apply(one, { position: 1, timeMs: 0 }, { kind: 'transaction', checks: [], then, else: [] });
    return encoded(one);
  }

  /** What the snapshot of `longer` has more than that of `shorter`, which it begins with. */
  function itemsAfter(shorter: Buffer, longer: Buffer): Buffer {
    expect(longer.subarray(0, shorter.length).equals(shorter)).toBe(true);
    return longer.subarray(shorter.length);
  }

  const lease = snapshotOf(grant('l'));
  const revised = snapshotOf(grant('l'), put('a', ''), {
    kind: 'delete',
    range: { key: bytes('a') },
    previous: false,
  });
  const owned = itemsAfter(revised, snapshotOf(grant('l'), put('k', 'l')));

  test('a key twice', () => {
    expect(() => kernel.decodeState([Buffer.concat([revised, owned])])).not.toThrow();
    expect(() => kernel.decodeState([Buffer.concat([revised, owned, owned])])).toThrow(/out of order/);
  });

  test('a lease twice', () => {
    const item = itemsAfter(snapshotOf(), lease);
    expect(() => kernel.decodeState([Buffer.concat([snapshotOf(), item])])).not.toThrow();
    expect(() => kernel.decodeState([Buffer.concat([snapshotOf(), item, item])])).toThrow(/out of order/);
  });

  test('a key of a lease that is not there', () => {
    expect(() => kernel.decodeState([Buffer.concat([snapshotOf(), owned])])).toThrow(
      /a lease that does not exist/,
    );
  });
});
