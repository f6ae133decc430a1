// The end of the chain as this process has seen it in answers to its own writes: a writer learns what came before it without
// another read.

import { batchesAfter, mayHaveSuccessor, type PositionedBatch, type Segment } from './segment.ts';

const SEGMENTS_KEPT_MAX = 64;

export interface ObservedPiece {
  readonly batches: readonly PositionedBatch[];
  /** The segment of the last position. */
  readonly base: number;
}

export class ObservedChain {
  /** Each begins where the one before it ends. */
  #segments: Segment[] = [];

  observe(segment: Segment): void {
    const last = this.#segments.at(-1);
    if (last && last.base === segment.base) {
      if (segment.tail >= last.tail) this.#segments[this.#segments.length - 1] = segment;
    } else if (last && last.tail === segment.base && mayHaveSuccessor(last)) {
      this.#segments.push(segment);
      if (this.#segments.length > SEGMENTS_KEPT_MAX) this.#segments.shift();
    } else if (!last || segment.base > last.base) {
      this.#segments = [segment];
    }
  }

  forget(): void {
    this.#segments = [];
  }

  /** The batches that hold positions `after + 1` to `upTo`, or undefined when some of them have not been seen. */
  piece(after: number, upTo: number): ObservedPiece | undefined {
    const [first] = this.#segments;
    const last = this.#segments.findLast((segment) => segment.base < upTo);
    if (!first || !last || first.base > after || last.tail < upTo) return undefined;
    const batches = this.#segments
      .filter((segment) => segment.tail > after)
      .flatMap((segment) => batchesAfter(segment, after))
      .filter((batch) => batch.firstPosition <= upTo);
    return { batches, base: last.base };
  }
}
