// ZooKeeper servers under fire: clients with sessions, ephemeral znodes and watches, on servers that are
// killed, frozen and cut off from the store, and that hold nothing but what belongs to their connections.

import { createHash } from 'node:crypto';
import { Log } from '../../src/log/log.ts';
import { StoreError } from '../../src/log/store.ts';
import { ZookeeperServer } from '../../src/protocols/zookeeper/server.ts';
import { znodeTree } from '../../src/protocols/zookeeper/tree/tree.ts';
import { Replica } from '../../src/replica/replica.ts';
import { HistoryRecorder } from '../checker/history.ts';
import { ZookeeperReplay, zookeeperFaults } from '../checker/zookeeper-history.ts';
import type { ZookeeperRecord } from '../checker/zookeeper-record.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { TRIM_AGE_MIN_MS } from './chaos.ts';
import type { Faults } from './faults.ts';
import type { SimulationResult } from './simulate.ts';
import { NAMESPACE, type Server } from './workload.ts';
import { World } from './world.ts';
import { type ClientWorld, SimulatedClient } from './zookeeper-client.ts';
import { creation, drawRequest, PARENTS } from './zookeeper-requests.ts';

export interface ZookeeperSimulationOptions {
  readonly seed: number;
  /** Requests of all clients together. */
  readonly steps: number;
  readonly faults: Faults;
  readonly servers: number;
  readonly clients: number;
  /** How often a client rests for longer than its session may be silent. */
  readonly longRests: number;
  /** The store answers every request, and no process is frozen: no session ends too early. */
  readonly isPrompt: boolean;
  readonly onTrace?: (line: string) => void;
}

const TICK_MS = 500;
const TIMEOUTS_MS = [1000, 4000, 10_000];
/** For the longest time-out, and for what a server gives those that others hold. */
const SESSIONS_END_MS = 30_000;
/** For a look of the server, and for the way to the store. */
const EARLY_MS_MAX = 1500;

export async function simulateZookeeper(options: ZookeeperSimulationOptions): Promise<SimulationResult> {
  return new ZookeeperSimulation(options).run();
}

class ZookeeperSimulation {
  readonly #options: ZookeeperSimulationOptions;
  readonly #world: World;
  readonly #history = new HistoryRecorder();
  readonly #record: ZookeeperRecord = { connections: [], expiries: [] };
  readonly #hosts = new Map<Server, ZookeeperServer>();
  #operations = 0;
  #unanswered = 0;
  #told = 0;

