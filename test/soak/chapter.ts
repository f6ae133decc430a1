// A chapter of a soak: one stream and one namespace, and the history of all operations on them.

import { type HistoryEntry, HistoryRecorder } from '../checker/history.ts';

/**
 * `result`: what the client was told. `unknown`: the operation may have happened. `nothing`: it definitely
 * failed.
 */
export type Outcome = { readonly result: unknown } | 'unknown' | 'nothing';

export interface Asked {
  readonly operation: string;
  readonly arguments: object;
}

export class Chapter {
  /** Of the stream and of the namespace. */
  readonly name: string;
  readonly recorder = new HistoryRecorder();
  /** Operations that failed definitely. */
  readonly nothing: HistoryEntry[] = [];
  #answered = 0;

  constructor(name: string) {
    this.name = name;
  }

  get log(): string {
    return `stream/${this.name}`;
  }

  get namespace(): string {
    return `namespace/${this.name}`;
  }

  get history(): readonly HistoryEntry[] {
    return this.recorder.entries;
  }

  /** How many operations have been answered. */
  get answered(): number {
    return this.#answered;
  }

  /** Notes the call. The returned function notes the outcome. */
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
