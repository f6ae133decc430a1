// Goal: the counted figures of the documents are true. Method: every operation is counted anew, at the memory
// store and on an emulator of DynamoDB that counts capacity.

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  type Counted,
  countOnDynamoDb,
  countOperations,
  meteredMemory,
  tableOf,
} from '../../bench/round-trips.ts';
import { dynoxideKind } from '../support/emulators.ts';

const deployment = await readFile('docs/deployment.md', 'utf8');

/**
 * Dollars for a million units, us-east-1 list prices of autumn 2026; 10 ms of 1 GB on arm64, and the request.
 */
const WRITE_UNITS = 0.625;
const READ_UNITS = 0.125;
const FUNCTION = 0.2 + 0.01 * 13.3334;

function priceLines(text: string): [operation: string, line: string][] {
  const lines = text.split('\n').filter((line) => /^\| [^|]+ \| \$/.test(line));
  expect(lines.length).toBe(3);
  return lines.map((line) => [line.split(' | ')[0]?.slice(2) ?? '', line]);
}

function priceLine(operation: string, { writeUnits = 0, readUnits = 0 }: Counted): string {
  const store = writeUnits * WRITE_UNITS + readUnits * READ_UNITS;
  const dollars = (amount: number) => `$${amount.toFixed(2)}`;
  return `| ${operation} | ${dollars(store)} | ${dollars(FUNCTION)} | ${dollars(store + FUNCTION)} |`;
}

describe('counted costs', () => {
  const find = (rows: readonly Counted[], operation: string) => {
    const row = rows.find((one) => one.operation.startsWith(operation));
    if (!row) throw new Error(`no row ${operation}`);
    return row;
  };

  test('round trips at the memory store', async () => {
    const rows = await countOperations(meteredMemory, false);
    expect(find(rows, 'append, 100 bytes, warm log').roundTrips).toBe(1);
    expect(find(rows, 'append, 100 bytes, cold log').roundTrips).toBe(2);
    expect(find(rows, 'claim, warm replica').roundTrips).toBe(1);
    expect(find(rows, 'linearizable look-up').roundTrips).toBe(1);
    for (const operation of [
      'try-lock, of a free lock',
      'try-lock, of a lock that is held',
      'release',
      'renewal',
    ])
      expect(find(rows, operation).roundTrips).toBe(1);
  });

  test.skipIf(dynoxideKind.missing)(
    'units on DynamoDB, and the tables of the documents',
    { timeout: 120_000 },
    async () => {
      const rows = await countOnDynamoDb();
      if (typeof rows === 'string') throw new Error(rows);
      expect(find(rows, 'append, 100 bytes, warm log').roundTrips).toBe(1);
      expect(find(rows, 'append, 100 bytes, warm log').writeUnits).toBeLessThanOrEqual(1.25);
      expect(find(rows, 'append, 100 bytes, cold log').roundTrips).toBe(2);
      expect(find(rows, 'claim, warm replica').roundTrips).toBe(1);
      expect(find(rows, 'linearizable look-up').roundTrips).toBe(1);
      const lines = tableOf(rows).split('\n');
      const bench = await readFile('bench/README.md', 'utf8');
      for (const line of lines) expect(bench).toContain(line);
      const figures = deployment
        .split('\n')
        .filter((line) => /^\| [^|]+ \| [\d.]+ \| [\d.]+ \| [\d.]+ \|$/.test(line));
      expect(figures.length).toBe(10);
      for (const line of figures) expect(lines).toContain(line);
      for (const [operation, line] of priceLines(deployment)) {
        expect(line).toBe(priceLine(operation, find(rows, operation)));
      }
    },
  );
});
