// Goal: byte strings are bytes: the same order, the same length, there and back. Method: fast-check against Buffer.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BinaryReader, BinaryWriter, DecodeError } from '../../src/encoding/binary.ts';
import { isByteString, ofBytes, ofText, toBytes, toText } from '../../src/encoding/byte-string.ts';
import { keyAfter, prefixRange } from '../../src/state-machine/kernel/range.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc
    .array(fc.constantFrom(0, 1, 0x61, 0x7f, 0x80, 0xfe, 0xff), { maxLength: 3 })
    .map((all) => Uint8Array.from(all)),
);
const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((one) => one.isWellFormed());

function isInRange(key: string, { key: from, end }: { key: string; end?: string | undefined }): boolean {
  return key >= from && (end === '' || key < (end ?? ''));
}

test('bytes there and back', () => {
  fc.assert(
    fc.property(bytes, (one) => {
      expect(toBytes(ofBytes(one))).toEqual(Uint8Array.from(one));
    }),
  );
});

test('their order is the order of the bytes', () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const [a, b] = [ofBytes(one), ofBytes(other)];
      expect(Number(a > b) - Number(a < b)).toBe(Buffer.compare(one, other));
    }),
  );
});

test('text is its UTF-8', () => {
  fc.assert(
    fc.property(text, (one) => {
      expect(toBytes(ofText(one))).toEqual(new Uint8Array(Buffer.from(one, 'utf8')));
      expect(toText(ofText(one))).toBe(one);
      expect(isByteString(ofText(one))).toBe(true);
    }),
  );
});

test('bytes that are no UTF-8 are no text', () => {
  expect(() => toText(ofBytes(Uint8Array.of(0x61, 0xff)))).toThrow(DecodeError);
  expect(isByteString('\u0100')).toBe(false);
});

test('they are written as their length and their bytes, at every length', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(bytes, fc.uint8Array({ minLength: 120, maxLength: 300 }))), (all) => {
      const writer = new BinaryWriter(1);
      for (const one of all) writer.byteString(ofBytes(one));
      const asBytes = new BinaryWriter(1);
      for (const one of all) asBytes.bytes(one);
      const written = writer.finish();
      expect(written).toEqual(asBytes.finish());
      const reader = new BinaryReader(written);
      for (const one of all) expect(reader.byteString()).toBe(ofBytes(one));
      reader.end();
    }),
  );
});

test('integers of both signs there and back', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (one) => {
      const reader = new BinaryReader(new BinaryWriter().integer(one).finish());
      expect(reader.integer()).toBe(one === 0 ? 0 : one);
      reader.end();
    }),
  );
  expect(() => new BinaryReader(Uint8Array.of(1, 0)).integer()).toThrow(DecodeError);
  expect(() => new BinaryReader(Uint8Array.of(2, 1)).integer()).toThrow(DecodeError);
});

test('the range of a prefix holds what begins with it, and nothing else', () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const [prefix, key] = [ofBytes(one), ofBytes(other)];
      const begins = Buffer.from(other).subarray(0, one.length).equals(Buffer.from(one));
      expect(isInRange(key, prefixRange(prefix))).toBe(begins);
      expect(isInRange(ofBytes(Buffer.concat([one, other])), prefixRange(prefix))).toBe(true);
    }),
  );
});

test('no key is between a key and the one after it', () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const [key, between] = [ofBytes(one), ofBytes(other)];
      expect(between > key && between < keyAfter(key)).toBe(false);
      expect(keyAfter(key) > key).toBe(true);
    }),
  );
});
