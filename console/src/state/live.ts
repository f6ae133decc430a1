// A read that is kept up to date: repeated when the namespace moves, when the link is back, or from time to
// time.

import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Answer, Outcome, Problem } from '../api/http.ts';
import { beat, link } from './pulse.ts';
import { token } from './session.ts';
import { isVisible, pause } from './waiting.ts';

interface Live<Body> {
  readonly answer: Answer<Body> | undefined;
  /** Why the last read failed. The answer before it is kept. */
  readonly problem: Problem | undefined;
}

/**
 * `namespace`: after every position of the log of the namespace. A number: every so many milliseconds while
 * the page is seen, for what the API has no watch of. `once`: when asked.
 */
export type Rhythm = 'namespace' | 'once' | number;

export interface LiveRead<Body> extends Live<Body> {
  readonly reload: () => void;
}

type Load<Body> = (signal: AbortSignal) => Promise<Outcome<Body>>;

/** Two reads of one view are at least so far apart. */
const GAP_MS = 200;

/** All reads that are kept up to date begin again when this grows. */
export const reloads = signal(0);

/** @param key the read is another one when it changes */
export function useLive<Body>(load: Load<Body>, key: string, rhythm: Rhythm = 'namespace'): LiveRead<Body> {
  const reader = useMemo(() => new Reader(load), [key]);
  useEffect(() => reader.start(rhythm), [reader, rhythm]);
  return { ...reader.state.value, reload: reader.wake };
}

class Reader<Body> {
  readonly #load: Load<Body>;
  readonly #state = signal<Live<Body>>({ answer: undefined, problem: undefined });
  /** Whether there is a reason to read again. */
  #isDue = true;
  #wakeUp: () => void = () => undefined;

  constructor(load: Load<Body>) {
    this.#load = load;
  }

  get state(): ReadonlySignal<Live<Body>> {
    return this.#state;
  }

  readonly wake = (): void => {
    this.#isDue = true;
    this.#wakeUp();
  };

  /** @returns how to stop */
  start(rhythm: Rhythm): () => void {
    const ended = new AbortController();
    const stopListening = effect(() => {
      if (rhythm === 'namespace') beat.value;
      // What failed for want of a server or a token is read when there is one.
      link.value.kind;
      token.value;
      reloads.value;
      this.wake();
    });
    const timer =
      typeof rhythm === 'number' ? setInterval(() => isVisible.value && this.wake(), rhythm) : undefined;
    void this.#run(ended.signal);
    return () => {
      clearInterval(timer);
      stopListening();
      ended.abort();
      this.#wakeUp();
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.#isDue) {
        await new Promise<void>((resolve) => {
          this.#wakeUp = resolve;
        });
        continue;
      }
      this.#isDue = false;
      const outcome = await this.#load(signal);
      if (signal.aborted) return;
      if (outcome.kind === 'answer') this.#state.value = { answer: outcome, problem: undefined };
      else this.#state.value = { answer: this.#state.value.answer, problem: outcome.problem };
      await pause(GAP_MS, signal);
    }
  }
}
