// Goal: the promises hold under every fault at once, and a seed tells everything. Method: fixed seeds and fresh ones in every scenario;
// the same seed twice.

import { describe, expect, test } from 'vitest';
import { SCENARIOS } from './scenarios.ts';
import { simulate } from './simulate.ts';

const STEPS = 800;
const FIXED_SEEDS = [1, 2, 3, 4];
/** A new one every time; it is in the name of the test that fails. */
const FRESH_SEED = Date.now() % 2 ** 31;

describe.each(Object.entries(SCENARIOS))('scenario %s', (_name, faults) => {
  test.each([...FIXED_SEEDS, FRESH_SEED])('seed %i', { timeout: 60_000 }, async (seed) => {
    const result = await simulate({ seed, steps: STEPS, faults });
    expect(result.findings).toEqual([]);
    expect(result.operations).toBe(STEPS);
  });
});

test('the same seed twice gives the same trace byte for byte, and the same history', async () => {
  const run = async () => {
    const lines: string[] = [];
    const options = { seed: 7, steps: 500, faults: SCENARIOS['stormy'] ?? {} } as Parameters<
      typeof simulate
    >[0];
    const result = await simulate({ ...options, onTrace: (line) => lines.push(line) });
    return { trace: lines.join('\n'), digest: result.traceDigest, history: result.history.toJsonLines() };
  };
  const [first, second] = [await run(), await run()];
  expect(first.trace.length).toBeGreaterThan(10_000);
  expect(second).toEqual(first);
});

test('two seeds give two histories', async () => {
  const digest = async (seed: number) =>
    (await simulate({ seed, steps: 50, faults: SCENARIOS['calm'] ?? {} } as never)).traceDigest;
  expect(await digest(1)).not.toBe(await digest(2));
});

test('every kind of fault happens, and segments come back from the dead', { timeout: 60_000 }, async () => {
  const [stormy, haunted] = [SCENARIOS['stormy'], SCENARIOS['haunted']];
  if (!stormy || !haunted) throw new Error('no such scenario');
  const result = await simulate({ seed: 5, steps: 2000, faults: stormy });
  for (const [kind, count] of Object.entries(result.faults))
    expect(`${kind} ${count > 0}`).toBe(`${kind} true`);
  let ghosts = 0;
  for (let seed = 1; seed <= 8; seed += 1) {
    ghosts += (await simulate({ seed, steps: 1500, faults: haunted })).ghosts;
  }
  expect(ghosts).toBeGreaterThan(0);
});
