// The clients of a soak: each sends one operation after the other to any server, and records the outcomes.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Chapter, Outcome } from './chapter.ts';
import { type Drawn, draw, type Memory } from './operations.ts';

const TRIES_AGAIN = 2;
/** Between two operations of a client. The servers need the processor, too. */
const PAUSE_MS_MAX = 12;
const NO_SERVER_PAUSE_MS = 10;

export interface CrowdOptions {
  readonly chapter: Chapter;
  readonly clients: number;
  readonly random: SeededRandom;
  /** The servers that accept requests. */
  readonly urls: () => readonly string[];
  readonly onFinding: (finding: string) => void;
}

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #loops: Promise<void>[];
  #stopping = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#loops = Array.from({ length: options.clients }, (_, id) => this.#client(id));
  }

  /** Resolves when no operation is in flight. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#loops);
  }

  async #client(id: number): Promise<void> {
    const { chapter, random, urls, onFinding } = this.#options;
    const memory: Memory = { id, random, chapter, operations: 0, tail: 0, position: 0 };
    while (!this.#stopping) {
      if (urls().length === 0) {
        await sleep(NO_SERVER_PAUSE_MS);
        continue;
      }
      const drawn = draw(memory);
      const done = chapter.call(id, drawn);
      const outcome = await this.#carryOut(drawn).catch((error: Error): Outcome => {
        onFinding(`client ${id}, ${drawn.operation} ${JSON.stringify(drawn.arguments)}: ${error.message}`);
        return 'unknown';
      });
      done(outcome);
      await sleep(random.below(PAUSE_MS_MAX));
    }
  }

  /** An unknown outcome stays unknown until a repetition is answered. */
  async #carryOut(drawn: Drawn): Promise<Outcome> {
    let outcome = await drawn.run(this.#anyUrl());
    for (let tries = 0; outcome === 'unknown' && drawn.repeatable && tries < TRIES_AGAIN; tries += 1) {
      const again = await drawn.run(this.#anyUrl());
      outcome = again === 'nothing' ? 'unknown' : again;
    }
    return outcome;
  }

  #anyUrl(): string {
    const { random, urls } = this.#options;
    const all = urls();
    // No server listens there.
    return all.length === 0 ? 'http://127.0.0.1:9' : random.pick(all);
  }
}
