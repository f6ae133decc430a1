// Goal: a result is kept as long as a submit may ask for it. Method: so many results that earlier ones are
// pruned.

import { expect, test } from 'vitest';
import { PendingResults } from '../../src/replica/pending-results.ts';
import type { CommandResult } from '../../src/state-machine/kernel/result.ts';

/** Far more than are kept before the next look at what nobody needs. */
const MANY = 5000;

function keepMany(results: PendingResults<CommandResult>, after = 0): void {
  for (let position = after + 1; position <= after + MANY; position += 1) {
    results.keep(position, { kind: 'invalid', position, reason: '' });
  }
}

test('what a submit may ask for stays, from the first position behind its floor on', () => {
  const results = new PendingResults<CommandResult>();
  results.keepAfter(10);
  keepMany(results);
  for (const position of [11, 12, MANY])
    expect(results.at(position)).toEqual({ kind: 'invalid', position, reason: '' });
  expect(results.at(1)).toBeUndefined();
  expect(results.at(10)).toBeUndefined();
});

test('of several floors the lowest counts, until it is given up', () => {
  const results = new PendingResults<CommandResult>();
  const release = results.keepAfter(10);
  results.keepAfter(2000);
  keepMany(results);
  expect(results.at(11)).toBeDefined();
  release();
  keepMany(results, MANY);
  expect(results.at(2000)).toBeUndefined();
  expect(results.at(2001)).toBeDefined();
});

test('when nobody is on the way, nothing is kept', () => {
  const results = new PendingResults<CommandResult>();
  const release = results.keepAfter(0);
  keepMany(results);
  release();
  expect(results.at(MANY)).toBeUndefined();
  keepMany(results);
  expect(results.at(MANY)).toBeUndefined();
});
