// Goal: an invocation whose time is over has told what it measured. Method: an app that is never idle.

import { expect, test } from 'vitest';
import { endInvocation } from '../../functions/end-invocation.ts';
import { deferred } from '../support/deferred.ts';

test('metrics are out before everything has ended, and those of the end after it', async () => {
  const idle = deferred();
  let flushes = 0;
  const flush = () => {
    flushes += 1;
  };
  const ending = endInvocation({ idle: () => idle.promise }, { flush });
  await new Promise((resolve) => setImmediate(resolve));
  expect(flushes).toBe(1);
  idle.resolve();
  await ending;
  expect(flushes).toBe(2);
});
