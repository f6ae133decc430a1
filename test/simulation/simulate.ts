// One simulation: the production log, replica and names on virtual time, with clients, faults and a verdict.
// One seed, one history.

import { createHash } from 'node:crypto';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Names } from '../../src/coordination/names.ts';
import { textOf } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import { contentTypeOf } from '../../src/replica/identity.ts';
import { Replica } from '../../src/replica/replica.ts';
import { encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { type HistoryEntry, HistoryRecorder } from '../checker/history.ts';
import { describeState } from '../support/kernel-state.ts';
import { Scheduler } from '../support/scheduler.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedProcess } from '../support/simulated-process.ts';
import { Chaos, TRIM_AGE_MIN_MS } from './chaos.ts';
import { CALM, type FaultCounts, type Faults, noFaultsYet } from './faults.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { incarnationWorkload, TOMBSTONE } from './incarnation-workload.ts';
import { logWorkload } from './log-workload.ts';
import { namespaceWorkload, replay } from './namespace-workload.ts';
import { Progress } from './progress.ts';
import type { SegmentCaps } from './scenarios.ts';
import { Witness } from './witness.ts';
import {
  type ClientMemory,
  type DrawnOperation,
  type Haunted,
  LIVES,
  LOG,
  NAMESPACE,
  type Outcome,
  type Server,
  type Workload,
} from './workload.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Operations of all clients together. */
  readonly steps: number;
  readonly faults: Faults;
  readonly servers?: number;
  readonly clients?: number;
  /** In bytes: at which the first server's segments are full, and how much more the next one's take. */
  readonly caps?: SegmentCaps;
  /** How often a client pauses for so long that what is in the store ages. */
  readonly longPauses?: number;
  /**
   * After so many operations a later version of the program appends a command that this one does not know.
   */
  readonly newerFormatAfter?: number;
  /** Told every event, in order. */
  readonly onTrace?: (line: string) => void;
}

export interface SimulationResult {
  /** What is wrong, or nothing. */
  readonly findings: readonly string[];
  readonly operations: number;
  readonly unknown: number;
  readonly faults: FaultCounts;
  /** Segments that were brought back from behind the boundary. */
  readonly zombies: number;
  readonly virtualMs: number;
  /** SHA-256 of the trace: the same seed has the same. */
  readonly traceDigest: string;
  readonly history: HistoryRecorder;
}

const WORKLOADS: readonly Workload[] = [logWorkload, namespaceWorkload, incarnationWorkload];

