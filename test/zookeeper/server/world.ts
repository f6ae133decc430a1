// Servers of the ZooKeeper protocol and their clients on virtual time: one store, no sockets.

import { Log } from '../../../src/log/log.ts';
import { type Store, StoreError } from '../../../src/log/store.ts';
import { type ServerOptions, ZookeeperServer } from '../../../src/protocols/zookeeper/server.ts';
import { znodeTree } from '../../../src/protocols/zookeeper/tree/tree.ts';
import { Replica } from '../../../src/replica/replica.ts';
import { loadOnDemandParts } from '../../../src/service/on-demand.ts';
import { MemoryStore } from '../../../src/store/memory.ts';
import { InterceptedStore } from '../../support/intercepted-store.ts';
import { Scheduler } from '../../support/scheduler.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { SimulatedProcess } from '../../support/simulated-process.ts';
import { LinkedClient } from './linked-client.ts';

/** Of one call of the store. */
const STORE_MS = 2;
/** Virtual: no test waits so long for anything that is to come. */
const FOR_EVER_MS = 600_000;

export class World {
  readonly scheduler = new Scheduler();
  readonly store = new MemoryStore();

  async start(options: Partial<ServerOptions> & { trimAgeMinMs?: number; snapshotEvery?: number } = {}) {
    // A module that is loaded from disk takes time that is not virtual.
    await loadOnDemandParts();
    const server = new TestServer(this, options);
    await this.settled(server.server.start());
    return server;
  }

  /** Lets time go by until `isSo`. @throws Error when it never is */
  async until(isSo: () => boolean): Promise<void> {
    const end = this.scheduler.nowMs + FOR_EVER_MS;
    await this.scheduler.run(() => isSo() || this.scheduler.nextAtMs > end);
    if (!isSo()) throw new Error('it never came so far');
  }

  async pass(ms: number): Promise<void> {
    let isOver = false;
    this.scheduler.schedule(ms, () => {
      isOver = true;
    });
    await this.scheduler.run(() => isOver);
  }

  async settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.until(() => isSettled);
    return promise;
  }
}

let ports = 40_000;

function nextPort(): number {
  ports += 1;
  return ports;
}

export class TestServer {
  readonly process: SimulatedProcess;
  readonly server: ZookeeperServer;
  readonly errors: unknown[] = [];
  readonly warnings: string[] = [];
  /** The calls of the store, by their method. */
  readonly calls: string[] = [];
  /** The store does not answer: calls fail, and nothing has happened. */
  isCutOff = false;
  /** Each takes one update away from the store, and it fails. */
  refusedUpdates = 0;
  readonly #world: World;

  constructor(
    world: World,
    options: Partial<ServerOptions> & { trimAgeMinMs?: number; snapshotEvery?: number },
  ) {
    const { trimAgeMinMs = 3_600_000, snapshotEvery = 10_000, ...rest } = options;
    this.#world = world;
    this.process = new SimulatedProcess('server', world.scheduler, new SeededRandom(nextPort()));
    const { clock, random } = this.process;
    const store = this.#delayed(world.store);
    this.server = new ZookeeperServer({
      open: (observer) => {
        const log = new Log(store, 'namespace/zookeeper', {
          clock,
          random,
          trimAgeMinMs,
          writeTimeoutMs: 3000,
        });
        return new Replica(znodeTree, store, log, { clock, random, snapshotEvery }, observer);
      },
      clock,
      random,
      onError: (error) => this.errors.push(error),
      onWarning: (message) => this.warnings.push(message),
      ...rest,
    });
  }

  /** A connection on which nothing was sent. */
  open(address?: string): LinkedClient {
    const client = new LinkedClient(address, nextPort(), this.process);
    client.accepted(this.server.accept(client.link));
    return client;
  }

  /** A client with a new session. */
  async client(timeoutMs = 10_000): Promise<LinkedClient> {
    const client = this.open();
    client.connect({ timeoutMs });
    await this.#world.until(() => client.session !== undefined);
    client.take();
    return client;
  }

  /** As when the power goes. */
  kill(): void {
    this.process.kill();
    for (const connection of [...this.server.connections]) connection.cut();
  }

  #delayed(store: Store): Store {
    return new InterceptedStore(store, async (method, run) => {
      this.calls.push(method);
      await this.process.clock.sleep(STORE_MS);
      const isRefused = this.isCutOff || (method === 'update' && this.refusedUpdates-- > 0);
      if (this.refusedUpdates < 0) this.refusedUpdates = 0;
      if (isRefused) throw new StoreError('the store is away', { definite: true, retryable: false });
      return run();
    });
  }
}
