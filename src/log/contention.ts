// What changes when several processes append to one log. Each roll-over is a race between them, so segments
// are larger, and the writer that fills a segment opens the next one before the others try to.

import { SEGMENT_CAP_BYTES_MAX } from '../limits.ts';
import { isFull, metadataCarried, openSegment, type Segment } from './segment.ts';

/** Measured on a model of DynamoDB (bench/README.md): half the round trips for the same write units. */
const CONTENDED_CAP_FACTOR = 3;

/** The cap of a segment opened under contention. The segment stores it, so all writers agree (rule 1). */
export function contendedCapBytes(segmentCapBytes: number): number {
  return Math.min(SEGMENT_CAP_BYTES_MAX, CONTENDED_CAP_FACTOR * segmentCapBytes);
}

/** The segment has grown by more than this writer's entry since `before`. */
export function hasOtherWriters(segment: Segment, before: Segment | undefined): boolean {
  return before?.base === segment.base && segment.entries.length > before.entries.length + 1;
}

/** The empty segment after a full one; undefined when none is due. */
export function segmentAhead(segment: Segment, segmentCapBytes: number): Segment | undefined {
  if (!isFull(segment) || segment.metadata.ended) return undefined;
  const { tail: base } = segment;
  return openSegment({
    base,
    cap: contendedCapBytes(segmentCapBytes),
    metadata: metadataCarried(segment),
    entry: undefined,
  });
}
