// Goal: the promises hold under every fault at once, and a seed tells everything. Method: fixed seeds and
// fresh ones in every scenario; the same seed twice.

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ALL_MUTANTS } from './all-mutants.ts';
import { Progress } from './progress.ts';
import { RUNS } from './runs.ts';
import { SCENARIOS, scenarioOf } from './scenarios.ts';
import { simulate } from './simulate.ts';

const STEPS = 800;
const FIXED_SEEDS = [1, 2, 3, 4];
/** A new one every time; it is in the name of the test that fails. */
const FRESH_SEED = Date.now() % 2 ** 31;

describe.each(Object.entries(SCENARIOS))('scenario %s', (_name, scenario) => {
  test.each([...FIXED_SEEDS, FRESH_SEED])('seed %i', { timeout: 60_000 }, async (seed) => {
    const result = await simulate({ ...scenario, seed, steps: STEPS });
    expect(result.findings).toEqual([]);
    expect(result.operations).toBe(STEPS);
  });
});

/** A few seconds of virtual work each: the long runs are those of the command. */
const RECIPE_STEPS = 250;
const RECIPES = Object.entries(RUNS).filter(([name]) => !(name in SCENARIOS));

describe.each(RECIPES)('scenario %s', (_name, { run }) => {
  test.each([1, 2, FRESH_SEED])('seed %i', { timeout: 60_000 }, async (seed) => {
    const result = await run({ seed, steps: RECIPE_STEPS });
    expect(result.findings).toEqual([]);
    expect(result.operations).toBeGreaterThanOrEqual(RECIPE_STEPS);
  });
});

test.each(RECIPES)('the same seed twice gives the same trace (%s)', async (_name, { run }) => {
  const [first, second] = [await run({ seed: 7, steps: 60 }), await run({ seed: 7, steps: 60 })];
  expect(second.traceDigest).toBe(first.traceDigest);
});

test('the same seed twice gives the same trace byte for byte, and the same history', async () => {
  const run = async () => {
    const lines: string[] = [];
    const onTrace = (line: string) => void lines.push(line);
    const result = await simulate({ seed: 7, steps: 500, ...scenarioOf('stormy'), onTrace });
    return { trace: lines.join('\n'), digest: result.traceDigest, history: result.history.toJsonLines() };
  };
  const [first, second] = [await run(), await run()];
  expect(first.trace.length).toBeGreaterThan(10_000);
  expect(second).toEqual(first);
});

test('two seeds give two histories', async () => {
  const [one, two] = await Promise.all(
    [1, 2].map((seed) => simulate({ seed, steps: 50, ...scenarioOf('calm') })),
  );
  expect(one?.traceDigest).not.toBe(two?.traceDigest);
});

test.each(['calm', 'stormy', 'crashy'])(
  'an entry of a newer format stops every replica (%s)',
  async (name) => {
    const result = await simulate({ seed: 3, steps: 400, ...scenarioOf(name), newerFormatAfter: 200 });
    expect(result.findings).toEqual([]);
  },
);

test('every kind of fault happens, and segments come back from the dead', { timeout: 60_000 }, async () => {
  const result = await simulate({ seed: 5, steps: 2000, ...scenarioOf('stormy') });
  for (const [kind, count] of Object.entries(result.faults))
    expect(`${kind} ${count > 0}`).toBe(`${kind} true`);
  let zombies = 0;
  for (let seed = 1; seed <= 8; seed += 1) {
    zombies += (await simulate({ seed, steps: 1500, ...scenarioOf('zombies') })).zombies;
  }
  expect(zombies).toBeGreaterThan(0);
});

test('every mutant changes the source in one place', async () => {
  for (const { file, find, replace } of ALL_MUTANTS) {
    const source = await readFile(file, 'utf8');
    expect([find, source.split(find).length - 1]).toEqual([find, 1]);
    expect(find).not.toBe(replace);
  }
});

test('an endless loop is a finding', () => {
  const progress = new Progress();
  const call = (times: number) => {
    for (let index = 0; index < times; index += 1) progress.called('open log@5');
  };
  call(2000);
  expect(progress.stuck(0)).toBeUndefined();
  progress.answered();
  call(2001);
  expect(progress.stuck(0)).toBe(
    "an endless loop: 2000 calls of the store since an operation was answered, 2001 of them 'open log@5'",
  );
});
