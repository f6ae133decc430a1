// Goal: a principal gets its rate and no more, others are not held up, and memory is bounded. Method: a clock
// that is moved by hand.

import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { OPERATOR, type Principal } from '../../src/access/principal.ts';
import { type Quota, type QuotaRates, Quotas, type QuotasOptions } from '../../src/access/quotas.ts';
import { ManualClock } from '../support/manual-clock.ts';

const principal = (subject: string): Principal => ({ subject, may: () => true });
const ann = principal('ann');
const bob = principal('bob');

let clock: ManualClock;
let refused: Quota[];

beforeEach(() => {
  clock = new ManualClock();
  refused = [];
});

function quotas(rates: QuotaRates, options: QuotasOptions = {}): Quotas {
  return new Quotas(rates, { clock, onRefusal: (quota) => refused.push(quota), ...options });
}

test('as many as come in a second at once, then one at a time', () => {
  const limits = quotas({ requests: 4 });
  const takes = (count: number) => Array.from({ length: count }, () => limits.take(ann, 'requests', 1));
  expect(takes(5)).toEqual([undefined, undefined, undefined, undefined, 0.25]);
  clock.pass(249);
  expect(limits.take(ann, 'requests', 1)).toBeCloseTo(0.001);
  clock.pass(1);
  expect(takes(2)).toEqual([undefined, 0.25]);
  // A long rest earns no more than a second's.
  clock.pass(3_600_000);
  expect(takes(5)).toEqual([undefined, undefined, undefined, undefined, 0.25]);
  expect(refused).toEqual(['requests', 'requests', 'requests', 'requests']);
});

test('principals do not share; all programs of the operator are one', () => {
  const limits = quotas({ requests: 1 });
  expect(limits.take(ann, 'requests', 1)).toBeUndefined();
  expect(limits.take(ann, 'requests', 1)).toBe(1);
  expect(limits.take(bob, 'requests', 1)).toBeUndefined();
  expect(limits.take(OPERATOR, 'requests', 1)).toBeUndefined();
  expect(limits.take({ subject: undefined, may: () => false }, 'requests', 1)).toBe(1);
});

test('a quota that is not set limits nothing', () => {
  const limits = quotas({ requests: 1 });
  for (let count = 0; count < 1000; count += 1) expect(limits.take(ann, 'bytes', 1e9)).toBeUndefined();
  expect([limits.has('requests'), limits.has('bytes')]).toEqual([true, false]);
  expect(limits.principals).toBe(0);
});

test('less than one in a second', () => {
  const limits = quotas({ streams: 0.1 });
  expect(limits.take(ann, 'streams', 1)).toBeUndefined();
  expect(limits.take(ann, 'streams', 1)).toBe(10);
  clock.pass(10_000);
  expect(limits.take(ann, 'streams', 1)).toBeUndefined();
});

test('what is larger than the bucket waits for a full one, and is paid for afterwards', () => {
  const limits = quotas({ bytes: 100 });
  expect(limits.take(ann, 'bytes', 1)).toBeUndefined();
  expect(limits.take(ann, 'bytes', 350)).toBeCloseTo(0.01);
  clock.pass(10);
  expect(limits.take(ann, 'bytes', 350)).toBeUndefined();
  expect(limits.take(ann, 'bytes', 1)).toBeCloseTo(2.51);
  clock.pass(2510);
  expect(limits.take(ann, 'bytes', 1)).toBeUndefined();
});

test('a charge is never refused; what is given back can be used again, and is never more than a full bucket', () => {
  const limits = quotas({ bytes: 10 });
  limits.charge(ann, 'bytes', 30);
  expect(limits.take(ann, 'bytes', 10)).toBe(3);
  limits.charge(ann, 'bytes', -1000);
  expect(limits.take(ann, 'bytes', 10)).toBeUndefined();
  expect(limits.take(ann, 'bytes', 1)).toBe(0.1);
});

test('a wall clock that is set does not matter, and time does not go back', () => {
  const limits = quotas({ requests: 1 });
  expect(limits.take(ann, 'requests', 1)).toBeUndefined();
  clock.freeze(1_000_000);
  expect(limits.take(ann, 'requests', 1)).toBe(1);
  clock.pass(-5000);
  expect(limits.take(ann, 'requests', 1)).toBe(1);
});

describe('many principals', () => {
  test('only the last ones used are remembered', () => {
    const limits = quotas({ requests: 1 }, { principalsMax: 3 });
    for (let index = 0; index < 100; index += 1) limits.take(principal(`p${index}`), 'requests', 1);
    expect(limits.principals).toBe(3);
    const waits = (index: number) => limits.take(principal(`p${index}`), 'requests', 1);
    // To be refused is a use as well.
    expect([waits(97), waits(98), waits(99)]).toEqual([1, 1, 1]);
    limits.take(ann, 'requests', 1);
    expect([waits(98), waits(99)]).toEqual([1, 1]);
    expect(waits(97)).toBeUndefined();
  });
});

test('over any time nobody gets more than the rate allows, and who waits as told is served', () => {
  const uses = fc.array(fc.tuple(fc.nat({ max: 2000 }), fc.integer({ min: 1, max: 20 })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), uses, (rate, steps) => {
      clock = new ManualClock();
      const limits = quotas({ bytes: rate });
      let taken = 0;
      let largest = 0;
      for (const [pauseMs, amount] of steps) {
        clock.pass(pauseMs);
        const waitSeconds = limits.take(ann, 'bytes', amount);
        if (waitSeconds !== undefined) {
          // A little more than told, for the sake of rounding.
          clock.pass(waitSeconds * 1000 + 0.001);
          expect(limits.take(ann, 'bytes', amount)).toBeUndefined();
        }
        taken += amount;
        largest = Math.max(largest, amount);
        const earned = (rate * clock.monotonicMs()) / 1000;
        expect(taken).toBeLessThanOrEqual(rate + earned + largest);
      }
    }),
  );
});
