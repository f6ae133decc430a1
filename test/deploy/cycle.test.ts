// Goal: no failure leaves a stack behind. Method: the steps of `npm run test:deploy`, of which one fails.

import { expect, test } from 'vitest';
import { cycle, type Steps } from './cycle.ts';

type Step = keyof Steps;

function steps(failing?: Step, code = 0) {
  const taken: Step[] = [];
  const step = (name: Step) => async () => {
    taken.push(name);
    if (name === failing) throw new Error(`${name} failed`);
  };
  const run = () =>
    cycle({
      bootstrap: step('bootstrap'),
      deploy: step('deploy'),
      test: () => step('test')().then(() => code),
      destroy: step('destroy'),
    });
  return { taken, run };
}

test.each([0, 1])('tests that end with %i: destroyed, and the code is theirs', async (code) => {
  const { taken, run } = steps(undefined, code);
  expect(await run()).toBe(code);
  expect(taken).toEqual(['bootstrap', 'deploy', 'test', 'destroy']);
});

test.each(['deploy', 'test'] as const)('%s fails: destroyed all the same', async (failing) => {
  const { taken, run } = steps(failing);
  await expect(run()).rejects.toThrow(`${failing} failed`);
  expect(taken.at(-1)).toBe('destroy');
});

test('nothing was deployed: nothing is destroyed', async () => {
  const { taken, run } = steps('bootstrap');
  await expect(run()).rejects.toThrow('bootstrap failed');
  expect(taken).toEqual(['bootstrap']);
});

test('what cannot be destroyed fails', async () => {
  await expect(steps('destroy').run()).rejects.toThrow('destroy failed');
});
