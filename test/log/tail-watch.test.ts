// Goal: who waits for a log hears of it soon, and an outage is not made worse by those who wait. Method: a watch on virtual time, whose
// looks answer as the test says.

import { expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { Log } from '../../src/log/log.ts';
import { StoreError } from '../../src/log/store.ts';
import { type EndSeen, TailWatch } from '../../src/log/tail-watch.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { records } from '../support/bytes.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { Scheduler } from '../support/scheduler.ts';

const POLL_MS = 150;
const MINUTE_MS = 60_000;

function watchOn(look: (nowMs: number) => EndSeen) {
  const time = new Scheduler();
  const clock: Clock = {
    nowMs: () => time.nowMs,
    monotonicMs: () => time.nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        time.schedule(ms, resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const looksAtMs: number[] = [];
  const watch = new TailWatch({
    clock,
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.5 },
    pollMs: POLL_MS,
    async look() {
      looksAtMs.push(time.nowMs);
      return look(time.nowMs);
    },
  });
  return {
    looksAtMs,
    /** How long a reader waited for more than nothing. */
    async waited(): Promise<number> {
      const startedAtMs = time.nowMs;
      let ended = false;
      const waiting = watch.wait(0, MINUTE_MS).then(() => {
        ended = true;
      });
      await time.run(() => ended);
      await waiting;
      return time.nowMs - startedAtMs;
    },
  };
}

function outage(): never {
  throw new StoreError('no answer in time', { definite: false, retryable: true });
}

test('through an outage the looks become fewer and fewer, and at its end they are as many as before', async () => {
  const OVER_AT_MS = 30_000;
  const { looksAtMs, waited } = watchOn((nowMs) => {
    if (nowMs < OVER_AT_MS) return outage();
    return { tail: nowMs < OVER_AT_MS + 10_000 ? 0 : 1, ended: false };
  });
  expect(await waited()).toBeLessThan(OVER_AT_MS + 11_000);
  expect(looksAtMs.filter((atMs) => atMs < OVER_AT_MS).length).toBeLessThan(20);
  const [last = 0, before = 0] = looksAtMs.toReversed();
  expect(last - before).toBe(POLL_MS);
});

test('an append elsewhere is seen with the next look', async () => {
  const { waited } = watchOn((nowMs) => ({ tail: nowMs < 1000 ? 0 : 1, ended: false }));
  expect(await waited()).toBe(1050);
});

test('idle waits for a look that is on its way', async () => {
  const faulty = faultyStore(new MemoryStore());
  const log = new Log(faulty.store, 'log');
  await log.append(records('a'));
  const look = faulty.hold('last');
  const hangUp = new AbortController();
  const waiting = log.waitBeyond(1, MINUTE_MS, hangUp.signal);
  await look.reached;
  hangUp.abort();
  await waiting;
  let idle = false;
  const idling = log.idle().then(() => {
    idle = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(idle).toBe(false);
  look.release();
  await idling;
});
