// Cold starts of a namespace from its snapshot on SQLite, by the number of its keys: how long the first
// linearizable read takes, what it reads, and what memory the process needs for it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { type Figure, figure, markdownTable, shown, valuesOf } from '../figures.ts';
import { fillKeys, keyAt } from '../keys.ts';
import { say } from '../progress.ts';
import type { FirstRead } from './first-read.ts';

export interface ColdStartForm {
  readonly keys: readonly number[];
  /** How many processes begin with each size, one after the other. */
  readonly times: number;
}

export const COLD_START_FORM: ColdStartForm = { keys: [1000, 1_000_000], times: 5 };

/** The namespace that is opened. */
const LOG = 'namespace/cold-start';
const PROGRAM = 'bench/cold-start/first-read.ts';
const run = promisify(execFile);

export async function measureColdStarts({ keys, times }: ColdStartForm): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of keys) {
    const { path, remove } = await temporaryDirectory();
    try {
      const store = new SqliteStore(path);
      await fillKeys({ store, log: LOG }, count);
      await store.close();
      say(`${count} keys are written`);
      const starts: FirstRead[] = [];
      for (let time = 1; time <= times; time += 1) {
        const start = await coldStart(path, keyAt(Math.floor(count / 2)));
        starts.push(start);
        say(`${count} keys, start ${time} of ${times}: ${start.milliseconds.toFixed(1)} ms`);
      }
      figures.push(...figuresOf(count, starts));
    } finally {
      await remove();
    }
  }
  return figures;
}

async function coldStart(directory: string, key: string): Promise<FirstRead> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', PROGRAM, directory, LOG, key]);
  return JSON.parse(stdout) as FirstRead;
}

const QUANTITIES = [
  ['first linearizable read', 'ms', (one: FirstRead) => one.milliseconds],
  ['round trips', '', (one: FirstRead) => one.roundTrips],
  ['read from the store', 'MB', (one: FirstRead) => one.bytesRead / 1e6],
  ['memory before', 'MB', (one: FirstRead) => one.memoryBeforeBytes / 1e6],
  ['memory at its peak', 'MB', (one: FirstRead) => one.peakMemoryBytes / 1e6],
] as const;

function figuresOf(count: number, starts: readonly FirstRead[]): Figure[] {
  return QUANTITIES.map(([quantity, unit, of]) =>
    figure(['cold start', count, quantity], unit, 'less', starts.map(of)),
  );
}

export function coldStartTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const counts = countsIn(figures);
  const rows = QUANTITIES.map(([quantity, unit]) => [
    unit === '' ? quantity : `${quantity}, ${unit}`,
    ...counts.map((count) => shown(value('cold start', count, quantity))),
  ]);
  return markdownTable(
    ['keys in the snapshot', ...counts.map((count) => count.toLocaleString('en-US'))],
    rows,
  );
}

function countsIn(figures: readonly Figure[]): number[] {
  const counts = figures.flatMap(({ id }) => {
    const [benchmark, count] = id.split(' / ');
    return benchmark === 'cold start' ? [Number(count)] : [];
  });
  return [...new Set(counts)];
}
