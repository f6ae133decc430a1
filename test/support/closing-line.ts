// The last line of a command that runs tests: how many passed, failed and were skipped, and why none was run.

import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** Where test/vitest.config.ts has the results written. */
const RESULTS = '.cache/test-results.json';

const results = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
});

export function closingLine(): string {
  const { numPassedTests, numFailedTests, numPendingTests } = results.parse(
    JSON.parse(readFileSync(RESULTS, 'utf8')),
  );
  return `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`;
}

export function skippedLines(why: string): string {
  return `SKIPPED: ${why}\n0 passed, 0 failed, 1 skipped\n`;
}
