// Goal: the documents show what was measured. Method: their tables are made anew from `bench/results.json`;
// two made-up results are compared.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compare } from '../../bench/comparison.ts';
import { DOCUMENTS, withTables } from '../../bench/documents.ts';
import { figure, readResults } from '../../bench/figures.ts';
import { withFigures } from '../../bench/record.ts';

test.each(DOCUMENTS)('the tables of %s are those of the results', async (path) => {
  const document = await readFile(path, 'utf8');
  expect(document).toContain('<!-- table: ');
  expect(withTables(document, readResults('bench/results.json'))).toBe(document);
});

test('results are told apart by their spread', () => {
  const rate = (...values: number[]) => [figure(['load', 'rate'], '1/s', 'more', values)];
  const wait = (...values: number[]) => [figure(['load', 'wait'], 'ms', 'less', values)];
  const verdicts = (before: ReturnType<typeof rate>, after: ReturnType<typeof rate>) =>
    compare(before, after).map(({ verdict }) => verdict);
  expect(verdicts(rate(10, 11, 12), rate(13, 14, 15))).toEqual(['better']);
  expect(verdicts(rate(10, 11, 12), rate(12, 14, 15))).toEqual(['not told apart']);
  expect(verdicts(wait(10, 11, 12), wait(13, 14, 15))).toEqual(['worse']);
  expect(verdicts(wait(2), wait(1))).toEqual(['better']);
  expect(verdicts(wait(2), rate(1))).toEqual([]);
});

test('one benchmark written by itself takes the place of its own figures, and of no others', () => {
  const results = readResults('bench/results.json');
  const others = (all: typeof results.figures) => all.filter(({ id }) => !id.startsWith('costs / '));
  const fresh = [figure(['costs', 'claim', 'round trips'], 'round trips', 'less', [7])];
  const after = withFigures(results, 'costs', fresh).figures;
  expect(others(after)).toEqual(others(results.figures));
  expect(after.filter(({ id }) => id.startsWith('costs / '))).toEqual(fresh);
  const at = results.figures.findIndex(({ id }) => id.startsWith('costs / '));
  expect(after[at]).toEqual(fresh[0]);
  expect(withFigures(results, 'something new', fresh).figures.at(-1)).toEqual(fresh[0]);
});
