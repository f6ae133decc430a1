// Streams, forks of them and forks of forks, that are created, written, read, trimmed and deleted again and
// again at a few paths, while sweeps go on and servers end anywhere.

import { DeletedLogs } from '../../src/log/deleted-logs.ts';
import { Log } from '../../src/log/log.ts';
import { StoreError } from '../../src/log/store.ts';
import { holdsIn, trimPointOf } from '../../src/log/trim-point.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { LinkedStreams } from '../../src/service/linked-streams.ts';
import { HistoryRecorder } from '../checker/history.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { TRIM_AGE_MIN_MS } from './chaos.ts';
import type { Faults } from './faults.ts';
import { faultOfForks } from './fork-judge.ts';
import { ForkReader } from './fork-reader.ts';
import type { SegmentCaps } from './scenarios.ts';
import type { SimulationResult } from './simulate.ts';
import type { Server } from './workload.ts';
import { World } from './world.ts';

export interface ForkSimulationOptions {
  readonly seed: number;
  readonly steps: number;
  readonly faults: Faults;
  readonly servers: number;
  readonly clients: number;
  /** At how many paths there are streams. */
  readonly paths: number;
  readonly caps: SegmentCaps;
  readonly longPauses?: number;
  /** Appends with more bytes are large. Default: none is. */
  readonly inlineBytesMax?: number;
  readonly onTrace?: (line: string) => void;
}

interface Host {
  readonly streams: LinkedStreams;
  readonly deletedLogs: DeletedLogs;
  readonly openLog: (path: string) => Log;
}

interface Told {
  readonly kind: string;
  readonly definite?: boolean;
}

const TEXT = { contentType: 'text/plain' };
const HOUR_MS = 3_600_000;
/** Smaller than a large text, so that it has several. */
const CHUNK_BYTES = 8;

export async function simulateForks(options: ForkSimulationOptions): Promise<SimulationResult> {
  return new ForkSimulation(options).run();
}

class ForkSimulation {
  readonly #options: ForkSimulationOptions;
  readonly #paths: readonly string[];
  readonly #world: World;
  readonly #reader: ForkReader;
  readonly #hosts = new Map<Server, Host>();
  #operations = 0;
  #unknown = 0;
  #texts = 0;

  constructor(options: ForkSimulationOptions) {
    this.#options = options;
    this.#paths = [...'abcdefgh'].slice(0, options.paths);
    this.#world = new World(options);
    this.#reader = new ForkReader(this.#world);
    const judge = () => this.#judge();
    this.#world.witness.onTrim = judge;
    this.#world.witness.onOpen = judge;
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    await world.run(async () => {
      const clients = Array.from({ length: this.#options.clients }, () => this.#client());
      await Promise.all(clients);
      if (world.findings.length > 0) return;
      await world.makePeace();
      await this.#readAll();
      await this.#deleteAll();
    });
    const { findings, faults, virtualMs, traceDigest } = world.report();
    const zombies = this.#paths.reduce((sum, path) => sum + world.witness.zombies(streamLogName(path)), 0);
    return {
      ...{ findings, faults, zombies, virtualMs, traceDigest, history: new HistoryRecorder() },
      operations: this.#operations,
      unknown: this.#unknown,
    };
  }

  async #client(): Promise<void> {
    const world = this.#world;
    const random = new SeededRandom(world.random.below(2 ** 31));
    while (this.#operations < this.#options.steps && world.findings.length === 0) {
      this.#operations += 1;
      const { longPauses = 0.02 } = this.#options;
      await world.scheduler.sleep(random.fraction() * (random.chance(longPauses) ? 2 * TRIM_AGE_MIN_MS : 50));
      const index = world.chooseServer(random);
      const chosen = world.servers[index];
      if (!chosen) throw new Error('no server');
      world.chaos.disturb(index, chosen);
      await this.#act(world.servers[index] ?? chosen, random);
    }
  }

  async #act(server: Server, random: SeededRandom): Promise<void> {
    const { streams, deletedLogs } = this.#hostOf(server);
    const dice = random.fraction();
    const isCreation = dice >= 0.44 && dice < 0.72;
    const path = this.#choosePath(random, !isCreation);
    const stream = streams.open(path);
    if (dice < 0.24) return this.#read(server, path);
    if (dice < 0.44) return this.#tell(server, `append ${path}`, stream.append(this.#text(random), TEXT));
    if (dice < 0.66) {
      const options = this.#forkOf(random);
      return this.#tell(server, `fork ${path} ${JSON.stringify(options)}`, stream.create(options));
    }
    if (dice < 0.72) {
      const options = {
        ...TEXT,
        body: this.#text(random),
        ...this.#expiry(random),
        ...this.#retention(random),
      };
      return this.#tell(server, `create ${path}`, stream.create(options));
    }
    if (dice < 0.79) return this.#tell(server, `delete ${path}`, stream.delete());
    if (dice < 0.91) {
      const tail = this.#world.witness.order(streamLogName(path)).length;
      const before = Math.max(1, tail - random.below(6));
      return this.#tell(server, `trim ${path} ${before}`, stream.trim(before));
    }
    if (dice < 0.96) return this.#tell(server, `retain ${path}`, upkeep(this.#retain(server, path)));
    return this.#tell(server, 'sweep', upkeep(deletedLogs.sweep()));
  }

