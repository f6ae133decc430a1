// What a server, or one connection of it, has done so far.

import type { OperationFigures } from '../../observability/figures.ts';

/** Times of answers, in milliseconds. */
class Latency {
  count = 0;
  lastMs = 0;
  #sumMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;

  add(ms: number): void {
    this.count += 1;
    this.lastMs = ms;
    this.#sumMs += ms;
    if (ms < this.#minMs) this.#minMs = ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  get minMs(): number {
    return this.count === 0 ? 0 : Math.floor(this.#minMs);
  }

  get maxMs(): number {
    return Math.floor(this.#maxMs);
  }

  get averageMs(): number {
    return this.count === 0 ? 0 : this.#sumMs / this.count;
  }
}

export class Traffic {
  readonly latency = new Latency();
  /** Messages of clients. */
  received = 0;
  /** Replies and events. */
  sent = 0;
}

interface OperationCount {
  answered: number;
  failed: number;
  durationMs: number;
}

export class ServerTraffic extends Traffic {
  readonly #operations = new Map<string, OperationCount>();

  answered(operation: string, ms: number, isFailure: boolean): void {
    this.latency.add(ms);
    let count = this.#operations.get(operation);
    if (!count) {
      count = { answered: 0, failed: 0, durationMs: 0 };
      this.#operations.set(operation, count);
    }
    count.answered += 1;
    count.durationMs += ms;
    if (isFailure) count.failed += 1;
  }

  /** By the kind of request. */
  get operations(): OperationFigures[] {
    return [...this.#operations].map(([operation, count]) => ({ operation, ...count }));
  }
}
