// The load generator of watches, a process of its own: one writer and many watchers of one key. The writer
// puts the next value when all watchers have the last one. Argument: one `Job` as JSON. Prints one `Load` as
// JSON.

import { median } from '../figures.ts';
import { Meter } from '../peers/meter.ts';
import { memoryBytes } from '../peers/process-meter.ts';
import { etcdGrpcWatch } from './grpc-watching.ts';
import { etcdGatewayWatch, ordinalEvents } from './http-watching.ts';
import { type Asked, Mark, type Watching } from './watching.ts';
import { zooKeeperOneShot, zooKeeperPersistent } from './zookeeper-watching.ts';

const BEGINNINGS = {
  'ordinal-events': ordinalEvents,
  'etcd-gateway-watch': etcdGatewayWatch,
  'etcd-grpc-watch': etcdGrpcWatch,
  'zookeeper-one-shot': zooKeeperOneShot,
  'zookeeper-persistent': zooKeeperPersistent,
} as const satisfies Record<string, (asked: Asked) => Promise<Watching>>;

export type WatchName = keyof typeof BEGINNINGS;

export interface Job {
  readonly watch: WatchName;
  readonly port: number;
  /** The process of the server, for its processor time. */
  readonly pid: number;
  readonly watchers: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
  readonly slices: number;
}

/** Times from the call of a put, in milliseconds. */
export interface Delivered {
  /** Until the writer has its answer. */
  readonly answeredMs: number;
  /** Until all watchers have the value. */
  readonly allP50Ms: number;
  readonly allP99Ms: number;
  readonly deliveriesPerSecond: number;
  readonly serverCpuSecondsPerThousand: number;
  /** How busy the load generator itself was, of one processor: near 1 it is what limits. */
  readonly loadCpuShare: number;
}

export interface Load {
  readonly slices: readonly Delivered[];
  readonly memoryBytes: number;
}

/** Far more than any server takes: a delivery that does not come is an error, and no long wait. */
const DELIVERY_MS_MAX = 60_000;

/** Who has not heard of the value that is on its way. */
class Listeners {
  readonly #heard: boolean[] = [];
  #missing = 0;
  #all: (() => void) | undefined;

  /** Resolves when so many watchers have heard. */
  expect(watchers: number): Promise<void> {
    this.#heard.length = 0;
    this.#missing = watchers;
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(
        () => reject(new Error(`${this.#missing} of ${watchers} watchers have not heard`)),
        DELIVERY_MS_MAX,
      );
      this.#all = () => {
        clearTimeout(tooLate);
        resolve();
      };
    });
  }

  heard(watcher: number): void {
    if (this.#heard[watcher]) throw new Error(`watcher ${watcher} was told twice`);
    this.#heard[watcher] = true;
    this.#missing -= 1;
    if (this.#missing === 0) this.#all?.();
  }
}

async function main({ watch, port, pid, watchers, warmUpMs, sliceMs, slices }: Job): Promise<void> {
  const listeners = new Listeners();
  const mark = new Mark();
  const heard = (watcher: number) => listeners.heard(watcher);
  const watching = await BEGINNINGS[watch]({
    port,
    key: `watched-${process.pid}`,
    watchers,
    mark,
    heard,
  });
  const deliver = async (meter?: Meter, answersMs?: number[]) => {
    const value = mark.next();
    const all = listeners.expect(watchers);
    const startedAt = performance.now();
    const answered = watching.put(value).then(() => answersMs?.push(performance.now() - startedAt));
    const delivered = all.then(() => meter?.waitsMs.push(performance.now() - startedAt));
    await Promise.all([answered, delivered]);
  };
  await during(warmUpMs, () => deliver());
  const measured: Delivered[] = [];
  for (let slice = 0; slice < slices; slice += 1) {
    const meter = new Meter(pid);
    const answersMs: number[] = [];
    await during(sliceMs, () => deliver(meter, answersMs));
    const { perSecond, p50Ms, p99Ms, serverCpuSecondsPerThousand, loadCpuShare } = meter.finish();
    measured.push({
      answeredMs: median(answersMs),
      allP50Ms: p50Ms,
      allP99Ms: p99Ms,
      deliveriesPerSecond: perSecond * watchers,
      serverCpuSecondsPerThousand: serverCpuSecondsPerThousand / watchers,
      loadCpuShare,
    });
  }
  const load: Load = { slices: measured, memoryBytes: memoryBytes(pid) };
  watching.close();
  process.stdout.write(JSON.stringify(load));
}

async function during(ms: number, run: () => Promise<void>): Promise<void> {
  const endsAt = performance.now() + ms;
  do await run();
  while (performance.now() < endsAt);
}

main(JSON.parse(process.argv[2] ?? '') as Job).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
