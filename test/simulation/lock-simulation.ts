// Locks under fire: many clients, few servers, leases that are short beside the pauses.

import { type HistoryEntry, HistoryRecorder } from '../checker/history.ts';
import { type LockEvidence, lockFaults } from '../checker/lock-history.ts';
import { LockReplay } from '../checker/lock-replay.ts';
import { earlyEndFaults, promptnessFaults } from '../checker/lock-times.ts';
import { describeState } from '../support/kernel-state.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import type { Faults } from './faults.ts';
import { GuardedResource } from './guarded-resource.ts';
import { LOCKS, type LockCall, LockClient, type LockOutcome } from './lock-client.ts';
import type { SimulationResult } from './simulate.ts';
import { NAMESPACE } from './workload.ts';
import { World } from './world.ts';

export interface LockSimulationOptions {
  readonly seed: number;
  /** Operations of all clients together. */
  readonly steps: number;
  readonly faults: Faults;
  readonly servers: number;
  readonly clients: number;
  /** Clocks differ by twice as much at most. */
  readonly skewMsMax: number;
  /** The store answers every request, and no process is frozen. Then leases that are due end soon. */
  readonly isPrompt: boolean;
  readonly onTrace?: (line: string) => void;
}

/** The default of the kernel, by which the end of a lease may be late, too. */
const ALLOWANCE_MS = 5000;
/** To notice, and to ask the store a few times. */
const SLACK_MS = 3000;
/** Nothing of a lock is older than this, whatever clocks say: no segment goes before its age. */
const TRIM_AGE_MIN_MS = 24 * 3_600_000;
const END_WAIT_MS = 120_000;

export async function simulateLocks(options: LockSimulationOptions): Promise<SimulationResult> {
  return new LockSimulation(options).run();
}

class LockSimulation {
  readonly #options: LockSimulationOptions;
  readonly #world: World;
  readonly #history = new HistoryRecorder();
  readonly #nothing: HistoryEntry[] = [];
  readonly #resource = new GuardedResource();
  #operations = 0;

  constructor(options: LockSimulationOptions) {
    this.#options = options;
    const clocksAreWild = options.skewMsMax > ALLOWANCE_MS / 2;
    this.#world = new World({
      ...options,
      callsMax: 20_000,
      // Trimming takes clocks that differ by less than a quarter of the age.
      ...(clocksAreWild ? { trimAgeMinMs: TRIM_AGE_MIN_MS } : {}),
    });
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    await world.run(async () => {
      await Promise.all(Array.from({ length: this.#options.clients }, (_, id) => this.#client(id).run()));
      if (world.findings.length === 0) await this.#finish();
    });
    if (world.findings.length === 0) this.#verify();
    return {
      operations: this.#operations,
      unknown: this.#history.entries.filter((entry) => entry.return === null).length,
      ...world.report(),
      history: this.#history,
    };
  }

  #client(id: number): LockClient {
    const { scheduler, random, findings } = this.#world;
    const own = new SeededRandom(random.below(2 ** 31));
    return new LockClient({
      id,
      random: own,
      goesOn: () => this.#operations < this.#options.steps && findings.length === 0,
      sleep: (ms) => scheduler.sleep(ms),
      ask: (call) => this.#ask(id, own, call),
      write: (lock, lease, token) => this.#write(own, lock, lease, token),
    });
  }

  async #ask(id: number, random: SeededRandom, call: LockCall): Promise<LockOutcome> {
    const world = this.#world;
    this.#operations += 1;
    const index = world.chooseServer(random);
    const server = world.servers[index];
    if (!server) throw new Error('no server');
    world.chaos.disturb(index, server);
    const { operation } = call;
    const asked = { ...call.asked, atMs: world.nowMs };
    const done = this.#history.call(id, operation, asked);
    const died = server.process.death.then((): LockOutcome => 'unknown');
    const failed = (error: unknown): LockOutcome => {
      world.find(`${operation}: ${error instanceof Error ? error.stack : error}`);
      return 'unknown';
    };
    const outcome = await Promise.race([call.run(server.namespace).catch(failed), died]);
    world.progress.answered();
    world.note(`client${id} ${operation} ${JSON.stringify(asked)} → ${JSON.stringify(outcome)}`);
    if (outcome === 'nothing') {
      this.#nothing.push({ client: id, call: 0, return: null, operation, arguments: asked, result: null });
    } else done(outcome === 'unknown' ? outcome : { result: { ...outcome, atMs: world.nowMs } });
    return outcome;
  }

  /** Mostly at once; now and then the client falls asleep between its decision and the write. */
  async #write(random: SeededRandom, lock: string, lease: string, token: number): Promise<void> {
    const { scheduler, witness, note } = this.#world;
    await scheduler.sleep(random.fraction() * (random.chance(0.1) ? 30_000 : 20));
    const accepted = this.#resource.write(lock, lease, token, witness.order(NAMESPACE).length);
    note(`write ${lock} ${lease} ${token} ${accepted}`);
  }

  /** Without faults: every lease leaves the queues, and each client can acquire every lock. */
  async #finish(): Promise<void> {
    const world = this.#world;
    await world.makePeace();
    const truth = new LockReplay(world.witness.order(NAMESPACE)).state;
    for (const { process, kernel } of world.servers) {
      const read = await kernel.read((state) => describeState(state));
      const [told, expected] = [read.kind === 'read' ? read.value : read, describeState(truth)].map((one) =>
        JSON.stringify(one),
      );
      if (told !== expected) world.find(`${process.name} ends with ${told}, the replay with ${expected}`);
    }
    const random = new SeededRandom(1);
    for (const [lock, holders] of Object.entries(LOCKS)) {
      const options = { lease: `last ${lock}`, ttlMs: END_WAIT_MS, waitMs: END_WAIT_MS, holders };
      const last = await random.pick(world.servers).namespace.locks.acquire(lock, options);
      if (last.kind !== 'acquired') world.find(`nobody gets ${lock} any more: ${JSON.stringify(last)}`);
    }
  }

  #verify(): void {
    const { skewMsMax, isPrompt } = this.#options;
    const world = this.#world;
    const truth = new LockReplay(world.witness.order(NAMESPACE));
    const history = [...this.#history.entries].sort((a, b) => a.call - b.call);
    const evidence: LockEvidence = {
      history,
      nothing: this.#nothing,
      writes: this.#resource.writes,
      truth,
    };
    const faults = lockFaults(evidence);
    if (2 * skewMsMax < ALLOWANCE_MS) faults.push(...earlyEndFaults(evidence));
    const lateMsMax = ALLOWANCE_MS + 2 * skewMsMax;
    if (isPrompt) faults.push(...promptnessFaults(evidence, { lateMsMax, slackMs: SLACK_MS }));
    // One is enough.
    for (const fault of faults.slice(0, 3)) world.find(fault);
  }
}
