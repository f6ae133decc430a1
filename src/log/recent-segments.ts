// The segments that came with the answers to this process's own writes, so that a replica learns the records
// before its own without another read. They are kept only for a log that is replayed, until the replica has
// applied them.

import { isLarge } from './batch.ts';
import { batchesAfter, mayHaveSuccessor, type PositionedBatch, type Segment } from './segment.ts';

/** A replica that is further behind reads the log. */
const BYTES_MAX = 1024 * 1024;

export interface LogPiece {
  readonly batches: readonly PositionedBatch[];
  /** The base of the segment with the last position. */
  readonly base: number;
}

export class RecentSegments {
  /** Each begins where the one before it ends. */
  #segments: Segment[] = [];
  #bytes = 0;
  #isReplayed = false;

  /** Until this call, no segment is kept. */
  beginKeeping(): void {
    this.#isReplayed = true;
  }

  /** Bytes of the records that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  observe(segment: Segment): void {
    if (!this.#isReplayed) return;
    const last = this.#segments.at(-1);
    if (last && last.base === segment.base) {
      if (segment.tail >= last.tail) this.#replaceLast(last, segment);
    } else if (last && last.tail === segment.base && mayHaveSuccessor(last)) {
      this.#add(segment);
    } else if (!last || segment.base > last.base) {
      this.#forget();
      this.#add(segment);
    }
    while (this.#bytes > BYTES_MAX && this.#segments.length > 1) this.#removeFirst();
  }

  /** Positions up to `position` are no longer needed. */
  forgetUpTo(position: number): void {
    while (this.#segments[0] && this.#segments[0].tail <= position) this.#removeFirst();
  }

  /** The batches with positions `after + 1` to `upTo`, or undefined when some of their bytes are not here. */
  piece(after: number, upTo: number): LogPiece | undefined {
    const [first] = this.#segments;
    const last = this.#segments.findLast((segment) => segment.base < upTo);
    if (!first || !last || first.base > after || last.tail < upTo) return undefined;
    const segments = this.#segments.filter((segment) => segment.tail > after);
    if (segments.some(({ entries }) => entries.some(isLarge))) return undefined;
    const batches = segments
      .flatMap((segment) => batchesAfter(segment, after))
      .filter((batch) => batch.firstPosition <= upTo);
    return { batches, base: last.base };
  }

  #forget(): void {
    this.#segments = [];
    this.#bytes = 0;
  }

  #add(segment: Segment): void {
    this.#segments.push(segment);
    this.#bytes += segment.bytes;
  }

  #replaceLast(last: Segment, segment: Segment): void {
    this.#segments[this.#segments.length - 1] = segment;
    this.#bytes += segment.bytes - last.bytes;
  }

  #removeFirst(): void {
    this.#bytes -= this.#segments.shift()?.bytes ?? 0;
  }
}
