// Goal: 100 times `kill -9`, and no acknowledged record is lost, doubled or moved. Method: a short `npm run
// soak` with a new seed every time. Its judges have tests in `checker/`.

import { expect, test } from 'vitest';
import { SOAK_CYCLES } from '../soak/durations.ts';
import { soak } from '../soak/soak.ts';

/** No measure of anything: on a busy machine, processes take long to start. */
const HANGS_AFTER_MS = 900_000;
/** It is in the name of the test that fails. */
const SEED = Date.now() % 2 ** 31;

test(`two and three servers, openers, doctor and backup (seed ${SEED})`, {
  timeout: HANGS_AFTER_MS,
}, async () => {
  const { findings, totals } = await soak({ cycles: SOAK_CYCLES.amongTests, seed: SEED, servers: [2, 3] });
  expect(findings).toEqual([]);
  expect(totals.cycles).toBe(SOAK_CYCLES.amongTests);
  for (const [what, count] of Object.entries(totals)) expect(`${what} ${count > 0}`).toBe(`${what} true`);
});
