// The retention of a log under fire: servers append to it, and trim it as its retention says, while clocks
// differ and jump, servers die and freeze, and something else holds a part of the log. Each trimming is
// judged when it happens.

import { textOf, utf8 } from '../../src/encoding/binary.ts';
import type { Retention } from '../../src/log/segment.ts';
import { trimPointOf } from '../../src/log/trim-point.ts';
import { HistoryRecorder } from '../checker/history.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { EPOCH_MS } from '../support/simulated-process.ts';
import { SKEW_MS_MAX, TRIM_AGE_MIN_MS } from './chaos.ts';
import type { Faults } from './faults.ts';
import type { SegmentCaps } from './scenarios.ts';
import type { SimulationResult } from './simulate.ts';
import { LOG, type Server } from './workload.ts';
import { World } from './world.ts';

export interface RetentionSimulationOptions {
  readonly seed: number;
  readonly steps: number;
  readonly faults: Faults;
  readonly servers: number;
  readonly clients: number;
  readonly caps?: SegmentCaps;
  readonly longPauses?: number;
  readonly retention: Retention;
  readonly onTrace?: (line: string) => void;
}

export async function simulateRetention(options: RetentionSimulationOptions): Promise<SimulationResult> {
  return new RetentionSimulation(options).run();
}

class RetentionSimulation {
  readonly #options: RetentionSimulationOptions;
  readonly #world: World;
  readonly #history = new HistoryRecorder();
  readonly #acknowledged = new Map<string, number>();
  /** Records after it are held. It only moves on, as when those that hold the log go one by one. */
  #held = 0;
  /** Where it was: there a trimming may end in the middle of a segment. */
  readonly #holds = new Set<number>();
  #trimmedTo = 0;
  #operations = 0;
  #unknown = 0;
  #texts = 0;

  constructor(options: RetentionSimulationOptions) {
    this.#options = options;
    this.#world = new World(options);
    this.#world.witness.onTrim = (log, trimmedTo) => {
      if (log === LOG) this.#judge(trimmedTo);
    };
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    await world.run(async () => {
      const { retention, clients } = this.#options;
      await world.servers[0]?.log.create({ contentType: 'text/plain', retention });
      await Promise.all(Array.from({ length: clients }, () => this.#client()));
      if (world.findings.length > 0) return;
      await world.makePeace();
      await this.#settle();
      await this.#verify();
    });
    const { findings, faults, zombies, virtualMs, traceDigest } = world.report();
    return {
      ...{ findings, faults, zombies, virtualMs, traceDigest, history: this.#history },
      operations: this.#operations,
      unknown: this.#unknown,
    };
  }

  async #client(): Promise<void> {
    const random = new SeededRandom(this.#world.random.below(2 ** 31));
    while (this.#operations < this.#options.steps && this.#world.findings.length === 0) {
      this.#operations += 1;
      const { longPauses = 0.02 } = this.#options;
      const pauseMs = random.chance(longPauses) ? TRIM_AGE_MIN_MS : 20;
      await this.#world.scheduler.sleep(random.fraction() * pauseMs);
      const server = this.#server(random);
      if (random.chance(0.25)) await this.#retain(server);
      else if (random.chance(0.1)) this.#moveHold(random);
      else await this.#append(server, random);
    }
  }

  async #append(server: Server, random: SeededRandom): Promise<void> {
    this.#texts += 1;
    const text = `${this.#texts}.${'x'.repeat(random.below(20))}`;
    const result = await this.#settled(server, server.log.append([utf8(text)]));
    if (result?.kind === 'appended') this.#acknowledged.set(text, result.first);
    else if (result?.kind === 'refused') this.#world.find(`an append was refused: ${result.reason}`);
    else if (!result?.definite) this.#unknown += 1;
  }

  async #retain(server: Server): Promise<void> {
    const retained = server.log.retain(async () => this.#held).catch(() => undefined);
    await this.#settled(server, retained);
  }

  #moveHold(random: SeededRandom): void {
    const tail = this.#world.witness.order(LOG).length;
    this.#held = Math.max(this.#held, tail - random.below(60));
    this.#holds.add(this.#held);
    this.#world.note(`held after ${this.#held}`);
  }

