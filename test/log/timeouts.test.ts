// Goal: each of many waits ends at its own time, and what they cost does not grow with their number. Method: time-outs on virtual time,
// with a count of the timers.

import { beforeEach, expect, test } from 'vitest';
import { Timeouts } from '../../src/log/timeouts.ts';
import { Scheduler } from '../support/scheduler.ts';

let time: Scheduler;
let timeouts: Timeouts;
/** Timers that have neither ended nor been stopped. */
let running: Set<symbol>;
let started: number;
let ends: [name: string, atMs: number][];

beforeEach(() => {
  time = new Scheduler();
  running = new Set();
  started = 0;
  ends = [];
  timeouts = new Timeouts({
    nowMs: () => time.nowMs,
    monotonicMs: () => time.nowMs,
    sleep(ms, signal) {
      const timer = Symbol();
      running.add(timer);
      started += 1;
      return new Promise((resolve) => {
        const end = () => {
          running.delete(timer);
          resolve();
        };
        time.schedule(ms, end);
        signal?.addEventListener('abort', end);
      });
    },
  });
});

function start(name: string, lengthMs: number): () => void {
  return timeouts.start(lengthMs, () => ends.push([name, time.nowMs]));
}

const run = (untilMs: number) => {
  time.schedule(untilMs - time.nowMs, () => undefined);
  return time.run(() => time.nowMs >= untilMs);
};

test('each ends at its time, whatever their lengths', async () => {
  start('a', 1000);
  start('b', 300);
  await run(200);
  start('c', 1000);
  start('d', 100);
  await run(5000);
  expect(ends.toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
    ['a', 1000],
    ['b', 300],
    ['c', 1200],
    ['d', 300],
  ]);
  expect(running.size).toBe(0);
});

test('one that is ended before is not called, also if it is the first of its length', async () => {
  const endFirst = start('first', 1000);
  await run(400);
  start('second', 1000);
  endFirst();
  await run(5000);
  expect(ends).toEqual([['second', 1400]]);
});

test('a thousand of one length have one timer', async () => {
  for (let wait = 0; wait < 1000; wait += 1) start(String(wait), 1000);
  expect(started).toBe(1);
  await run(5000);
  expect(ends).toHaveLength(1000);
  expect(started).toBe(1);
});

test('a timer ends with the last that needs it, and comes back with the next', async () => {
  const endBoth = [start('a', 1000), start('b', 1000)];
  for (const end of endBoth) end();
  expect(running.size).toBe(0);
  await run(500);
  start('c', 1000);
  expect(running.size).toBe(1);
  await run(5000);
  expect(ends).toEqual([['c', 1500]]);
});

test('what is ended twice ends no other', async () => {
  const end = start('a', 1000);
  end();
  start('b', 1000);
  end();
  await run(5000);
  expect(ends).toEqual([['b', 1000]]);
});

test('one may begin another where it ends', async () => {
  timeouts.start(1000, () => start('next', 1000));
  await run(5000);
  expect(ends).toEqual([['next', 2000]]);
});

test('lengths that come once leave nothing behind', async () => {
  for (let lengthMs = 1; lengthMs <= 100; lengthMs += 1) start(String(lengthMs), lengthMs);
  for (let lengthMs = 101; lengthMs <= 200; lengthMs += 1) start(String(lengthMs), lengthMs)();
  await run(5000);
  expect(ends).toHaveLength(100);
  expect(timeouts.lengths).toBe(0);
});
