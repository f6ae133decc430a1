// The servers of a transcript: whole services on one store, each in a process of its own that lives on
// virtual time; and the log that they share, as records come.

import { admitOperator } from '../../src/access/principal.ts';
import { Log } from '../../src/log/log.ts';
import type { Store } from '../../src/log/store.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { maintainNamespace } from '../../src/replica/maintenance.ts';
import { namespaceLogName } from '../../src/resource-names.ts';
import type { Namespace } from '../../src/service/namespace.ts';
import { open } from '../../src/service/service.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { SimulatedProcess } from '../support/simulated-process.ts';
import { record } from './transcript-text.ts';

const LOG_NAME = namespaceLogName('default');
const SNAPSHOT_EVERY = 4;
/** One record fills a segment, so that a trim removes exactly what it may. */
const SEGMENT_CAP_BYTES = 1;
const TRIM_AGE_MIN_MS = 60_000;

export class TranscriptServer {
  readonly namespace: Namespace;
  readonly process: SimulatedProcess;
  readonly #store: Store;
  readonly #app: App;

  constructor(store: Store, process: SimulatedProcess) {
    const { clock, random } = process;
    const log = { clock, random, segmentCapBytes: SEGMENT_CAP_BYTES, trimAgeMinMs: TRIM_AGE_MIN_MS };
    const service = open(store, { log, clock, snapshotEvery: SNAPSHOT_EVERY });
    this.process = process;
    this.namespace = service.namespace();
    this.#store = store;
    this.#app = createApp(service, admitOperator);
  }

  async compact(position: number): Promise<string> {
    const submitted = await this.namespace.kernel.transact({ kind: 'compact', position });
    return submitted.kind;
  }

  async maintain(): Promise<string> {
    const { replica } = this.namespace.kernel;
    const { snapshotAt } = await maintainNamespace(this.#store, replica, { clock: this.process.clock });
    const look = await replica.log.checkTail();
    if (look.kind === 'missing') throw new Error('the namespace has no log');
    return `newest snapshot at ${snapshotAt}, the log can be read after ${look.readableAfter}`;
  }

  async request(path: string): Promise<string> {
    const response = await this.#app.fetch(new Request(`http://localhost${path}`));
    return `${response.status} ${await response.text()}`;
  }

  /** The server-sent events of a stream that ends by itself, each on one line. */
  async requestEvents(path: string): Promise<string> {
    const headers = { accept: 'text/event-stream' };
    const response = await this.#app.fetch(new Request(`http://localhost${path}`, { headers }));
    const events = (await response.text()).trimEnd().split('\n\n');
    return `${response.status} ${events.map((event) => event.replaceAll('\n', ', ')).join('; ')}`;
  }
}

/** Replays the log by itself, and says what is new in it. */
export class TranscriptLog {
  readonly #log: Log;
  readonly #state = kernel.empty();

  constructor(store: Store) {
    this.#log = new Log(store, LOG_NAME);
  }

  async news(): Promise<string[]> {
    const news: string[] = [];
    for (;;) {
      const read = await this.#log.read(this.#state.position);
      if (read.kind !== 'records') return news;
      for (const { position, timeMs, data } of read.records) {
        const { result, changes } = kernel.apply(
          this.#state,
          { position, timeMs },
          kernel.decodeCommand(data),
        );
        news.push(`log ${position}: ${record(result, changes)}`);
      }
      if (read.upToDate) return news;
    }
  }
}
