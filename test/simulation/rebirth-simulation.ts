// A namespace whose log is deleted and created again under fire, by servers that run one state machine or
// another.

import { textOf, utf8 } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import { ReplicaStoppedError } from '../../src/replica/applier.ts';
import { machineNameOf } from '../../src/replica/identity.ts';
import { Replica } from '../../src/replica/replica.ts';
import type { StateMachine } from '../../src/state-machine/state-machine.ts';
import { type HistoryEntry, HistoryRecorder } from '../checker/history.ts';
import { type Incarnation, type RebirthAnswer, rebirthFaults } from '../checker/rebirth-history.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { TRIM_AGE_MIN_MS } from './chaos.ts';
import type { Faults } from './faults.ts';
import type { SimulationResult } from './simulate.ts';
import { NAMESPACE, type Outcome, type Server } from './workload.ts';
import { World } from './world.ts';

export interface RebirthSimulationOptions {
  readonly seed: number;
  readonly steps: number;
  readonly faults: Faults;
  readonly servers: number;
  readonly clients: number;
  readonly onTrace?: (line: string) => void;
}

const MACHINES = ['adder', 'notes'] as const;
type MachineName = (typeof MACHINES)[number];
type TextReplica = Replica<string[], string, number, never>;

interface Host {
  readonly id: string;
  readonly machine: MachineName;
  readonly replica: TextReplica;
}

/** Its state is the texts that it was told. It takes none of another machine. */
function machineOf(name: MachineName): StateMachine<string[], string, number, never> {
  return {
    name,
    empty: () => [],
    encodeCommand: utf8,
    decodeCommand(record) {
      const text = textOf(record);
      if (!text.startsWith(`${name} `)) throw new Error(`a command of another machine: ${text}`);
      return text;
    },
    apply(state, _, command) {
      state.push(command);
      return { result: state.length, changes: [] };
    },
    encodeState: (state) => state.map(utf8),
    decodeState: (chunks) => [...chunks].map(textOf),
    stateBytes: (state) => state.length,
    changeBytes: () => 0,
  };
}

export async function simulateRebirth(options: RebirthSimulationOptions): Promise<SimulationResult> {
  return new RebirthSimulation(options).run();
}

class RebirthSimulation {
  readonly #options: RebirthSimulationOptions;
  readonly #world: World;
  readonly #history = new HistoryRecorder();
  readonly #nothing: HistoryEntry[] = [];
  readonly #hosts = new Map<Server, Host>();
  #opened = 0;
  #operations = 0;

