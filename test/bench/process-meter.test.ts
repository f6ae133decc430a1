// Goal: a server of many processes is charged for all of them. Method: a process that lets a child of its own
// do the work.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { cpuSeconds, memoryBytes } from '../../bench/peers/process-meter.ts';

const BUSY_SECONDS = 0.2;

/** Says who it is when the work is done, and waits to be ended. */
const WORKER = `
  while (process.cpuUsage().user < ${BUSY_SECONDS * 1e6});
  process.stdout.write(String(process.pid));
  process.stdin.resume();`;
const PARENT = `
  require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(WORKER)}], { stdio: 'inherit' });`;

test('time and memory of the children count', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT]);
  const [worker] = await once(parent.stdout, 'data');
  const { pid = 0 } = parent;
  // The kernel counts in hundredths of a second.
  expect(cpuSeconds(pid)).toBeGreaterThanOrEqual(BUSY_SECONDS - 0.02);
  // Two programs with little in them are about twice one of them.
  expect(memoryBytes(pid)).toBeGreaterThan(1.5 * memoryBytes(Number(worker)));
  expect(memoryBytes(Number(worker))).toBeGreaterThan(0);
  const closed = once(parent, 'close');
  parent.stdin.end();
  await closed;
  expect(cpuSeconds(pid)).toBe(0);
});
