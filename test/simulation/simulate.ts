// One simulation: the production log, replica and names on virtual time, with clients, faults and a verdict.
// One seed, one history.

import { textOf } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import { contentTypeOf } from '../../src/replica/identity.ts';
import { encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { type HistoryEntry, HistoryRecorder } from '../checker/history.ts';
import { describeState } from '../support/kernel-state.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedProcess } from '../support/simulated-process.ts';
import { TRIM_AGE_MIN_MS } from './chaos.ts';
import type { FaultCounts, Faults } from './faults.ts';
import { incarnationWorkload, TOMBSTONE } from './incarnation-workload.ts';
import { logWorkload } from './log-workload.ts';
import { namespaceWorkload, replay } from './namespace-workload.ts';
import type { SegmentCaps } from './scenarios.ts';
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
import { FROZEN_PUT_MS, World } from './world.ts';

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
  /** Appends of more bytes are large. Default: none are. */
  readonly inlineBytesMax?: number;
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

/** The client in the history that reads the whole log at the end. */
const AUDITOR = -1;
/** And the one that gives uploads up. */
const SWEEPER = -2;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #world: World;
  readonly #history = new HistoryRecorder();
  readonly #nothing: HistoryEntry[] = [];
  readonly #workloadOf = new Map<string, Workload>();
  #operations = 0;
  #newerAt: number | undefined;
  /** The last put of a segment of the log that was frozen. */
  #latePut: { base: number; arrivesAtMs: number } | undefined;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#world = new World({
      ...options,
      onLatePut: (log, base) => {
        if (log === LOG) this.#latePut = { base, arrivesAtMs: this.#world.nowMs + FROZEN_PUT_MS };
      },
    });
  }

  async run(): Promise<SimulationResult> {
    const { clients = 5 } = this.#options;
    const world = this.#world;
    world.witness.onBuried = (log) => this.#noteBuried(log);
    await world.run(async () => {
      await Promise.all(Array.from({ length: clients }, (_, id) => this.#client(id)));
      await this.#finish();
    });
    this.#verify();
    return {
      operations: this.#operations,
      unknown: this.#history.entries.filter((entry) => entry.return === null).length,
      ...world.report(),
      history: this.#history,
    };
  }

  async #client(id: number): Promise<void> {
    const random = new SeededRandom(this.#world.random.below(2 ** 31));
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
    while (this.#operations < this.#options.steps && this.#world.findings.length === 0) {
      this.#operations += 1;
      client.operations += 1;
      if (this.#operations === this.#options.newerFormatAfter) await this.#appendNewerFormat();
      await this.#world.scheduler.sleep(this.#thinkingMs(random));
      const first = this.#world.chooseServer(random);
      const chosen = this.#world.servers[first];
      if (chosen) this.#world.chaos.disturb(first, chosen);
      const workload = random.pick(WORKLOADS);
      const drawn = workload.draw(client);
      this.#workloadOf.set(drawn.operation, workload);
      const done = this.#history.call(id, drawn.operation, drawn.arguments);
      const outcome = await this.#carryOut(client, first, drawn);
      this.#world.progress.answered();
      this.#world.note(
        `client${id} ${drawn.operation} ${JSON.stringify(drawn.arguments)} → ${JSON.stringify(outcome)}`,
      );
      if (outcome === 'nothing') this.#nothing.push(entryOf(id, drawn));
      else done(outcome);
    }
  }

  #zombies(): Haunted | undefined {
    if (!this.#latePut) return undefined;
    const { base, arrivesAtMs } = this.#latePut;
    const inMs = () => Math.max(0, arrivesAtMs - this.#world.nowMs);
    return inMs() > 0 ? { base, inMs } : undefined;
  }

  /** Mostly at once, now and then so long that what is in the store has aged. */
  #thinkingMs(random: SeededRandom): number {
    if (random.chance(this.#options.longPauses ?? 0.02)) return random.fraction() * 2 * TRIM_AGE_MIN_MS;
    return random.fraction() * 20;
  }

  /**
   * Through any server. One that is killed meanwhile leaves the outcome unknown; what carries a request id is
   * then tried again.
   */
  async #carryOut(client: ClientMemory, first: number, drawn: DrawnOperation): Promise<Outcome> {
    let outcome = await this.#through(
      this.#world.servers[first] ?? client.random.pick(this.#world.servers),
      drawn,
    );
    const repeatable = 'requestId' in (drawn.arguments as object);
    for (let tries = 0; outcome === 'unknown' && repeatable && tries < 2; tries += 1) {
      const again = await this.#through(client.random.pick(this.#world.servers), drawn);
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
      if (!expected) this.#world.find(`${drawn.operation}: ${error instanceof Error ? error.stack : error}`);
      return 'nothing';
    };
    return Promise.race([drawn.run(server).catch(failed), died]);
  }

  async #appendNewerFormat(): Promise<void> {
    const newer = encodeCommand({ kind: 'transaction', checks: [], then: [], else: [] });
    newer[0] = 250;
    const { clock, random } = new SimulatedProcess(
      'later version',
      this.#world.scheduler,
      new SeededRandom(1),
    );
    const appended = await new Log(this.#world.witness, NAMESPACE, { clock, random }).append([newer], {
      createContentType: contentTypeOf(kernel.name),
    });
    if (appended.kind !== 'appended') throw new Error(appended.kind);
    this.#newerAt = appended.first;
    this.#world.note(`newer format at ${appended.first}`);
  }

  /** Peace: every replica catches up, and all have the state that a replay has. */
  async #finish(): Promise<void> {
    if (this.#world.findings.length > 0) return;
    await this.#world.makePeace();
    if (this.#newerAt !== undefined) return this.#expectStopped(this.#newerAt);
    const truth = describeState(replay(this.#world.witness).state);
    for (const server of this.#world.servers) {
      const outcome = await server.replica.read((state) => describeState(state));
      const digest = outcome.kind === 'read' ? outcome.value : outcome;
      if (JSON.stringify(digest) !== JSON.stringify(truth)) {
        this.#world.find(
          `${server.process.name} ends with ${JSON.stringify(digest)}, the replay with ${JSON.stringify(truth)}`,
        );
      }
    }
    await this.#auditBlobs();
    const look = await this.#world.servers[0]?.log.checkTail();
    const tail = look?.kind === 'end' ? look.segment.tail : 0;
    const expected = this.#world.witness.order(LOG).length;
    if (tail !== expected) this.#world.find(`the log ends at ${tail}, and ${expected} records were appended`);
    this.#noteAll('read', LOG, logWorkload);
    this.#noteAll('incarnation-read', LIVES, incarnationWorkload);
  }

  /**
   * A sweep that finds no log where it is to give uploads up makes one that is deleted. For the history that
   * is a creation and a deletion, of which nobody was told.
   */
  #noteBuried(log: string): void {
    if (log !== LIVES) {
      this.#world.find(`a sweep has buried ${log}`);
      return;
    }
    const creation = { kind: 'append', count: 0, create: 'must-be-new', seal: false };
    for (const [operation, input] of [
      ['incarnation-create', creation],
      ['incarnation-delete', { kind: 'delete' }],
    ] as const) {
      this.#history.call(SWEEPER, operation, { input, texts: [] })('unknown');
      this.#workloadOf.set(operation, incarnationWorkload);
    }
  }

  /** Every upload is old by now. What is left of them is named, and what is named is there. */
  async #auditBlobs(): Promise<void> {
    const [server] = this.#world.servers;
    if (this.#options.inlineBytesMax === undefined || !server) return;
    for (const log of [server.log, server.incarnations]) {
      const { pending } = await log.sweepUploads();
      if (pending > 0) this.#world.find(`${pending} uploads of ${log.name} are left`);
      for (const fault of await this.#world.witness.blobFaults(log.name)) this.#world.find(fault);
    }
  }

  /**
   * For other checkers of the history: at the very end a reader sees all of a log, also what was trimmed and
   * deleted.
   */
  #noteAll(operation: string, log: string, workload: Workload): void {
    const input = { kind: 'look' };
    const done = this.#history.call(AUDITOR, operation, { from: 0, whole: true, input, texts: [] });
    const order = this.#world.witness.order(log);
    const all = order.map(({ data }, index) => ({ position: index + 1, text: textOf(data) }));
    const records = all.filter(({ text }) => text !== TOMBSTONE);
    done({ result: log === LOG ? { records, tail: all.length } : { records } });
    this.#workloadOf.set(operation, workload);
  }

  /** No replica has gone past the command that none understands, and every replica says so. */
  async #expectStopped(newerAt: number): Promise<void> {
    for (const { process, replica } of this.#world.servers) {
      const outcome = await replica.read(() => undefined).catch((error: Error) => error.name);
      if (outcome !== 'ReplicaStoppedError' || replica.position !== newerAt - 1) {
        this.#world.find(
          `${process.name} is at ${replica.position}, the newer format at ${newerAt}: ${JSON.stringify(outcome)}`,
        );
      }
    }
  }

  #verify(): void {
    for (const fault of this.#world.witness.faults) this.#world.find(fault);
    for (const workload of WORKLOADS) {
      // One finding is enough, and a history that is wrong can take long to search.
      if (this.#world.findings.length > 0) return;
      const own = (entry: HistoryEntry) => this.#workloadOf.get(entry.operation) === workload;
      const history = this.#history.entries.filter(own).sort((a, b) => a.call - b.call);
      const nothing = this.#nothing.filter(own);
      for (const finding of workload.verify({ history, nothing, witness: this.#world.witness }))
        this.#world.find(finding);
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