  /** Undefined where the server dies meanwhile. */
  async #settled<T>(server: Server, sent: Promise<T>): Promise<T | undefined> {
    const result = await Promise.race([sent, server.process.death.then(() => undefined)]);
    this.#world.progress.answered();
    return result;
  }

  #server(random: SeededRandom): Server {
    const index = this.#world.chooseServer(random);
    const server = this.#world.servers[index];
    if (!server) throw new Error('no server');
    this.#world.chaos.disturb(index, server);
    return this.#world.servers[index] ?? server;
  }

  /** At the moment of a trimming: nothing that is kept, young or held is trimmed. */
  #judge(trimmedTo: number): void {
    const { ageMs = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = this.#options.retention;
    const order = this.#world.witness.order(LOG);
    const bytesAfter = order.slice(trimmedTo).reduce((sum, record) => sum + record.bytes, 0);
    // As the clock that is furthest ahead would have it.
    const nowMs = EPOCH_MS + this.#world.nowMs + SKEW_MS_MAX;
    for (const { timeMs, data } of order.slice(this.#trimmedTo, trimmedTo)) {
      const oldMs = nowMs - timeMs;
      const isKept = oldMs < ageMs && bytesAfter < bytes;
      if (oldMs < TRIM_AGE_MIN_MS || isKept)
        this.#world.find(
          `${textOf(data)} was trimmed when it was ${oldMs} ms old, before ${bytesAfter} bytes`,
        );
    }
    if (trimmedTo > this.#held) this.#world.find(`trimmed to ${trimmedTo}, but held after ${this.#held}`);
    const inBatch = order[trimmedTo] !== undefined && order[trimmedTo]?.bytes === 0;
    if (inBatch && !this.#holds.has(trimmedTo))
      this.#world.find(`trimmed to ${trimmedTo}, in the middle of a batch`);
    this.#trimmedTo = Math.max(this.#trimmedTo, trimmedTo);
  }

  /** Nothing goes wrong any more and nothing is held, until all that is due has been done. */
  async #settle(): Promise<void> {
    const { ageMs = 0 } = this.#options.retention;
    this.#held = Number.MAX_SAFE_INTEGER;
    for (let times = 0; times < 4; times += 1) {
      await this.#world.scheduler.sleep(2 * TRIM_AGE_MIN_MS + ageMs);
      for (const { log } of this.#world.servers) await log.retain(async () => this.#held);
      this.#world.progress.answered();
    }
  }

  async #verify(): Promise<void> {
    const { witness } = this.#world;
    const { retention } = this.#options;
    const order = witness.order(LOG);
    for (const [text, position] of this.#acknowledged) {
      const there = order[position - 1];
      if (!there || textOf(there.data) !== text) this.#world.find(`${text} is not at ${position}`);
    }
    const { segments } = await witness.range(LOG, 0, 10_000_000);
    const { sweptTo } = trimPointOf(await witness.metadataRecord(LOG, 'trim-point'));
    const oldest = segments.find(({ tail }) => tail > this.#trimmedTo);
    if (segments.some(({ base }) => base < sweptTo)) this.#world.find('a segment was left behind');
    if (retention.ageMs !== undefined && this.#trimmedTo < order.length)
      this.#world.find(`only trimmed to ${this.#trimmedTo}, of ${order.length}`);
    const bytesAfter = order.slice(oldest?.tail).reduce((sum, record) => sum + record.bytes, 0);
    if (oldest && retention.bytes !== undefined && bytesAfter >= retention.bytes)
      this.#world.find(`${bytesAfter} bytes are left after the oldest segment`);
  }
}
