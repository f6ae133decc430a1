// Goal: different commands have different fingerprints. Method: any bytes, with one of them changed.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../src/state-machine/kernel/fingerprint.ts';

test('every byte counts, wherever it is', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300, size: 'max' });
  fc.assert(
    fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (before, place, change) => {
      const after = before.slice();
      const index = place % after.length;
      after[index] = (after[index] ?? 0) ^ change;
      const [one, other] = [fingerprintOf(before), fingerprintOf(after)];
      // Each half tells them apart by itself.
      expect(one.slice(0, 8)).not.toBe(other.slice(0, 8));
      expect(one.slice(8)).not.toBe(other.slice(8));
    }),
  );
});

test('so does their number', () => {
  expect(fingerprintOf(new Uint8Array(24))).not.toBe(fingerprintOf(new Uint8Array(25)));
});
