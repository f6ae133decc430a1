// Many independent writers on one log, on the model of DynamoDB: round trips, units, throughput and waiting,
// counted in virtual time.

import { Log } from '../src/log/log.ts';
import { Scheduler } from '../test/support/scheduler.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import { SimulatedProcess } from '../test/support/simulated-process.ts';
import { ModelPartition } from './dynamodb-model.ts';

export interface ContentionRow {
  readonly writers: number;
  /** Appends of each writer, one after the other. */
  readonly appendsEach: number;
  readonly roundTrips: number;
  readonly writeUnits: number;
  readonly throttled: number;
  readonly appendsASecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** When the last writer was done. */
  readonly finishedMs: number;
  readonly failed: number;
}

const RECORD = new Uint8Array(100);
/** A writer does something else between two appends, in milliseconds on average. */
const THINKING_MS = 20;

export async function contend(writers: number, appendsEach: number, seed = 1): Promise<ContentionRow> {
  const scheduler = new Scheduler();
  const random = new SeededRandom(seed);
  const partition = new ModelPartition(scheduler, random);
  const waits: number[] = [];
  let failed = 0;
  let done = 0;

  async function write(index: number): Promise<void> {
    const process = new SimulatedProcess(
      `writer${index}`,
      scheduler,
      new SeededRandom(random.below(2 ** 31)),
    );
    const options = { clock: process.clock, random: process.random };
    const log = new Log(partition.store(), 'log', options);
    for (let append = 0; append < appendsEach; append += 1) {
      const startedAtMs = scheduler.nowMs;
      const result = await log.append([RECORD]);
      if (result.kind !== 'appended') failed += 1;
      waits.push(scheduler.nowMs - startedAtMs);
      if (append + 1 < appendsEach) await scheduler.sleep(2 * THINKING_MS * random.fraction());
    }
    done += 1;
  }

  // The log is there already, as it is for a Lambda that is not the first.
  const firstAppend = new Log(partition.inner, 'log', { segmentCapBytes: 768 }).append([RECORD]);
  await firstAppend;
  const all = Array.from({ length: writers }, (_, index) => write(index));
  await scheduler.run(() => done === writers);
  await Promise.all(all);
  const appends = writers * appendsEach;
  const finishedMs = scheduler.nowMs;
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0;
  const { roundTrips, writeUnits, throttled } = partition.counts;
  return {
    writers,
    appendsEach,
    roundTrips: roundTrips / appends,
    writeUnits: writeUnits / appends,
    throttled: throttled / appends,
    appendsASecond: (appends * 1000) / finishedMs,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    finishedMs,
    failed,
  };
}
