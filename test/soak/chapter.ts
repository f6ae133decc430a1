// A chapter of a soak: one stream and one space, everything that was asked of them, and what came of it.

import { type HistoryEntry, HistoryRecorder } from '../checker/history.ts';

/**
 * `result`: what the client was told. `unknown`: nobody can know. `nothing`: the client was told for certain that nothing has happened.
 */
export type Outcome = { readonly result: unknown } | 'unknown' | 'nothing';

export interface Asked {
  readonly operation: string;
  readonly arguments: object;
}

export class Chapter {
  /** Of the stream and of the space. */
  readonly name: string;
  readonly recorder = new HistoryRecorder();
  /** Operations that have certainly not been carried out. */
  readonly nothing: HistoryEntry[] = [];
  #answered = 0;

  constructor(name: string) {
    this.name = name;
  }

  get log(): string {
    return `stream/${this.name}`;
  }

  get space(): string {
    return `space/${this.name}`;
  }

  get history(): readonly HistoryEntry[] {
    return this.recorder.entries;
  }

  /** How many operations have been answered. */
  get answered(): number {
    return this.#answered;
  }

  /** Notes the call at once; the function that it answers notes what came of it. */
  call(client: number, { operation, arguments: args }: Asked): (outcome: Outcome) => void {
    const done = this.recorder.call(client, operation, args);
    return (outcome) => {
      if (outcome === 'nothing') {
        this.nothing.push({ client, call: 0, return: null, operation, arguments: args, result: null });
        return;
      }
      if (outcome !== 'unknown') this.#answered += 1;
      done(outcome);
    };
  }
}
