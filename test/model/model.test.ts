// Goal: the rules of the log are sufficient, and each is necessary. Method: TLC visits every state of a small model (Chain.tla),
// with all guards and without one of them at a time.

import { describe, expect, test } from 'vitest';
import { check, GUARDS_OFF, SMALL, whyNot } from './run.ts';

const reason = whyNot();
const TIMEOUT_MS = 120_000;

describe(`the model of the chain${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  test.skipIf(reason !== undefined)('holds with all guards', { timeout: TIMEOUT_MS }, async () => {
    const { asExpected, line, output } = await check(SMALL);
    expect(asExpected, `${line}\n${output}`).toBe(true);
  });

  for (const configuration of GUARDS_OFF) {
    const title = `breaks with ${configuration.name}: ${configuration.violates}`;
    test.skipIf(reason !== undefined)(title, { timeout: TIMEOUT_MS }, async () => {
      const { asExpected, line, output } = await check(configuration);
      expect(asExpected, `${line}\n${output}`).toBe(true);
    });
  }
});
