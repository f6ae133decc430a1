// Watches under fire: keys that change, and watchers on replicas that are killed, frozen and cold-started,
// while the log is compacted and trimmed under them.

import type { WatchEvent } from '../../src/api/watch.ts';
import { HistoryRecorder } from '../checker/history.ts';
import { type WatchRecord, WatchReplay, watchFaults } from '../checker/watch-history.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import type { Faults } from './faults.ts';
import type { SimulationResult } from './simulate.ts';
import { NAMESPACE, type Server } from './workload.ts';
import { World } from './world.ts';

export interface WatchSimulationOptions {
  readonly seed: number;
  /** Changes of all writers together. */
  readonly steps: number;
  readonly faults: Faults;
  readonly servers: number;
  readonly writers: number;
  readonly watchers: number;
  /** How often a command says that the past is not needed any more. */
  readonly compact: number;
  /** How often a writer pauses for so long that segments age. */
  readonly longPauses: number;
  /** The store answers every request, and no process is frozen. Then a change is told soon. */
  readonly isPrompt: boolean;
  readonly onTrace?: (line: string) => void;
}

const KEYS = ['a1', 'a2', 'a3', 'b1', 'b2'];
const PREFIXES = ['', '', 'a', 'b1'];
const LEASE_TTL_MS = 5000;
/** For the poll of the log, and to read it. */
const PROMPT_MS = 3000;
const LONG_PAUSE_MS = 20 * 60_000;

export async function simulateWatches(options: WatchSimulationOptions): Promise<SimulationResult> {
  return new WatchSimulation(options).run();
}

class WatchSimulation {
  readonly #options: WatchSimulationOptions;
  readonly #world: World;
  readonly #history = new HistoryRecorder();
  readonly #watches: WatchRecord[] = [];
  #operations = 0;
  #unknown = 0;

  constructor(options: WatchSimulationOptions) {
    this.#options = options;
    this.#world = new World({ ...options, callsMax: 20_000, snapshotEvery: 15 });
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    const { writers, watchers } = this.#options;
    await world.run(async () => {
      await Promise.all([
        ...Array.from({ length: writers }, (_, id) => this.#write(id)),
        ...Array.from({ length: watchers }, () => this.#watch()),
      ]);
    });
    if (world.findings.length === 0) this.#verify();
    return {
      operations: this.#operations,
      unknown: this.#unknown,
      ...world.report(),
      history: this.#history,
    };
  }

  get #goesOn(): boolean {
    return this.#operations < this.#options.steps && this.#world.findings.length === 0;
  }

  #random(): SeededRandom {
    return new SeededRandom(this.#world.random.below(2 ** 31));
  }

  async #write(id: number): Promise<void> {
    const random = this.#random();
    const world = this.#world;
    while (this.#goesOn) {
      this.#operations += 1;
      const long = random.chance(this.#options.longPauses);
      await world.scheduler.sleep(random.fraction() * (long ? LONG_PAUSE_MS : 500));
      const server = this.#server(random);
      world.chaos.disturb(world.servers.indexOf(server), server);
      const failed = (error: unknown) =>
        world.find(`a change: ${error instanceof Error ? error.stack : error}`);
      const changed = this.#change(random, server, `${id}.${this.#operations}`).catch(failed);
      const done = await Promise.race([changed, server.process.death.then(() => 'killed')]);
      if (done !== 'done') this.#unknown += 1;
      world.progress.answered();
    }
  }

  async #change(random: SeededRandom, server: Server, value: string): Promise<string> {
    const { keys, leases } = server.namespace;
    const key = random.pick(KEYS);
    if (random.chance(this.#options.compact)) {
      const position = Math.max(0, this.#tail() - random.below(30));
      return (await server.kernel.transact({ kind: 'compact', position })).kind;
    }
    if (random.chance(0.25)) return this.#told((await keys.delete(key)).kind);
    if (random.chance(0.75)) return this.#told((await keys.put(key, value)).kind);
    await leases.grant(`lease ${value}`, LEASE_TTL_MS);
    return this.#told((await keys.put(key, value, { lease: `lease ${value}` })).kind);
  }

  #told(kind: string): string {
    return kind === 'failed' ? kind : 'done';
  }

  async #watch(): Promise<void> {
    const random = this.#random();
    let place: number | undefined;
    while (this.#goesOn) {
      const record = this.#record(random, place);
      await this.#follow(random, this.#server(random), record);
      const last = record.told.findLast(({ event }) => event.kind !== 'change')?.event;
      place = last?.kind === 'progress' ? last.position : last?.kind === 'gone' ? last.earliest : place;
      await this.#world.scheduler.sleep(random.fraction() * (random.chance(0.1) ? 300_000 : 1000));
    }
  }

  /** Where the watch begins: with what comes, where the last one ended, or long before. */
  #record(random: SeededRandom, place: number | undefined): WatchRecord {
    const past = random.below(this.#tail() + 1);
    const dice = random.fraction();
    const after = dice < 0.2 ? undefined : dice < 0.8 ? place : past;
    return {
      prefix: random.pick(PREFIXES),
      after,
      tailAtCall: this.#tail(),
      atMs: this.#world.nowMs,
      isSlow: random.chance(0.3),
      told: [],
      endedAtMs: undefined,
    };
  }

  async #follow(random: SeededRandom, server: Server, record: WatchRecord): Promise<void> {
    const world = this.#world;
    this.#watches.push(record);
    const end = new AbortController();
    world.scheduler.schedule(random.fraction() * 30_000, () => end.abort());
    const { prefix, after } = record;
    const following = (async () => {
      const events = server.namespace.watch({ prefix, after, signal: end.signal });
      for await (const event of events) {
        this.#note(server, record, event);
        if (end.signal.aborted) break;
        if (record.isSlow && event.kind === 'progress' && random.chance(0.2))
          await server.process.clock.sleep(2000);
      }
      if (server.process.alive) record.endedAtMs = world.nowMs;
    })().catch((error: unknown) => {
      const unavailable = error instanceof Error && error.name === 'OrdinalError' && !this.#options.isPrompt;
      if (!unavailable) world.find(`a watch: ${error instanceof Error ? error.stack : error}`);
    });
    await Promise.race([following, server.process.death]);
    // Watchers poll while writers pause for long, and that is no loop.
    world.progress.answered();
  }

  #note(server: Server, record: WatchRecord, event: WatchEvent): void {
    const { witness, note } = this.#world;
    record.told.push({ event, tail: this.#tail(), forgotten: witness.forgotten(NAMESPACE) });
    const place = 'position' in event ? event.position : event.earliest;
    note(`${server.process.name} tells the watch after ${record.after}: ${event.kind} ${place}`);
  }

  #server(random: SeededRandom): Server {
    const server = this.#world.servers[this.#world.chooseServer(random)];
    if (!server) throw new Error('no server');
    return server;
  }

  #tail(): number {
    return this.#world.witness.order(NAMESPACE).length;
  }

  #verify(): void {
    const truth = new WatchReplay(this.#world.witness.order(NAMESPACE));
    const promptMs = this.#options.isPrompt ? PROMPT_MS : undefined;
    const faults = this.#watches.flatMap((record) => watchFaults(record, truth, promptMs));
    for (const fault of faults.slice(0, 3)) this.#world.find(fault);
  }
}
