// What one namespace can take on Lambda, on the model of one DynamoDB partition in virtual time: many
// environments with one request each, or one Web Function environment with many requests in it. Counts and
// simulated time: the same on every machine.

import { Log } from '../../src/log/log.ts';
import { Replica } from '../../src/replica/replica.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { Scheduler } from '../../test/support/scheduler.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { SimulatedProcess } from '../../test/support/simulated-process.ts';
import { dollars } from '../costs/prices.ts';
import { ModelPartition } from '../dynamodb-model.ts';
import { quantile } from '../figures.ts';

export type Shape = 'Lambda' | 'Web Function';
export type Operation = 'append' | 'look-up';

export interface ScaleRow {
  readonly shape: Shape;
  readonly operation: Operation;
  /** Requests on their way at once: one per Lambda environment, or all in one environment. */
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly roundTrips: number;
  /** Write or read units of one operation. */
  readonly units: number;
  /** Units, and for Lambda the invocation and its time. What a Web Function's time costs is not published. */
  readonly dollarsPerMillion: number;
  readonly failed: number;
}

const RECORD = new Uint8Array(100);
/** Before the measurement: environments are warm, and units that were saved up are used. */
const WARM_UP_MS = 5000;
const MEASURED_MS = 10_000;
/** The first requests do not come at one moment. */
const ARRIVAL_MS = 1000;
const LAMBDA_GIGABYTES = 0.5;

interface Environment {
  append(): Promise<boolean>;
  lookUp(): Promise<boolean>;
}

function environment(
  index: number,
  partition: ModelPartition,
  scheduler: Scheduler,
  random: SeededRandom,
): Environment {
  const own = new SeededRandom(random.below(2 ** 31));
  const { clock } = new SimulatedProcess(`environment${index}`, scheduler, own);
  const log = new Log(partition.store(), 'log', { clock, random: own });
  const replica = new Replica(
    kernel,
    partition.store(),
    new Log(partition.store(), 'namespace', { clock, random: own }),
    {
      clock,
    },
  );
  return {
    append: async () => (await log.append([RECORD])).kind === 'appended',
    lookUp: async () => (await replica.read(() => undefined)).kind === 'read',
  };
}

export async function runAtScale(shape: Shape, operation: Operation, requests: number): Promise<ScaleRow> {
  const scheduler = new Scheduler();
  const random = new SeededRandom(requests);
  const partition = new ModelPartition(scheduler, random);
  await new Log(partition.inner, 'log', { segmentCapBytes: 768 }).append([RECORD]);
  const environments = Array.from({ length: shape === 'Lambda' ? requests : 1 }, (_, index) =>
    environment(index, partition, scheduler, random),
  );
  const waitsMs: number[] = [];
  let failed = 0;
  const endsAtMs = WARM_UP_MS + MEASURED_MS;

  async function client(index: number): Promise<void> {
    const at = environments[index % environments.length];
    await scheduler.sleep(ARRIVAL_MS * random.fraction());
    while (at && scheduler.nowMs < endsAtMs) {
      const startedAtMs = scheduler.nowMs;
      const succeeded = await (operation === 'append' ? at.append() : at.lookUp());
      if (scheduler.nowMs < WARM_UP_MS || scheduler.nowMs > endsAtMs) continue;
      if (succeeded) waitsMs.push(scheduler.nowMs - startedAtMs);
      else failed += 1;
    }
  }

  for (let index = 0; index < requests; index += 1) void client(index);
  await scheduler.run(() => scheduler.nowMs >= WARM_UP_MS);
  const before = { ...partition.counts };
  await scheduler.run(() => scheduler.nowMs >= endsAtMs);
  const used = {
    roundTrips: partition.counts.roundTrips - before.roundTrips,
    writeUnits: partition.counts.writeUnits - before.writeUnits,
    readUnits: partition.counts.readUnits - before.readUnits,
  };
  return rowOf({ shape, operation, requests, failed }, waitsMs, used);
}

function rowOf(
  asked: Pick<ScaleRow, 'shape' | 'operation' | 'requests' | 'failed'>,
  waitsMs: readonly number[],
  used: { roundTrips: number; writeUnits: number; readUnits: number },
): ScaleRow {
  const count = waitsMs.length;
  const sorted = Float64Array.from(waitsMs).sort();
  const invocations = asked.shape === 'Lambda' ? count : 0;
  const seconds = invocations === 0 ? 0 : waitsMs.reduce((sum, ms) => sum + ms, 0) / 1000;
  const bill = dollars({ ...used, invocations, gigabyteSeconds: seconds * LAMBDA_GIGABYTES });
  return {
    ...asked,
    perSecond: (count * 1000) / MEASURED_MS,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    roundTrips: used.roundTrips / count,
    units: (used.writeUnits + used.readUnits) / count,
    dollarsPerMillion: (bill * 1e6) / count,
  };
}
