// A segment and what may happen to it, as pure functions. Memory and SQLite apply them under their own lock; the DynamoDB
// store says the same in condition expressions, and the contract suite holds the two against each other.

import { assert } from '../assert.ts';
import { POSITION_MAX } from '../limits.ts';
import { type Batch, decodeBatch, recordCount, sameBatch } from './batch.ts';

/** What a log demands of its writers. The opener of the next segment copies it from the full one. */
export interface LogMetadata {
  /** The tail when the log's present incarnation began: 0, or the position of the tombstone of a deleted incarnation. */
  readonly incarnation: number;
  /** What the records are; fixed for an incarnation of the log. */
  readonly contentType?: string;
  /** The greatest fencing token a writer has shown. A writer with a smaller one, or none, is refused. */
  readonly fence?: number;
  /** `sealed`: no append ever again. `deleted`: nothing to read either; the last record is the tombstone. */
  readonly ended?: 'sealed' | 'deleted';
}

/** The records at positions `base + 1 … tail`. The last segment of a log is its sequence register. */
export interface Segment {
  readonly base: number;
  readonly tail: number;
  /** Encoded batches, oldest first. */
  readonly entries: readonly Uint8Array[];
  /** Bytes of all entries. */
  readonly bytes: number;
  /** Full once `bytes` has reached it. Chosen by the creator and compared on the server (rule 1). */
  readonly cap: number;
  readonly metadata: LogMetadata;
}

/** What the writer demands of the log at the moment of its write. */
export interface WriteConditions {
  readonly expectedTail?: number | undefined;
  readonly fencingToken?: number | undefined;
  /** The incarnation of the log that is meant: guards a late retry against a log that was created anew. */
  readonly incarnation?: number | undefined;
}

/** One conditional change of one segment: an entry, an end, or both at once. */
export interface SegmentUpdate {
  readonly entry: Uint8Array | undefined;
  readonly end?: 'sealed' | 'deleted' | undefined;
  readonly conditions: WriteConditions;
}

export type Refusal =
  /** The entry is in the segment already: an earlier try of the same append landed. */
  'duplicate' | 'full' | 'deleted' | 'sealed' | 'tail-mismatch' | 'fenced' | 'incarnation-mismatch';

/** The reason why `update` must not be applied to `segment`, or undefined. The order of the tests is rule 2: the writer's own entry first. */
export function refusalOf(segment: Segment, update: SegmentUpdate): Refusal | undefined {
  const { entry, end, conditions } = update;
  const { metadata } = segment;
  if (entry && holdsEntry(segment, entry)) return 'duplicate';
  if (conditions.incarnation !== undefined && metadata.incarnation !== conditions.incarnation)
    return 'incarnation-mismatch';
  if (metadata.ended === 'deleted') return 'deleted';
  // A sealed log can still be deleted: the tombstone is the one entry that a sealed segment takes.
  if (metadata.ended === 'sealed' && end !== 'deleted') return 'sealed';
  if (conditions.expectedTail !== undefined && segment.tail !== conditions.expectedTail) {
    return 'tail-mismatch';
  }
  if (isFenced(metadata.fence, conditions.fencingToken, end)) return 'fenced';
  // For any change: a successor may already be open, and it has copied the rules as they are.
  if (isFull(segment)) return 'full';
  return undefined;
}

/** The segment after the update. Only for an update that is not refused. */
export function applyUpdate(segment: Segment, update: SegmentUpdate): Segment {
  const metadata = metadataAfter(segment.metadata, update);
  if (!update.entry) return { ...segment, metadata };
  const tail = segment.tail + recordCount(update.entry);
  assert(tail <= POSITION_MAX, 'the log is out of positions');
  return {
    ...segment,
    tail,
    entries: [...segment.entries, update.entry],
    bytes: segment.bytes + update.entry.length,
    metadata,
  };
}

/** The rules of the log once `update` has been applied. */
export function metadataAfter(metadata: LogMetadata, update: SegmentUpdate): LogMetadata {
  const { end, conditions } = update;
  return {
    ...metadata,
    ...(conditions.fencingToken === undefined ? {} : { fence: conditions.fencingToken }),
    ...(end === undefined ? {} : { ended: end }),
  };
}

/** A segment that opens at `base` and already carries the opener's own entry, if it has one. */
export function openSegment(options: {
  base: number;
  cap: number;
  metadata: LogMetadata;
  entry: Uint8Array | undefined;
}): Segment {
  const { base, cap, metadata, entry } = options;
  const count = entry ? recordCount(entry) : 0;
  assert(base + count <= POSITION_MAX, 'the log is out of positions');
  return {
    base,
    tail: base + count,
    entries: entry ? [entry] : [],
    bytes: entry?.length ?? 0,
    cap,
    metadata,
  };
}

/** A full segment never changes again; whoever comes next opens the one at its tail. */
export function isFull(segment: Segment): boolean {
  return segment.bytes >= segment.cap;
}

/** A segment that can have a successor: full, or the tombstone of a log that may be created anew. */
export function mayHaveSuccessor(segment: Segment): boolean {
  return isFull(segment) || segment.metadata.ended === 'deleted';
}

export function holdsEntry(segment: Segment, entry: Uint8Array): boolean {
  return segment.entries.some((other) => sameBatch(other, entry));
}

/** The position of the first record of `entry`, or undefined when the segment does not hold it. */
export function firstPositionOf(segment: Segment, entry: Uint8Array): number | undefined {
  let position = segment.base + 1;
  for (const other of segment.entries) {
    if (sameBatch(other, entry)) return position;
    position += recordCount(other);
  }
  return undefined;
}

export interface PositionedBatch extends Batch {
  readonly firstPosition: number;
}

/** The batches of a segment from the one that holds position `after + 1`, decoded. */
export function batchesAfter(segment: Segment, after: number): PositionedBatch[] {
  const found: PositionedBatch[] = [];
  let position = segment.base;
  for (const entry of segment.entries) {
    const last = position + recordCount(entry);
    if (last > after) found.push({ firstPosition: position + 1, ...decodeBatch(entry) });
    position = last;
  }
  return found;
}

/**
 * Rule 5: a range read is not one snapshot, so what it brings may be from different moments. The longest prefix in which
 * each segment begins where the one before it ends is a true piece of the log.
 */
export function chainPrefix(segments: readonly Segment[]): readonly Segment[] {
  let count = 0;
  for (const segment of segments) {
    const previous = segments[count - 1];
    if (previous && previous.tail !== segment.base) break;
    count += 1;
  }
  return segments.slice(0, count);
}

function isFenced(fence: number | undefined, token: number | undefined, end: SegmentUpdate['end']): boolean {
  if (fence === undefined) return false;
  // Deleting is the owner's act, not a writer's: it needs no token.
  if (token === undefined) return end !== 'deleted';
  return token < fence;
}
