// A segment and its transitions, as pure functions. The memory and SQLite stores apply them under a lock. The
// DynamoDB store states the same as condition expressions, and the contract suite compares the two.

import { assert } from '../assert.ts';
import { compareAsUtf8 } from '../encoding/binary.ts';
import { POSITION_MAX } from '../limits.ts';
import { type Batch, bytesOf, decodeBatch, recordCount, sameBatch, timeOf } from './batch.ts';
import type { Origin } from './origin.ts';
import {
  firstRepeatedOrStale,
  hasGap,
  type ProducerRefusal,
  type Producers,
  producersAfter,
  producersCarried,
  type RequestsOfProducers,
  requestsOf,
} from './producers.ts';

/** When a log may be deleted because nobody has used it. Nothing happens by itself at that time. */
export interface Expiry {
  readonly atMs: number;
  /** How long after each use it is. Undefined: the time is fixed. */
  readonly ttlMs?: number;
  /** How often the time was moved. A deletion names the count that it has seen. */
  readonly renewals: number;
}

/**
 * How much of a log is kept. A segment may be trimmed once all its records are older, or once so many bytes
 * follow it.
 */
export interface Retention {
  readonly ageMs?: number;
  readonly bytes?: number;
}

/** What the segments of this incarnation before this one hold. It only grows along the chain. */
export interface Past {
  readonly bytes: number;
  /** The greatest writer's time. */
  readonly latestMs: number;
}

const NO_PAST: Past = { bytes: 0, latestMs: 0 };

/**
 * The conditions that a log sets its writers, and what is to be known of it everywhere. Each segment has a
 * copy, taken from the one before it.
 */
export interface LogMetadata {
  /** The tail when the present incarnation began: 0, or the tombstone's position of the one before. */
  readonly incarnation: number;
  /** The content type of the records. It never changes within an incarnation. */
  readonly contentType?: string;
  /** The greatest fencing token shown so far. A writer with a smaller one, or none, is refused. */
  readonly fence?: number;
  /** The greatest sequence text shown so far, in the order of its UTF-8. The next one must be greater. */
  readonly sequence?: string;
  /** The last request of each producer that is remembered. */
  readonly producers?: Producers;
  /** It and its `ttlMs` are there, or not, for the whole incarnation. */
  readonly expiry?: Expiry;
  /** It never changes within an incarnation. */
  readonly retention?: Retention;
  /** Nor does this one. */
  readonly origin?: Origin;
  /** Of logs with a content type. Undefined in their first segment. */
  readonly past?: Past;
  /** Uploads of a generation before it are given up (rule 9). It is kept through all incarnations. */
  readonly uploadsFrom?: number;
  /** `sealed`: no append ever again. `deleted`: cannot be read either; the last record is the tombstone. */
  readonly ended?: 'sealed' | 'deleted';
}

/**
 * The records at positions `base + 1 … tail`; behind `startOf`, if it is the first of a log that has an
 * origin. The last segment of a log is its sequence register.
 */
export interface Segment {
  readonly base: number;
  readonly tail: number;
  /** Encoded batches, oldest first. */
  readonly entries: readonly Uint8Array[];
  /** Bytes of all entries. */
  readonly bytes: number;
  /** The segment is full once `bytes` has reached it. Set by its creator, compared by the store (rule 1). */
  readonly cap: number;
  readonly metadata: LogMetadata;
}

/**
 * The conditions that a writer sets the log at the moment of its write. Requests of producers are carried out
 * once, and after the ones before them; all that share the write, or none.
 */
export interface WriteConditions extends RequestsOfProducers {
  readonly expectedTail?: number | undefined;
  readonly fencingToken?: number | undefined;
  /** A text that must be greater than all that were shown before. */
  readonly sequence?: string | undefined;
  /** Only if the expiry was moved so many times, and not again since. */
  readonly renewals?: number | undefined;
  /** The generation in which the bytes of a large append were uploaded. */
  readonly uploadGeneration?: number | undefined;
  /** The intended incarnation. It keeps a late retry out of a log that was created again. */
  readonly incarnation?: number | undefined;
}

