// A connection of a simulated client to a server: bytes take their time, keep their order, and stay on the
// way when either end is gone.

import type { Connection } from '../../src/protocols/zookeeper/connection.ts';
import type { Link } from '../../src/protocols/zookeeper/link.ts';
import type { ZookeeperServer } from '../../src/protocols/zookeeper/server.ts';
import type { Scheduler } from '../support/scheduler.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { SimulatedProcess } from '../support/simulated-process.ts';

export interface LinkOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly process: SimulatedProcess;
  readonly server: ZookeeperServer;
  readonly onBytes: (bytes: Buffer) => void;
  /** The server has closed the connection, or its process is gone. */
  readonly onClosed: () => void;
}

/** On the way in one direction. */
const DELAY_MS_MAX = 5;

export class SimulatedLink {
  readonly #options: LinkOptions;
  readonly #connection: Connection | undefined;
  #isOpen = true;
  /** When the last bytes arrive, in each direction. */
  #thereAtMs = 0;
  #backAtMs = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { process, server } = options;
    const link: Link = {
      address: '127.0.0.1',
      port: 1,
      pendingBytes: 0,
      send: (bytes) => this.#toClient(() => options.onBytes(bytes)),
      pause: () => undefined,
      resume: () => undefined,
      end: () => this.#toClient(() => this.#lost()),
      cut: () => this.#toClient(() => this.#lost()),
    };
    this.#connection = server.accept(link);
    void process.death.then(() => this.#toClient(() => this.#lost()));
  }

  send(bytes: Buffer): void {
    this.#toServer(() => this.#connection?.receive(bytes));
  }

  /** Without a word, as by a client that is killed. */
  cut(): void {
    this.#isOpen = false;
    this.#toServer(() => this.#connection?.closed());
  }

  #lost(): void {
    this.#isOpen = false;
    this.#options.onClosed();
  }

  #toServer(arrive: () => void): void {
    const { process, scheduler, random } = this.#options;
    this.#thereAtMs = Math.max(this.#thereAtMs, scheduler.nowMs + random.fraction() * DELAY_MS_MAX);
    process.schedule(this.#thereAtMs - scheduler.nowMs, arrive);
  }

  #toClient(arrive: () => void): void {
    const { scheduler, random } = this.#options;
    this.#backAtMs = Math.max(this.#backAtMs, scheduler.nowMs + random.fraction() * DELAY_MS_MAX);
    scheduler.schedule(this.#backAtMs - scheduler.nowMs, () => {
      if (this.#isOpen) arrive();
    });
  }
}
