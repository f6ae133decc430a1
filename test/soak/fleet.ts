// The servers of a soak, on one data directory: starts, stops, continues and kills them.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Ending, Programs, ServerProgram } from './programs.ts';

interface Place {
  program: ServerProgram;
  url: string | undefined;
  frozen: boolean;
  /** The soak ends it, so its exit is no finding. */
  ending: boolean;
}

/** No measure of anything: on a busy machine, processes take long to start. */
const START_TIMEOUT_MS = 60_000;

export interface FleetOptions {
  readonly programs: Programs;
  readonly data: string;
  readonly servers: number;
  readonly onFinding: (finding: string) => void;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #places: Place[];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.servers }, () => this.#start());
  }

  get size(): number {
    return this.#places.length;
  }

  /** The URLs of servers that accept requests. A stopped one does, and answers later. */
  urls = (): readonly string[] => this.#places.flatMap(({ url }) => (url === undefined ? [] : [url]));

  /** Resolves when every server accepts requests. @throws Error when one takes too long */
  async allReady(): Promise<void> {
    await this.#unlessLate(Promise.all(this.#places.map(({ program }) => program.ready)));
  }

  /** Resolves with a server that accepts requests. @throws Error when that takes too long */
  async anyReady(random: SeededRandom): Promise<number> {
    await this.#unlessLate(Promise.race(this.#places.map(({ program }) => program.ready)));
    return random.pick([...this.#places.keys()].filter((index) => this.#place(index).url !== undefined));
  }

  freeze(index: number): void {
    this.#place(index).frozen = true;
    this.#place(index).program.child.kill('SIGSTOP');
  }

  wake(index: number): void {
    this.#place(index).frozen = false;
    this.#place(index).program.child.kill('SIGCONT');
  }

  wakeAll(): void {
    for (const [index, { frozen }] of this.#places.entries()) if (frozen) this.wake(index);
  }

  /** Kills the server with SIGKILL, and starts another in its place. */
  async replace(index: number): Promise<void> {
    await this.#end(index, 'SIGKILL');
    this.#places[index] = this.#start();
  }

  /** Ends every server with SIGTERM. */
  async close(): Promise<void> {
    this.wakeAll();
    await this.allReady();
    const endings = await Promise.all([...this.#places.keys()].map((index) => this.#end(index, 'SIGTERM')));
    for (const { code, output } of endings) {
      if (code !== 0) this.#options.onFinding(`a server ended with ${code} after SIGTERM: ${output}`);
    }
  }

  async #end(index: number, signal: NodeJS.Signals): Promise<Ending> {
    const place = this.#place(index);
    place.ending = true;
    place.program.child.kill(signal);
    const ending = await place.program.ended;
    place.url = undefined;
    return ending;
  }

  async #unlessLate(ready: Promise<unknown>): Promise<void> {
    const late = new AbortController();
    const gaveUp = sleep(START_TIMEOUT_MS, 'late' as const, { signal: late.signal }).catch(() => undefined);
    const outcome = await Promise.race([ready, gaveUp]);
    late.abort();
    if (outcome !== 'late') return;
    const outputs = this.#places.map(({ program }) => program.output());
    throw new Error(`a server did not start: ${JSON.stringify(outputs)}`);
  }

  #place(index: number): Place {
    const place = this.#places[index];
    if (!place) throw new Error(`there is no server ${index}`);
    return place;
  }

  #start(): Place {
    const { programs, data, onFinding } = this.#options;
    const program = programs.server(data);
    const place: Place = { program, url: undefined, frozen: false, ending: false };
    void program.ready.then((url) => {
      place.url = url;
    });
    void program.ended.then(({ code, signal, output }) => {
      place.url = undefined;
      if (!place.ending) onFinding(`a server ended by itself (${code ?? signal}): ${output}`);
    });
    return place;
  }
}
