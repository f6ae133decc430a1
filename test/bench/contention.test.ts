// Goal: many independent writers on one log do not collapse. Method: the model of DynamoDB in virtual time;
// counts and simulated time, so the same on every machine.

import { expect, test } from 'vitest';
import { contend } from '../../bench/contention.ts';

test.each([1, 2, 3])('a thousand cold writers at once all succeed (seed %i)', async (seed) => {
  const row = await contend(1000, 1, seed);
  expect(row.failed).toBe(0);
  expect(row.finishedMs).toBeLessThanOrEqual(10_000);
  expect(row.roundTrips).toBeLessThanOrEqual(6);
});

test('one writer makes one round trip and one write unit an append', async () => {
  const row = await contend(1, 400);
  expect(row.roundTrips).toBeLessThanOrEqual(1.01);
  expect(row.writeUnits).toBeLessThanOrEqual(1.25);
});

test.each([4, 8, 32, 128])('%i writers, one append after the other: nobody fails', async (writers) => {
  const row = await contend(writers, 20);
  expect(row.failed).toBe(0);
  expect(row.roundTrips).toBeLessThanOrEqual(4);
});
