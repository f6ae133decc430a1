// What the file of the embedded store takes on the disk: by record, and what comes back when records are
// trimmed away.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock, systemRandom } from '../../src/clock.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { trimLog } from '../../src/log/trimmer.ts';
import { DATABASE_FILE } from '../../src/store/sqlite/schema.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { type Figure, figure, markdownTable, shown, valuesOf } from '../figures.ts';
import { say } from '../progress.ts';
import { BATCH } from './batch.ts';

const LOG = 'log';
/** The one figure behind every step that is not its bytes. */
const RECORDS = 'records';
const TRIM_AGE_MS = 60_000;

const BLOCK_BYTES = 512;

/** Bytes that the database of `directory` occupies: what is kept free beside it is always as much. */
export function bytesOnDisk(directory: string): number {
  const files = readdirSync(directory).filter((name) => name.startsWith(DATABASE_FILE));
  const blocks = files.map((name) => statSync(join(directory, name)).blocks);
  return blocks.reduce((sum, count) => sum + count, 0) * BLOCK_BYTES;
}

/** The steps in the incarnation of one log, in their order, and how many records it holds after each. */
export async function measureDisk(records: number): Promise<Figure[]> {
  const { path, remove } = await temporaryDirectory();
  const figures: Figure[] = [];
  const step = async (name: string, left: number, change: (store: Store) => Promise<unknown>) => {
    const store = new SqliteStore(path);
    await change(store);
    await settled(path);
    // What is in the log of SQLite, and not in its file yet, is taken over at the end.
    await store.close();
    const megabytes = bytesOnDisk(path) / 1e6;
    figures.push(
      figure(['disk', name, 'on disk'], 'MB', 'less', [megabytes]),
      figure(['disk', name, RECORDS], 'records', 'more', [left]),
    );
    say(`the file, ${name}: ${megabytes} MB`);
  };
  const half = records / 2;
  await step('written', records, (store) => write(store, records));
  await step('the first half trimmed', half, (store) => trim(store, half));
  await step('as much written again', records, (store) => write(store, half));
  await step('trimmed up to the last segment', 0, (store) => trim(store, records + half));
  await remove();
  return figures;
}

async function write(store: Store, records: number): Promise<void> {
  const log = new Log(store, LOG);
  for (let left = records; left > 0; left -= BATCH.length) {
    const result = await log.append(BATCH.slice(0, left));
    if (result.kind !== 'appended') throw new Error(`an append was ${result.kind}`);
  }
}

/** Segments are removed when they have been behind the trim point for long enough. */
async function trim(store: Store, position: number): Promise<void> {
  const later: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 2 * TRIM_AGE_MS };
  for (const clock of [systemClock, later]) {
    const done = await trimLog(
      { store, clock, random: systemRandom, log: LOG, trimAgeMinMs: TRIM_AGE_MS },
      position,
    );
    if (done.kind !== 'trimmed') throw new Error(`trimming found the log ${done.kind}`);
  }
}

const SETTLED_MS = 500;

/** Storage is given back in the background: until it gets no less for a while. */
async function settled(directory: string): Promise<void> {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const now = bytesOnDisk(directory);
    if (now >= before) return;
    before = now;
    await sleep(SETTLED_MS);
  }
}

export function diskTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const names = figures.filter(({ id }) => id.startsWith('disk / ') && id.endsWith(RECORDS));
  const rows = names.map(({ id }) => {
    const [, name = ''] = id.split(' / ');
    return [name, ...[RECORDS, 'on disk'].map((quantity) => shown(value('disk', name, quantity)))];
  });
  return markdownTable(['a log of records of 100 bytes', 'records', 'MB on disk'], rows);
}
