// What every simulation stands on: virtual time, the one store, a bad network before it, and servers that
// come and go. What the clients do, and how it is judged, is not its business.

import { createHash } from 'node:crypto';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Log } from '../../src/log/log.ts';
import { Replica } from '../../src/replica/replica.ts';
import { Namespace } from '../../src/service/namespace.ts';
import { loadOnDemandParts } from '../../src/service/on-demand.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { Scheduler } from '../support/scheduler.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedProcess } from '../support/simulated-process.ts';
import { Chaos, TRIM_AGE_MIN_MS } from './chaos.ts';
import { CALM, type FaultCounts, type Faults, noFaultsYet } from './faults.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { Progress } from './progress.ts';
import type { SegmentCaps } from './scenarios.ts';
import { Witness } from './witness.ts';
import { LIVES, LOG, NAMESPACE, type Server } from './workload.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly faults: Faults;
  readonly servers?: number;
  /** In bytes: at which the first server's segments are full, and how much more the next one's take. */
  readonly caps?: SegmentCaps;
  readonly trimAgeMinMs?: number;
  /** Appends of more bytes are large. Default: none are. */
  readonly inlineBytesMax?: number;
  /** A wall clock is set to at most so much before or after the true time, and begins at the true time. */
  readonly skewMsMax?: number;
  /** So many calls of the store without an answer to anybody are an endless loop. */
  readonly callsMax?: number;
  readonly snapshotEvery?: number;
  /** Told every event, in order. */
  readonly onTrace?: (line: string) => void;
  /** Told of the put of a segment that may arrive when that segment has been there and gone. */
  readonly onLatePut?: (log: string, base: number) => void;
}

/** For longer than segments live. */
export const FROZEN_PUT_MS = 4 * TRIM_AGE_MIN_MS;
const LATE_MS_MAX = 6 * TRIM_AGE_MIN_MS;
const CAPS: SegmentCaps = { first: 100, step: 70 };
const SNAPSHOT_EVERY = 25;
/** So that a large append has several chunks. */
const CHUNK_BYTES = 8;

export class World {
  readonly scheduler = new Scheduler();
  readonly random: SeededRandom;
  readonly witness = new Witness(new MemoryStore(), () => this.scheduler.nowMs);
  readonly servers: Server[] = [];
  readonly counts: FaultCounts = noFaultsYet();
  readonly findings: string[] = [];
  readonly progress: Progress;
  readonly chaos: Chaos;
  readonly #options: WorldOptions;
  readonly #trace = createHash('sha256');
  #faults: Faults;
  #started = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#faults = options.faults;
    this.random = new SeededRandom(options.seed);
    this.progress = new Progress(options.callsMax);
    const world = this;
    this.chaos = new Chaos({
      scheduler: this.scheduler,
      random: this.random,
      witness: this.witness,
      get faults() {
        return world.#faults;
      },
      counts: this.counts,
      skewMsMax: options.skewMsMax,
      sweepsUploads: options.inlineBytesMax !== undefined,
      note: this.note,
      restart: (index) => this.#startServer(index),
    });
  }

  get nowMs(): number {
    return this.scheduler.nowMs;
  }

  /** What every simulation reports of its world, at the end: the trace takes nothing more. */
  report() {
    return {
      findings: this.findings,
      faults: this.counts,
      zombies: this.#zombies(),
      virtualMs: this.nowMs,
      /** SHA-256: the same seed has the same. */
      traceDigest: this.#trace.digest('hex'),
    };
  }

  note = (line: string): void => {
    const dated = `${this.nowMs.toFixed(3)} ${line}`;
    this.#trace.update(`${dated}\n`);
    this.#options.onTrace?.(dated);
  };

  find(finding: string): void {
    this.findings.push(finding);
    this.note(`FINDING ${finding}`);
  }

  /** Starts the servers, then lets time pass until `body` is done, or no operation makes progress. */
  async run(body: () => Promise<void>): Promise<void> {
    // A module that is loaded from disk takes time that is not virtual.
    await loadOnDemandParts();
    const { servers = 3 } = this.#options;
    for (let index = 0; index < servers; index += 1) this.#startServer(index);
    let finished = false;
    const whole = body()
      .catch((error: unknown) => this.find(`unexpected: ${error instanceof Error ? error.stack : error}`))
      .finally(() => {
        finished = true;
      });
    await this.scheduler.run(() => finished || this.#stuck() !== undefined);
    if (finished) await whole;
    else this.find(this.#stuck() ?? 'nothing is left to happen, and somebody still waits');
  }

  /** From now on nothing goes wrong. Resolves when the last request that is late has arrived. */
  async makePeace(): Promise<void> {
    this.#faults = CALM;
    this.progress.answered();
    await this.scheduler.sleep(LATE_MS_MAX + 10_000);
  }

  #zombies(): number {
    return [LOG, NAMESPACE, LIVES].reduce((sum, log) => sum + this.witness.zombies(log), 0);
  }

  /** Any of them; most of the time one that answers, so that life goes on while others are frozen. */
  chooseServer(random: SeededRandom): number {
    const any = random.below(this.servers.length);
    const frozen = this.servers[any]?.process.frozen ?? false;
    return frozen && random.chance(0.9) ? random.below(this.servers.length) : any;
  }

  #stuck(): string | undefined {
    return this.progress.stuck(this.nowMs);
  }

  #startServer(index: number): void {
    this.#started += 1;
    const name = `server${index}#${this.#started}`;
    const random = new SeededRandom(this.random.below(2 ** 31));
    const process = new SimulatedProcess(name, this.scheduler, random);
    process.skewMs = this.servers[index]?.process.skewMs ?? 0;
    const network = this.#network(process);
    const { caps = CAPS, trimAgeMinMs = TRIM_AGE_MIN_MS, snapshotEvery = SNAPSHOT_EVERY } = this.#options;
    const options = {
      clock: process.clock,
      random,
      // Each server is configured with another one (rule 1).
      segmentCapBytes: caps.first + caps.step * index,
      trimAgeMinMs,
    };
    const { inlineBytesMax } = this.#options;
    const large =
      inlineBytesMax === undefined ? options : { ...options, inlineBytesMax, chunkBytes: CHUNK_BYTES };
    const replica = new Replica(kernel, network, new Log(network, NAMESPACE, options), {
      clock: process.clock,
      random,
      snapshotEvery,
      onError: () => undefined,
    });
    const opened = new Kernel(replica, { clock: process.clock });
    const namespace = new Namespace(opened, random);
    this.servers[index] = {
      process,
      store: network,
      log: new Log(network, LOG, large),
      incarnations: new Log(network, LIVES, large),
      replica,
      kernel: opened,
      names: namespace.names,
      namespace,
    };
    this.note(`start ${name}`);
  }

  #network(process: SimulatedProcess): FaultyNetwork {
    const world = this;
    return new FaultyNetwork(this.witness, process, {
      scheduler: this.scheduler,
      random: this.random,
      get faults() {
        return world.#faults;
      },
      counts: this.counts,
      lateMsMax: LATE_MS_MAX,
      trace: (line) => {
        this.progress.called(line);
        this.note(line);
      },
      freeze: () => this.chaos.freeze(process, FROZEN_PUT_MS),
      onLatePut: (log, base) => this.#options.onLatePut?.(log, base),
    });
  }
}