/** One conditional change of one segment: an entry, an end, or both at once. */
export interface SegmentUpdate {
  readonly entry: Uint8Array | undefined;
  readonly end?: 'sealed' | 'deleted' | undefined;
  /** Moves the expiry of the log to this time. */
  readonly renewAtMs?: number | undefined;
  /** Gives up the uploads of all generations before that of `conditions` (rule 9). */
  readonly givesUp?: boolean | undefined;
  readonly conditions: WriteConditions;
}

export type Refusal =
  /** `duplicate`: the entry is in the segment already, so an earlier try of the append has landed. */
  | 'duplicate'
  | 'full'
  | 'deleted'
  | 'sealed'
  | 'tail-mismatch'
  | 'fenced'
  | 'sequence-behind'
  | 'incarnation-mismatch'
  | 'renewed'
  | 'given-up'
  | ProducerRefusal;

/** The reason against `update`, or undefined. The writer's own entry is tested first (rule 2). */
export function refusalOf(segment: Segment, update: SegmentUpdate): Refusal | undefined {
  const { entry, end, renewAtMs, conditions } = update;
  const { metadata } = segment;
  if (entry && holdsEntry(segment, entry)) return 'duplicate';
  if (conditions.incarnation !== undefined && metadata.incarnation !== conditions.incarnation)
    return 'incarnation-mismatch';
  // Only an incarnation without an expiry has none.
  if (renewAtMs !== undefined && !metadata.expiry) return 'incarnation-mismatch';
  if (metadata.ended === 'deleted') return 'deleted';
  if (conditions.renewals !== undefined && metadata.expiry?.renewals !== conditions.renewals)
    return 'renewed';
  const { sequence } = conditions;
  const requests = requestsOf(conditions);
  // A producer may repeat the request that has sealed the log, too.
  const known = firstRepeatedOrStale(metadata.producers, requests);
  if (known) return known;
  // A sealed log can be deleted, and live on: the tombstone is the one entry that a sealed segment takes.
  if (metadata.ended === 'sealed' && end !== 'deleted' && !isUpkeep(update)) return 'sealed';
  if (conditions.expectedTail !== undefined && segment.tail !== conditions.expectedTail) {
    return 'tail-mismatch';
  }
  if (hasGap(metadata.producers, requests)) return 'producer-gap';
  if (!isUpkeep(update) && isFenced(metadata.fence, conditions.fencingToken, end)) return 'fenced';
  if (isBehind(sequence, metadata.sequence)) return 'sequence-behind';
  if (isGivenUp(metadata.uploadsFrom, conditions)) return 'given-up';
  // Changes without an entry, too: a successor may be open already, with a copy of the metadata.
  if (isFull(segment)) return 'full';
  return undefined;
}

