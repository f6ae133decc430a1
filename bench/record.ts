// Writes what was measured: `bench/results.json`, and from it the tables of the documents.

import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTS, withTables } from './documents.ts';
import { type Figure, type Results, readResults } from './figures.ts';
import { say } from './progress.ts';

export const RESULTS = 'bench/results.json';

/** A flag for the benchmarks whose figures the documents show. */
export const WRITE_FLAG = { write: { type: 'boolean', default: false } } as const;
export const WRITE_USAGE =
  '  --write                put the figures into bench/results.json and the documents';

export function writeResults(results: Results, path: string): void {
  writeFileSync(path, jsonOf(results));
}

/** Makes the tables of the documents anew. */
export function writeTables(results: Results): void {
  for (const document of DOCUMENTS)
    writeFileSync(document, withTables(readFileSync(document, 'utf8'), results));
}

/** Puts the figures of one benchmark in the place of those that were there, and leaves all others. */
export function recordFigures(benchmark: string, figures: readonly Figure[]): void {
  const results = withFigures(readResults(RESULTS), benchmark, figures);
  writeResults(results, RESULTS);
  writeTables(results);
  say(`the figures of ${benchmark} are written to ${RESULTS} and the documents`);
}

export function withFigures(results: Results, benchmark: string, figures: readonly Figure[]): Results {
  const isOwn = ({ id }: Figure) => id.startsWith(`${benchmark} / `);
  const before = results.figures.findIndex(isOwn);
  const at = before < 0 ? results.figures.length : before;
  const others = results.figures.filter((one) => !isOwn(one));
  return { ...results, figures: [...others.slice(0, at), ...figures, ...others.slice(at)] };
}

/** One figure a line, so that a change shows as one. */
function jsonOf({ figures, ...head }: Results): string {
  const lines = figures.map((one: Figure) => `    ${JSON.stringify(one)}`);
  const opening = JSON.stringify(head, undefined, 2).slice(0, -2);
  return `${opening},\n  "figures": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