  constructor(options: ZookeeperSimulationOptions) {
    this.#options = options;
    this.#world = new World({ ...options, callsMax: 50_000, snapshotEvery: 40 });
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    await world.run(async () => {
      await Promise.all(Array.from({ length: this.#options.clients }, (_, id) => this.#client(id)));
      if (world.findings.length > 0) return;
      // Nobody is left to serve, and every look of a server takes its time here.
      for (const host of this.#hosts.values()) void host.stop();
      this.#hosts.clear();
      await world.makePeace();
      await this.#audit();
    });
    if (world.findings.length === 0) this.#verify();
    return {
      operations: this.#operations,
      unknown: this.#unanswered,
      ...world.report(),
      history: this.#history,
    };
  }

  async #client(id: number): Promise<void> {
    const world = this.#world;
    const random = new SeededRandom(world.random.below(2 ** 31));
    const client = new SimulatedClient(`client${id}`, random.pick(TIMEOUTS_MS), this.#clientWorld(random));
    while (this.#operations < this.#options.steps && world.findings.length === 0) {
      await world.scheduler.sleep(random.fraction() * 50);
      await this.#visit(client, random).catch((error: unknown) =>
        world.find(`${client.name}: ${error instanceof Error ? error.stack : error}`),
      );
    }
    client.forget();
  }

  /** One connection, from its beginning to its end. */
  async #visit(client: SimulatedClient, random: SeededRandom): Promise<void> {
    const index = this.#world.chooseServer(random);
    const server = this.#world.servers[index];
    if (!server) throw new Error('no server');
    const host = this.#hostOf(server);
    if (!(await client.connect(host, server.process))) return;
    this.#world.note(`${client.name} has ${client.session?.id} at ${server.process.name}`);
    for (const path of PARENTS) client.send([creation(path, '')]);
    await client.answered();
    while (client.isConnected && this.#operations < this.#options.steps) {
      this.#world.chaos.disturb(index, server);
      const count = 1 + random.below(random.chance(0.3) ? 8 : 2);
      client.send(Array.from({ length: count }, () => this.#draw(random)));
      await client.answered();
      this.#world.note(`${client.name} has sent ${count}`);
      if (!client.isConnected) this.#unanswered += 1;
      await client.rest(
        random.chance(this.#options.longRests) ? 3 * client.timeoutMs : random.fraction() * 100,
      );
      if (random.chance(0.12)) return this.#depart(client, random);
    }
  }

  #draw(random: SeededRandom) {
    this.#operations += 1;
    return drawRequest(random, `tag ${this.#operations}`);
  }

  async #depart(client: SimulatedClient, random: SeededRandom): Promise<void> {
    const dice = random.fraction();
    if (dice < 0.2 && client.isConnected) {
      client.send([{ op: 'close-session' }]);
      await client.answered();
      client.forget();
    } else if (dice < 0.4) {
      // Its session ends because nobody renews it.
      client.forget();
    } else {
      client.leave();
      await this.#world.scheduler.sleep(random.fraction() * client.timeoutMs * random.pick([0.1, 0.5, 2]));
    }
  }

  #clientWorld(random: SeededRandom): ClientWorld {
    const world = this.#world;
    return {
      scheduler: world.scheduler,
      random,
      record: this.#record,
      tail: () => world.witness.order(NAMESPACE).length,
      told: (zxid = 0) => {
        this.#told = Math.max(this.#told, zxid);
        return this.#told;
      },
      find: (fault) => world.find(fault),
      answered: () => world.progress.answered(),
    };
  }

  #hostOf(server: Server): ZookeeperServer {
    const known = this.#hosts.get(server);
    if (known) return known;
    const { process, store } = server;
    const { clock, random } = process;
    const host = new ZookeeperServer({
      clock,
      random,
      tickMs: TICK_MS,
      unusedEveryMs: 10_000,
      onError: (error) => this.#reported(process.name, error),
      open: (observer) => {
        const log = new Log(store, NAMESPACE, {
          clock,
          random,
          segmentCapBytes: 600,
          trimAgeMinMs: TRIM_AGE_MIN_MS,
        });
        const options = { clock, random, snapshotEvery: 40, onError: () => undefined };
        return new Replica(znodeTree, store, log, options, observer);
      },
    });
    this.#hosts.set(server, host);
    void this.#start(host, process.clock.sleep);
    return host;
  }

  /** A program that cannot load its state ends, and is started again. */
  async #start(host: ZookeeperServer, sleep: (ms: number) => Promise<void>): Promise<void> {
    for (let started = false; !started; ) {
      started = await host.start().then(
        () => true,
        () => false,
      );
      if (!started) await sleep(1000);
    }
  }

  #reported(name: string, error: unknown): void {
    if (error instanceof StoreError) return;
    this.#world.find(`${name} reports ${error instanceof Error ? error.stack : error}`);
  }

  /** Everybody is gone. So are all sessions, and what is left is the same everywhere. */
  async #audit(): Promise<void> {
    const world = this.#world;
    const digests = new Set<string>();
    for (const server of world.servers) this.#hostOf(server);
    await world.scheduler.sleep(SESSIONS_END_MS);
    for (const server of world.servers) {
      const host = this.#hostOf(server);
      const read = await host.log.replica.read((state) => {
        if (state.sessions.size > 0) world.find(`${state.sessions.size} sessions never end`);
        const chunks = [...znodeTree.encodeState(state)];
        return createHash('sha256').update(Buffer.concat(chunks)).digest('hex');
      });
      if (read.kind !== 'read') return world.find(`no read in peace: ${JSON.stringify(read)}`);
      digests.add(`${read.position} ${read.value}`);
    }
    if (digests.size > 1) world.find(`replicas disagree: ${[...digests].join(', ')}`);
  }

  #verify(): void {
    const replay = new ZookeeperReplay(this.#world.witness.order(NAMESPACE));
    const earlyMsMax = this.#options.isPrompt ? EARLY_MS_MAX : undefined;
    for (const fault of zookeeperFaults(this.#record, replay, { earlyMsMax }).slice(0, 3))
      this.#world.find(fault);
  }
}