/** The segment after an update that `refusalOf` does not refuse. */
export function applyUpdate(segment: Segment, update: SegmentUpdate): Segment {
  const metadata = metadataAfter(segment.metadata, update, segment.base);
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

/** The log's metadata after `update`, in the segment at `base`. */
export function metadataAfter(metadata: LogMetadata, update: SegmentUpdate, base: number): LogMetadata {
  const { end, renewAtMs, givesUp, conditions } = update;
  const { fencingToken, sequence, uploadGeneration } = conditions;
  const requests = requestsOf(conditions);
  const { expiry } = metadata;
  const renewed = expiry && renewAtMs !== undefined;
  return {
    ...metadata,
    ...(renewed ? { expiry: { ...expiry, atMs: renewAtMs, renewals: expiry.renewals + 1 } } : {}),
    ...(fencingToken === undefined ? {} : { fence: fencingToken }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(givesUp && uploadGeneration !== undefined ? { uploadsFrom: uploadGeneration } : {}),
    ...(requests.length > 0 ? { producers: producersAfter(metadata.producers, requests, base) } : {}),
    ...(end === undefined ? {} : { ended: end }),
  };
}

/** The metadata that a full segment hands on to the one after it. */
export function metadataCarried(segment: Segment): LogMetadata {
  const { metadata } = segment;
  const producers = producersCarried(metadata.producers);
  return {
    ...metadata,
    ...(producers ? { producers } : {}),
    ...(metadata.contentType === undefined ? {} : { past: pastAfter(segment) }),
  };
}

/** What the segments up to this one hold, itself included. */
export function pastAfter({ entries, metadata: { past = NO_PAST } }: Segment): Past {
  const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
  const latestMs = Math.max(past.latestMs, ...entries.map(timeOf));
  return { bytes: past.bytes + bytes, latestMs };
}

/** Without the entries, but with what the next segment has to know of them: their bytes and greatest time. */
export function withoutEntries(segment: Segment): Segment {
  const { metadata } = segment;
  if (metadata.contentType === undefined) return { ...segment, entries: [] };
  return { ...segment, entries: [], metadata: { ...metadata, past: pastAfter(segment) } };
}

/** A new segment at `base`, with the entry of its creator if there is one. */
export function openSegment(options: {
  base: number;
  cap: number;
  metadata: LogMetadata;
  entry: Uint8Array | undefined;
}): Segment {
  const { base, cap, metadata, entry } = options;
  const tail = startOf({ base, metadata }) + (entry ? recordCount(entry) : 0);
  assert(tail <= POSITION_MAX, 'the log is out of positions');
  return {
    base,
    tail,
    entries: entry ? [entry] : [],
    bytes: entry?.length ?? 0,
    cap,
    metadata,
  };
}

/** The position before the first record of a segment. */
export function startOf({ base, metadata }: Pick<Segment, 'base' | 'metadata'>): number {
  const { incarnation, origin } = metadata;
  return origin && base === incarnation ? Math.max(base, origin.upTo) : base;
}

/** A full segment never changes again. The next writer opens the segment at its tail. */
export function isFull(segment: Segment): boolean {
  return segment.bytes >= segment.cap;
}

/** Full, or the tombstone of a log that may be created again. */
export function mayHaveSuccessor(segment: Segment): boolean {
  return isFull(segment) || segment.metadata.ended === 'deleted';
}

export function holdsEntry(segment: Segment, entry: Uint8Array): boolean {
  return segment.entries.some((other) => sameBatch(other, entry));
}

/** The position of the first record of `entry`, or undefined if the segment does not hold it. */
export function firstPositionOf(segment: Segment, entry: Uint8Array): number | undefined {
  let position = startOf(segment) + 1;
  for (const other of segment.entries) {
    if (sameBatch(other, entry)) return position;
    position += recordCount(other);
  }
  return undefined;
}

export interface PositionedBatch extends Batch {
  readonly firstPosition: number;
}

export interface PositionedEntry {
  readonly firstPosition: number;
  readonly entry: Uint8Array;
}

/** The entries of a segment, from the one with position `after + 1`. */
export function entriesAfter(segment: Segment, after: number): PositionedEntry[] {
  const found: PositionedEntry[] = [];
  let position = startOf(segment);
  for (const entry of segment.entries) {
    const last = position + recordCount(entry);
    if (last > after) found.push({ firstPosition: position + 1, entry });
    position = last;
  }
  return found;
}

/** Decoded. There must be no large one among them. */
export function batchesAfter(segment: Segment, after: number): PositionedBatch[] {
  return entriesAfter(segment, after).map(decoded);
}

export function decoded({ firstPosition, entry }: PositionedEntry): PositionedBatch {
  return { firstPosition, ...decodeBatch(entry) };
}

/**
 * Rule 5: a range of segments is not one snapshot. Each may have been read at another moment. The longest
 * prefix in which each segment begins where the one before it ends is a true piece of the log.
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

/** Whether it is a renewal of a reader or gives uploads up, and nothing else. No writer need be let in. */
export function isUpkeep({ entry, end, renewAtMs, givesUp = false }: SegmentUpdate): boolean {
  return (renewAtMs !== undefined || givesUp) && entry === undefined && end === undefined;
}

/** Rule 9: the bytes that the entry names may be gone. */
export function isGivenUp(uploadsFrom: number | undefined, { uploadGeneration }: WriteConditions): boolean {
  return uploadsFrom !== undefined && uploadGeneration !== undefined && uploadGeneration < uploadsFrom;
}

function isBehind(sequence: string | undefined, last: string | undefined): boolean {
  return sequence !== undefined && last !== undefined && compareAsUtf8(sequence, last) <= 0;
}

function isFenced(fence: number | undefined, token: number | undefined, end: SegmentUpdate['end']): boolean {
  if (fence === undefined) return false;
  // The owner deletes a log, and not a writer. So a deletion needs no token.
  if (token === undefined) return end !== 'deleted';
  return token < fence;
}