  /** Most of the time one where something is to be done: where there is a stream, or none. */
  #choosePath(random: SeededRandom, exists: boolean): string {
    const { witness } = this.#world;
    const isThere = (path: string) => witness.present(streamLogName(path))?.deleted === false;
    const fitting = this.#paths.filter((path) => isThere(path) === exists);
    return random.pick(fitting.length > 0 && random.chance(0.85) ? fitting : this.#paths);
  }

  #forkOf(random: SeededRandom) {
    const from = this.#choosePath(random, true);
    const tail = this.#world.witness.order(streamLogName(from)).length;
    const after = random.chance(0.3) ? undefined : Math.max(0, tail - random.below(5));
    const subOffset = after !== undefined && random.chance(0.3) ? 1 + random.below(3) : undefined;
    const body = random.chance(0.3) ? { body: this.#text(random) } : {};
    return { fork: { from, after, subOffset }, ...body, ...this.#expiry(random), ...this.#retention(random) };
  }

  #expiry(random: SeededRandom) {
    return random.chance(0.2) ? { expiry: { ttlSeconds: 60 * (1 + random.below(30)) } } : {};
  }

  #retention(random: SeededRandom) {
    return random.chance(0.2) ? { retention: { bytes: 1 + random.below(40) } } : {};
  }

  /** Some of them are large. */
  #text(random: SeededRandom): string {
    this.#texts += 1;
    return `${this.#texts}${random.chance(0.3) ? '-'.repeat(12) : ''};`;
  }

  #judge(): void {
    const fault = faultOfForks(this.#world.witness, this.#paths.map(streamLogName));
    if (fault && this.#world.findings.length === 0) this.#world.find(fault);
  }

  #hostOf(server: Server): Host {
    const known = this.#hosts.get(server);
    if (known) return known;
    const { store, process } = server;
    const { caps, inlineBytesMax } = this.#options;
    const segmentCapBytes = caps.first + caps.step * this.#world.servers.indexOf(server);
    const { clock, random } = process;
    const bounds = inlineBytesMax === undefined ? {} : { inlineBytesMax, chunkBytes: CHUNK_BYTES };
    const log = { clock, random, segmentCapBytes, trimAgeMinMs: TRIM_AGE_MIN_MS, ...bounds };
    const logs = new Map<string, Log>();
    const openLog = (path: string) => {
      const opened = logs.get(path) ?? new Log(store, streamLogName(path), log);
      logs.set(path, opened);
      return opened;
    };
    const streams: LinkedStreams = new LinkedStreams({
      store,
      log,
      deletedLogs: () => deletedLogs,
      openLog,
      // The list of streams has a simulation of its own.
      registerFor: () => ({ add: async () => undefined, beginRemoval: async () => async () => undefined }),
    });
    const deletedLogs = new DeletedLogs(store, log, undefined, (name) => streams.clearHolds(name));
    const host = { streams, deletedLogs, openLog };
    this.#hosts.set(server, host);
    return host;
  }

  #retain(server: Server, path: string): Promise<unknown> {
    const { streams, openLog } = this.#hostOf(server);
    return openLog(path).retain((log) => streams.heldAfter(log));
  }

  async #tell(server: Server, what: string, asked: Promise<Told>): Promise<void> {
    const told = await Promise.race([asked, server.process.death.then(() => undefined)]);
    this.#world.progress.answered();
    if (told === undefined || (told.kind === 'failed' && !told.definite)) this.#unknown += 1;
    this.#world.note(`${what} on ${server.process.name} → ${JSON.stringify(told)}`);
  }

  async #read(server: Server, path: string, mustSucceed = false): Promise<void> {
    const stream = this.#hostOf(server).streams.open(path);
    if (this.#world.random.chance(0.2)) await this.#reader.findTime(server, path, stream);
    await this.#reader.read(server, path, stream, mustSucceed);
  }

  async #readAll(): Promise<void> {
    for (const server of this.#world.servers) {
      for (const path of this.#paths) await this.#read(server, path, true);
    }
  }

  /** Whatever servers have left undone: once all streams are deleted, sweeps give everything back. */
  async #deleteAll(): Promise<void> {
    const world = this.#world;
    const [server] = world.servers;
    if (!server) throw new Error('no server');
    const { streams, deletedLogs } = this.#hostOf(server);
    for (const path of this.#paths) await this.#tell(server, `delete ${path}`, streams.open(path).delete());
    for (let times = 0; times < 6; times += 1) {
      await deletedLogs.sweep();
      await world.scheduler.sleep(1.1 * HOUR_MS);
      world.progress.answered();
    }
    for (const path of this.#paths) {
      const log = streamLogName(path);
      const { segments } = await world.witness.range(log, 0, 1e6);
      const record = await world.witness.metadataRecord(log, 'trim-point');
      const kept = segments.filter(({ base }) => base >= trimPointOf(record).sweptTo).length;
      const holds = holdsIn(record);
      if (holds.length > 0) world.find(`${path} is still held: ${JSON.stringify(holds)}`);
      if (kept > 1) world.find(`${path} still has ${kept} segments`);
      for (const fault of await world.witness.blobFaults(log)) world.find(fault);
      const bytes = await world.witness.blobsNamed(log, trimPointOf(record).sweptTo);
      if (bytes > 0) world.find(`${path} still has the bytes of large appends`);
    }
  }
}

function upkeep(asked: Promise<unknown>): Promise<Told> {
  return asked.then(
    () => ({ kind: 'done' }),
    (error: unknown) => {
      if (error instanceof StoreError) return { kind: 'failed', definite: false };
      throw error;
    },
  );
}
