// Goal: what is stored can be read, and nothing that is not ours is taken for it. Method: fast-check on every codec: round trips, and
// arbitrary or damaged bytes, which decode to something that encodes to the same bytes or are refused.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinaryReader, BinaryWriter, DecodeError, isLongerThan, utf8 } from '../../src/encoding/binary.ts';
import {
  BATCH_ID_BYTES,
  type Batch,
  decodeBatch,
  encodeBatch,
  recordCount,
  sharesOf,
} from '../../src/log/batch.ts';
import { decodeCommand, encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import { command } from './kernel-commands.ts';

const bytes = (maxLength = 40) => fc.uint8Array({ maxLength });
const whole = fc.nat(Number.MAX_SAFE_INTEGER);
// With lone surrogates left out: a command that holds one is refused before it is encoded.
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

const request = fc.record({ id: text, epoch: whole, sequence: whole });
const ofBatch = {
  id: fc.uint8Array({ minLength: BATCH_ID_BYTES, maxLength: BATCH_ID_BYTES }),
  timeMs: whole,
  records: fc.array(bytes(), { minLength: 1, maxLength: 10 }),
};
const batch = fc.oneof(
  fc.record(ofBatch),
  fc.record({ ...ofBatch, producer: request }),
  fc.record({ ...ofBatch, shares: fc.array(fc.record({ request, from: fc.nat(9), count: fc.nat(9) })) }),
);

function roundTrips<T>(
  arbitrary: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
) {
  fc.assert(
    fc.property(arbitrary, (value) => {
      expect(decode(encode(value))).toEqual(value);
    }),
    { numRuns: 500 },
  );
}

/** Decodes to a value with this very encoding, or is refused: one value, one spelling. */
function strict<T>(input: Uint8Array, encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => T) {
  let value: T;
  try {
    value = decode(input);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return;
  }
  expect(Buffer.from(encode(value))).toEqual(Buffer.from(input));
}

function damaged<T>(arbitrary: fc.Arbitrary<T>, encode: (value: T) => Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.tuple(arbitrary, fc.nat(), fc.nat(255), fc.nat(3)).map(([value, at, byte, cut]) => {
    const encoded = encode(value).slice();
    if (encoded.length > 0) encoded[at % encoded.length] = byte;
    return encoded.subarray(0, encoded.length - cut);
  });
}

describe.each([
  ['batch', batch, encodeBatch, decodeBatch],
  ['command', command, encodeCommand, decodeCommand],
] as const)('%s', (_name, arbitrary, encodeAny, decodeAny) => {
  // One row at a time the three types belong together; the table cannot say so.
  const values = arbitrary as fc.Arbitrary<unknown>;
  const encode = encodeAny as (value: unknown) => Uint8Array;
  const decode = decodeAny as (bytes: Uint8Array) => unknown;

  test('round trip', () => roundTrips(values, encode, decode));

  test('any bytes', () => {
    fc.assert(
      fc.property(bytes(200), (input) => strict(input, encode, decode)),
      { numRuns: 2000 },
    );
  });

  test('damaged bytes', () => {
    fc.assert(
      fc.property(damaged(values, encode), (input) => strict(input, encode, decode)),
      { numRuns: 2000 },
    );
  });
});

test('the requests of a batch are read from its header', () => {
  fc.assert(
    fc.property(batch, (value: Batch) => {
      const { producer, records } = value;
      const whole = producer ? [{ request: producer, from: 0, count: records.length }] : [];
      expect(sharesOf(encodeBatch(value))).toEqual(value.shares ?? whole);
    }),
  );
});

test('the count of a batch is read from its header', () => {
  fc.assert(
    fc.property(batch, (value) => {
      expect(recordCount(encodeBatch(value))).toBe(value.records.length);
    }),
  );
});

describe('texts', () => {
  // Around the lengths at which the length takes another byte, of one, two, three and four bytes a character.
  const around = fc
    .tuple(fc.constantFrom('a', '\u00e9', '\u4e2d', '\u{1f600}', '\u0000', '\u007f', '\u0080'), fc.nat(300))
    .map(([unit, count]) => unit.repeat(count));
  const mixed = fc.tuple(around, text, around).map((parts) => parts.join(''));

  test('are written as their length and their UTF-8, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(mixed, { maxLength: 5 }), (texts) => {
        const writer = new BinaryWriter(1);
        for (const one of texts) writer.text(one);
        const reader = new BinaryReader(writer.finish());
        for (const one of texts) {
          expect(Buffer.from(reader.bytes()).equals(Buffer.from(one))).toBe(true);
        }
        reader.end();
      }),
    );
  });

  test('are measured in bytes', () => {
    fc.assert(
      fc.property(mixed, fc.integer({ min: -2, max: 2 }), fc.nat(1000), (one, off, limit) => {
        const { length } = utf8(one);
        for (const bytesMax of [length + off, limit]) {
          expect(isLongerThan(bytesMax, one)).toBe(length > bytesMax);
        }
      }),
    );
  });
});
