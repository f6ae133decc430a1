// The servers of a soak, on one data directory: killed, frozen, woken up and started again.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../simulation/seeded-random.ts';
import type { Ending, Programs, ServerProgram } from './programs.ts';

interface Place {
  program: ServerProgram;
  url: string | undefined;
  frozen: boolean;
  /** It is killed on purpose, so its end is no news. */
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

  /** Of the servers that accept requests. Frozen ones do, and answer later. */
  urls = (): readonly string[] => this.#places.flatMap(({ url }) => (url === undefined ? [] : [url]));

  /** Resolves when every server accepts requests. @throws Error when one does not for very long. */
  async allReady(): Promise<void> {
    await this.#unlessLate(Promise.all(this.#places.map(({ program }) => program.ready)));
  }

  /** One that accepts requests, as soon as there is one. @throws Error when there is none for very long. */
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

  /** `kill -9`, and another one takes its place. */
  async replace(index: number): Promise<void> {
    await this.#end(index, 'SIGKILL');
    this.#places[index] = this.#start();
  }

  /** Every server is asked to end, and does. */
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
