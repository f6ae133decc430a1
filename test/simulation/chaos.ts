// Kills, freezes, sets clocks and trims, while the clients go on.

import type { Scheduler } from '../support/scheduler.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { SimulatedProcess } from '../support/simulated-process.ts';
import type { FaultCounts, FaultKind, Faults } from './faults.ts';
import type { Witness } from './witness.ts';
import { NAMESPACE, type Server } from './workload.ts';

export const TRIM_AGE_MIN_MS = 10 * 60_000;
/**
 * Clocks differ by at most a quarter of the age, and jump by no more: the writer's own measure (half the age)
 * and the trimmer's (the whole) leave just so much room between them.
 */
export const SKEW_MS_MAX = TRIM_AGE_MIN_MS / 8;
/** In the first calls of an operation, or in the pauses after a call that timed out. */
const SOON_MS = [20, 2500];

export interface ChaosOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly witness: Witness;
  readonly faults: Faults;
  readonly counts: FaultCounts;
  readonly skewMsMax?: number | undefined;
  readonly note: (line: string) => void;
  /** Starts a new process in the place of a killed one. */
  readonly restart: (index: number) => void;
}

export class Chaos {
  readonly #options: ChaosOptions;

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  /** Whatever the dice say happens to the server that is used next. */
  disturb(index: number, server: Server): void {
    const { random, note, skewMsMax = SKEW_MS_MAX } = this.#options;
    const { process } = server;
    if (this.#happens('kill')) {
      this.#soon(() => this.#kill(index, process));
    } else if (this.#happens('freeze')) {
      const ms = random.pick([500, 60_000, TRIM_AGE_MIN_MS * 0.7, TRIM_AGE_MIN_MS * 4]);
      this.#soon(() => this.freeze(process, ms));
    } else if (this.#happens('skew')) {
      process.skewMs = Math.floor((random.fraction() * 2 - 1) * skewMsMax);
      note(`skew ${process.name} ${process.skewMs}`);
    }
    if (this.#happens('trim')) this.#trim(server);
  }

  freeze(process: SimulatedProcess, ms: number): void {
    const clockStops = this.#options.random.chance(0.5);
    this.#options.note(`freeze ${process.name} ${ms} ${clockStops}`);
    process.freeze(ms, clockStops);
  }

  #kill(index: number, process: SimulatedProcess): void {
    if (!process.alive) return;
    this.#options.note(`kill ${process.name}`);
    process.kill();
    this.#options.restart(index);
  }

  /** While the operation that comes next is on its way. */
  #soon(step: () => void): void {
    const { scheduler, random } = this.#options;
    scheduler.schedule(random.fraction() * random.pick(SOON_MS), step);
  }

  #trim(server: Server): void {
    const { random, witness, note } = this.#options;
    for (const log of [server.log, server.incarnations]) {
      const tail = witness.order(log.name).length;
      const position = Math.max(0, tail - random.below(12));
      note(`trim ${server.process.name} ${log.name} ${position}`);
      void log.trim(position).catch(() => undefined);
    }
    void this.#trimNamespace(server).catch(() => undefined);
  }

  /**
   * A namespace can be trimmed up to its snapshots: the one before the newest, for those who are loading it.
   */
  async #trimNamespace(server: Server): Promise<void> {
    const note = await this.#options.witness.metadataRecord(NAMESPACE, 'snapshot');
    const previous = note && (JSON.parse(note.value) as { previous?: { position: number } }).previous;
    if (previous) await server.replica.log.trim(previous.position);
  }

  #happens(kind: FaultKind): boolean {
    const { random, faults, counts } = this.#options;
    if (!random.chance(faults[kind])) return false;
    counts[kind] += 1;
    return true;
  }
}