  constructor(options: RebirthSimulationOptions) {
    this.#options = options;
    this.#world = new World(options);
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    await world.run(async () => {
      await Promise.all(Array.from({ length: this.#options.clients }, (_, id) => this.#client(id)));
      if (world.findings.length > 0) return;
      await world.makePeace();
      for (const server of world.servers) await this.#ask(-1, server, 'read', {});
    });
    if (world.findings.length === 0) this.#verify();
    return {
      operations: this.#operations,
      unknown: this.#history.entries.filter((entry) => entry.return === null).length,
      ...world.report(),
      history: this.#history,
    };
  }

  async #client(id: number): Promise<void> {
    const world = this.#world;
    const random = new SeededRandom(world.random.below(2 ** 31));
    while (this.#operations < this.#options.steps && world.findings.length === 0) {
      this.#operations += 1;
      const pauseMs = random.chance(0.01) ? 2 * TRIM_AGE_MIN_MS : 50;
      await world.scheduler.sleep(random.fraction() * pauseMs);
      const index = world.chooseServer(random);
      const server = world.servers[index];
      if (!server) throw new Error('no server');
      world.chaos.disturb(index, server);
      if (random.chance(0.03)) await this.#ask(id, server, 'delete', {});
      else if (random.chance(0.4)) await this.#ask(id, server, 'read', {});
      else {
        const { id: replica, machine } = this.#hostOf(server);
        await this.#ask(id, server, 'submit', { text: `${machine} c${id}.${this.#operations}`, replica });
      }
    }
  }

  /** A replica that has stopped because its log is another one now is replaced, as a service does it. */
  #hostOf(server: Server): Host {
    const known = this.#hosts.get(server);
    if (known) return known;
    const { random, note } = this.#world;
    this.#opened += 1;
    const machine = random.pick(MACHINES);
    const { process, store } = server;
    const { clock } = process;
    const options = { clock, random: process.random, segmentCapBytes: 120, trimAgeMinMs: TRIM_AGE_MIN_MS };
    const replica = new Replica(machineOf(machine), store, new Log(store, NAMESPACE, options), {
      clock,
      random: process.random,
      snapshotEvery: 10,
    });
    const host: Host = { id: `replica${this.#opened}`, machine, replica };
    this.#hosts.set(server, host);
    note(`open ${host.id} of ${machine} on ${process.name}`);
    return host;
  }

  async #ask(
    id: number,
    server: Server,
    operation: 'submit' | 'read' | 'delete',
    asked: { text?: string; replica?: string },
  ): Promise<void> {
    const world = this.#world;
    const tailAtCall = this.#tail();
    const done = this.#history.call(id, operation, asked);
    const host = this.#hostOf(server);
    const answer = (async (): Promise<Outcome> => {
      if (operation === 'delete') return this.#delete(server);
      const told =
        asked.text === undefined ? await read(host.replica) : await submit(host.replica, asked.text);
      return typeof told === 'string'
        ? told
        : { result: { ...told, wasMissing: this.#wasMissing(tailAtCall) } };
    })().catch((error: unknown) => this.#stopped(server, host, error));
    const outcome = await Promise.race([answer, server.process.death.then((): Outcome => 'unknown')]);
    world.progress.answered();
    world.note(`client${id} ${operation} ${JSON.stringify(asked)} ${host.id} → ${JSON.stringify(outcome)}`);
    if (outcome !== 'nothing') done(outcome);
    else this.#nothing.push({ client: id, call: 0, return: null, operation, arguments: asked, result: null });
  }

  async #delete({ store, process }: Server): Promise<Outcome> {
    const { clock, random } = process;
    const log = new Log(store, NAMESPACE, { clock, random, trimAgeMinMs: TRIM_AGE_MIN_MS });
    const deleted = await log.delete();
    if (deleted.kind === 'failed') return deleted.definite ? 'nothing' : 'unknown';
    return { result: { kind: deleted.kind } };
  }

  /** What a replica throws when it has stopped says that nothing was done. */
  #stopped(server: Server, host: Host, error: unknown): Outcome {
    const expected =
      error instanceof ReplicaStoppedError &&
      (error.logIsGone || /runs the state machine/.test(error.message));
    if (!expected) this.#world.find(`${error instanceof Error ? error.stack : error}`);
    if (this.#hosts.get(server) === host) this.#hosts.delete(server);
    return 'nothing';
  }

  #tail(): number {
    return this.#world.witness.order(NAMESPACE).length;
  }

  #wasMissing(since: number): boolean {
    if (since === 0) return true;
    return this.#world.witness.tombstones(NAMESPACE).some((one) => one >= since);
  }

  #verify(): void {
    const { witness } = this.#world;
    const order = witness.order(NAMESPACE);
    const tombstones = witness.tombstones(NAMESPACE);
    const starts = [0, ...tombstones].filter((start) => start < order.length);
    const incarnations = starts.map((start): Incarnation => {
      const end = tombstones.find((one) => one > start) ?? Number.POSITIVE_INFINITY;
      const texts = new Map<number, string>();
      for (let position = start + 1; position <= order.length && position < end; position += 1) {
        const text = textOf(order[position - 1]?.data ?? new Uint8Array());
        if (text !== '') texts.set(position, text);
      }
      const contentType = witness.contentType(NAMESPACE, start);
      const machine =
        machineNameOf({ incarnation: start, ...(contentType ? { contentType } : {}) }) ?? 'none';
      return { machine, start, texts };
    });
    const history = [...this.#history.entries].sort((a, b) => a.call - b.call);
    const faults = rebirthFaults({ history, nothing: this.#nothing, incarnations });
    for (const fault of faults.slice(0, 3)) this.#world.find(fault);
  }
}

type Told = Omit<RebirthAnswer, 'wasMissing'> | 'nothing' | 'unknown';

async function submit(replica: TextReplica, text: string): Promise<Told> {
  const result = await replica.submit(text);
  if (result.kind === 'failed') return result.definite ? 'nothing' : 'unknown';
  return { position: result.position, count: result.result };
}

async function read(replica: TextReplica): Promise<Told> {
  const result = await replica.read((state) => ({ count: state.length, last: state.at(-1) }));
  return result.kind === 'read' ? { position: result.position, ...result.value } : 'nothing';
}
