// Goal: a log keeps in memory what its next write needs, and no more, however large the records are. Method: large appends, and a
// look at what is left.

import { expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import { recordsOf } from '../../src/log/results.ts';
import { MemoryStore } from '../../src/store/memory.ts';

const LARGE_BYTES = 200_000;
const KEPT_BYTES_MAX = 2 * 1024 * 1024;

const large = (first: number) => [new Uint8Array(LARGE_BYTES).fill(first)];

async function fill(log: Log, appends: number): Promise<void> {
  for (let index = 0; index < appends; index += 1) {
    expect((await log.append(large(index))).kind).toBe('appended');
  }
}

test('a log that nobody replays keeps no records', async () => {
  const log = new Log(new MemoryStore(), 'log');
  await fill(log, 20);
  expect(log.bytesKept).toBe(0);
  expect(log.recentPiece(0, 1)).toBeUndefined();
});

test('what was learnt from a look at the end is not kept either', async () => {
  const store = new MemoryStore();
  await fill(new Log(store, 'log'), 1);
  const log = new Log(store, 'log');
  await log.checkTail();
  expect(log.bytesKept).toBe(0);
});

test('a writer that kept nothing of a full segment still appends once, in order', async () => {
  const store = new MemoryStore();
  const logs = [new Log(store, 'log'), new Log(store, 'log')];
  const positions: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    for (const log of logs) {
      const appended = await log.append(large(round));
      positions.push(appended.kind === 'appended' ? appended.first : 0);
    }
  }
  expect(positions).toEqual(positions.map((_, index) => index + 1));
});

test('a replay that does not keep up finds the newest part only, and that is bounded', async () => {
  const log = new Log(new MemoryStore(), 'log');
  log.beginReplay();
  await fill(log, 40);
  expect(log.bytesKept).toBeLessThan(KEPT_BYTES_MAX);
  expect(log.recentPiece(0, 40)).toBeUndefined();
  const piece = log.recentPiece(39, 40);
  expect([...recordsOf(piece?.batches ?? [], 39)].map(({ position }) => position)).toEqual([40]);
});

test('what the replay has gone past is forgotten', async () => {
  const log = new Log(new MemoryStore(), 'log', { segmentCapBytes: 100 });
  log.beginReplay();
  for (let index = 1; index <= 50; index += 1) {
    await log.append([new Uint8Array(40)]);
    expect(log.recentPiece(index - 1, index)).toBeDefined();
    expect(log.bytesKept).toBeLessThan(1000);
  }
});