/** For longer than segments live. */
const FROZEN_PUT_MS = 4 * TRIM_AGE_MIN_MS;
const LATE_MS_MAX = 6 * TRIM_AGE_MIN_MS;
const CAPS: SegmentCaps = { first: 100, step: 70 };
const SNAPSHOT_EVERY = 25;
/** In the history, whoever reads the whole log at last. */
const AUDITOR = -1;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #scheduler = new Scheduler();
  readonly #random: SeededRandom;
  readonly #witness = new Witness(new MemoryStore());
  readonly #history = new HistoryRecorder();
  readonly #nothing: HistoryEntry[] = [];
  readonly #workloadOf = new Map<string, Workload>();
  readonly #servers: Server[] = [];
  readonly #counts = noFaultsYet();
  readonly #trace = createHash('sha256');
  readonly #findings: string[] = [];
  readonly #progress = new Progress();
  readonly #chaos: Chaos;
  #faults: Faults;
  #started = 0;
  #operations = 0;
  #newerAt: number | undefined;
  /** The last put of a segment of the log that was frozen. */
  #latePut: { base: number; arrivesAtMs: number } | undefined;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#faults = options.faults;
    this.#random = new SeededRandom(options.seed);
    const simulation = this;
    this.#chaos = new Chaos({
      scheduler: this.#scheduler,
      random: this.#random,
      witness: this.#witness,
      get faults() {
        return simulation.#faults;
      },
      counts: this.#counts,
      note: this.#note,
      restart: (index) => this.#startServer(index),
    });
  }

  async run(): Promise<SimulationResult> {
    const { servers = 3, clients = 5 } = this.#options;
    for (let index = 0; index < servers; index += 1) this.#startServer(index);
    let finished = false;
    const all = Array.from({ length: clients }, (_, id) => this.#client(id));
    const whole = Promise.all(all)
      .then(() => this.#finish())
      .catch((error: unknown) => this.#find(`unexpected: ${error instanceof Error ? error.stack : error}`))
      .finally(() => {
        finished = true;
      });
    await this.#scheduler.run(() => finished || this.#stuck() !== undefined);
    if (finished) await whole;
    else this.#find(this.#stuck() ?? 'nothing is left to happen, and somebody still waits');
    this.#verify();
    return {
      findings: this.#findings,
      operations: this.#operations,
      unknown: this.#history.entries.filter((entry) => entry.return === null).length,
      faults: this.#counts,
      zombies: [LOG, NAMESPACE, LIVES].reduce((sum, log) => sum + this.#witness.zombies(log), 0),
      virtualMs: this.#scheduler.nowMs,
      traceDigest: this.#trace.digest('hex'),
      history: this.#history,
    };
  }

  #stuck(): string | undefined {
    return this.#progress.stuck(this.#scheduler.nowMs);
  }

  #note = (line: string): void => {
    const dated = `${this.#scheduler.nowMs.toFixed(3)} ${line}`;
    this.#trace.update(`${dated}\n`);
    this.#options.onTrace?.(dated);
  };

  #find(finding: string): void {
    this.#findings.push(finding);
    this.#note(`FINDING ${finding}`);
  }

  #startServer(index: number): void {
    this.#started += 1;
    const name = `server${index}#${this.#started}`;
    const random = new SeededRandom(this.#random.below(2 ** 31));
    const process = new SimulatedProcess(name, this.#scheduler, random);
    process.skewMs = this.#servers[index]?.process.skewMs ?? 0;
    const network = this.#network(process);
    const { caps = CAPS } = this.#options;
    const options = {
      clock: process.clock,
      random,
      // Each server is configured with another one (rule 1).
      segmentCapBytes: caps.first + caps.step * index,
      trimAgeMinMs: TRIM_AGE_MIN_MS,
    };
    const replica = new Replica(kernel, network, new Log(network, NAMESPACE, options), {
      clock: process.clock,
      random,
      snapshotEvery: SNAPSHOT_EVERY,
      onError: () => undefined,
    });
    const opened = new Kernel(replica, { clock: process.clock });
    this.#servers[index] = {
      process,
      log: new Log(network, LOG, options),
      incarnations: new Log(network, LIVES, options),
      replica,
      kernel: opened,
      names: new Names(opened),
    };
    this.#note(`start ${name}`);
  }

  #network(process: SimulatedProcess): FaultyNetwork {
    const simulation = this;
    return new FaultyNetwork(this.#witness, process, {
      scheduler: this.#scheduler,
      random: this.#random,
      get faults() {
        return simulation.#faults;
      },
      counts: this.#counts,
      lateMsMax: LATE_MS_MAX,
      trace: (line) => {
        this.#progress.called(line);
        this.#note(line);
      },
      freeze: () => this.#chaos.freeze(process, FROZEN_PUT_MS),
      onLatePut: (log, base) => {
        if (log === LOG) this.#latePut = { base, arrivesAtMs: this.#scheduler.nowMs + FROZEN_PUT_MS };
      },
    });
  }

  async #client(id: number): Promise<void> {
    const random = new SeededRandom(this.#random.below(2 ** 31));
    const client: ClientMemory = {
      id,
      random,
      operations: 0,
      readUpTo: undefined,
      tail: 0,
      position: 0,
      incarnation: undefined,
      incarnationTail: 0,
      zombies: () => this.#zombies(),
    };
    while (this.#operations < this.#options.steps && this.#findings.length === 0) {
      this.#operations += 1;
      client.operations += 1;
      if (this.#operations === this.#options.newerFormatAfter) await this.#appendNewerFormat();
      await this.#scheduler.sleep(this.#thinkingMs(random));
      const first = this.#chooseServer(random);
      const chosen = this.#servers[first];
      if (chosen) this.#chaos.disturb(first, chosen);
      const workload = random.pick(WORKLOADS);
      const drawn = workload.draw(client);
      this.#workloadOf.set(drawn.operation, workload);
      const done = this.#history.call(id, drawn.operation, drawn.arguments);
      const outcome = await this.#carryOut(client, first, drawn);
      this.#progress.answered();
      this.#note(
        `client${id} ${drawn.operation} ${JSON.stringify(drawn.arguments)} → ${JSON.stringify(outcome)}`,
      );
      if (outcome === 'nothing') this.#nothing.push(entryOf(id, drawn));
      else done(outcome);
    }
  }

  #zombies(): Haunted | undefined {
    if (!this.#latePut) return undefined;
    const { base, arrivesAtMs } = this.#latePut;
    const inMs = () => Math.max(0, arrivesAtMs - this.#scheduler.nowMs);
    return inMs() > 0 ? { base, inMs } : undefined;
  }

  /** Mostly at once, now and then so long that what is in the store has aged. */
  #thinkingMs(random: SeededRandom): number {
    if (random.chance(this.#options.longPauses ?? 0.02)) return random.fraction() * 2 * TRIM_AGE_MIN_MS;
    return random.fraction() * 20;
  }

  /** Any of them; most of the time one that answers, so that life goes on while others are frozen. */
  #chooseServer(random: SeededRandom): number {
    const any = random.below(this.#servers.length);
    const frozen = this.#servers[any]?.process.frozen ?? false;
    return frozen && random.chance(0.9) ? random.below(this.#servers.length) : any;
  }

  /**
   * Through any server. One that is killed meanwhile leaves the outcome unknown; what carries a request id is
   * then tried again.
   */
  async #carryOut(client: ClientMemory, first: number, drawn: DrawnOperation): Promise<Outcome> {
    let outcome = await this.#through(this.#servers[first] ?? client.random.pick(this.#servers), drawn);
    const repeatable = 'requestId' in (drawn.arguments as object);
    for (let tries = 0; outcome === 'unknown' && repeatable && tries < 2; tries += 1) {
      const again = await this.#through(client.random.pick(this.#servers), drawn);
      outcome = again === 'nothing' ? 'unknown' : again;
    }
    return outcome;
  }

  async #through(server: Server, drawn: DrawnOperation): Promise<Outcome> {
    const died = server.process.death.then((): Outcome => 'unknown');
    const failed = (error: unknown): Outcome => {
      const name = error instanceof Error ? error.name : '';
      const expected =
        name === 'StoreError' || (name === 'ReplicaStoppedError' && this.#newerAt !== undefined);
      if (!expected) this.#find(`${drawn.operation}: ${error instanceof Error ? error.stack : error}`);
      return 'nothing';
    };
    return Promise.race([drawn.run(server).catch(failed), died]);
  }

  async #appendNewerFormat(): Promise<void> {
    const newer = encodeCommand({ kind: 'transaction', checks: [], then: [], else: [] });
    newer[0] = 250;
    const { clock, random } = new SimulatedProcess('later version', this.#scheduler, new SeededRandom(1));
    const appended = await new Log(this.#witness, NAMESPACE, { clock, random }).append([newer], {
      createContentType: contentTypeOf(kernel.name),
    });
    if (appended.kind !== 'appended') throw new Error(appended.kind);
    this.#newerAt = appended.first;
    this.#note(`newer format at ${appended.first}`);
  }

  /** Peace: every replica catches up, and all have the state that a replay has. */
  async #finish(): Promise<void> {
    if (this.#findings.length > 0) return;
    this.#faults = CALM;
    this.#progress.answered();
    await this.#scheduler.sleep(LATE_MS_MAX + 10_000);
    if (this.#newerAt !== undefined) return this.#expectStopped(this.#newerAt);
    const truth = describeState(replay(this.#witness).state);
    for (const server of this.#servers) {
      const outcome = await server.replica.read((state) => describeState(state));
      const digest = outcome.kind === 'read' ? outcome.value : outcome;
      if (JSON.stringify(digest) !== JSON.stringify(truth)) {
        this.#find(
          `${server.process.name} ends with ${JSON.stringify(digest)}, the replay with ${JSON.stringify(truth)}`,
        );
      }
    }
    const look = await this.#servers[0]?.log.checkTail();
    const tail = look?.kind === 'end' ? look.segment.tail : 0;
    const expected = this.#witness.order(LOG).length;
    if (tail !== expected) this.#find(`the log ends at ${tail}, and ${expected} records were appended`);
    this.#noteAll('read', LOG, logWorkload);
    this.#noteAll('incarnation-read', LIVES, incarnationWorkload);
  }

  /**
   * For other checkers of the history: at the very end somebody sees all of a log, also what was trimmed and
   * deleted.
   */
  #noteAll(operation: string, log: string, workload: Workload): void {
    const input = { kind: 'look' };
    const done = this.#history.call(AUDITOR, operation, { from: 0, whole: true, input, texts: [] });
    const order = this.#witness.order(log);
    const all = order.map(({ data }, index) => ({ position: index + 1, text: textOf(data) }));
    const records = all.filter(({ text }) => text !== TOMBSTONE);
    done({ result: log === LOG ? { records, tail: all.length } : { records } });
    this.#workloadOf.set(operation, workload);
  }

  /** Nobody has gone past the command that nobody understands, and everybody says so. */
  async #expectStopped(newerAt: number): Promise<void> {
    for (const { process, replica } of this.#servers) {
      const outcome = await replica.read(() => undefined).catch((error: Error) => error.name);
      if (outcome !== 'ReplicaStoppedError' || replica.position !== newerAt - 1) {
        this.#find(
          `${process.name} is at ${replica.position}, the newer format at ${newerAt}: ${JSON.stringify(outcome)}`,
        );
      }
    }
  }

  #verify(): void {
    for (const workload of WORKLOADS) {
      // One finding is enough, and a history that is wrong can take long to search.
      if (this.#findings.length > 0) return;
      const own = (entry: HistoryEntry) => this.#workloadOf.get(entry.operation) === workload;
      const history = this.#history.entries.filter(own).sort((a, b) => a.call - b.call);
      const nothing = this.#nothing.filter(own);
      for (const finding of workload.verify({ history, nothing, witness: this.#witness }))
        this.#find(finding);
    }
  }
}

function entryOf(client: number, drawn: DrawnOperation): HistoryEntry {
  return {
    client,
    call: 0,
    return: null,
    operation: drawn.operation,
    arguments: drawn.arguments,
    result: null,
  };
}
