// The port: what a log demands of the place where it is stored. One contract suite (test/contract) runs on every store.
//
// Every method is linearizable for its one item: it takes effect at one moment between call and answer, and every read sees
// all that took effect before it began. Nothing is promised across items; `range` in particular is not one snapshot.
// Nothing here needs transactions, expiry or secondary indexes, so a store can be a DynamoDB table of any kind that is
// strongly consistent.

import { assert } from '../assert.ts';
import { BLOB_BYTES_MAX } from '../limits.ts';
import type { Segment, SegmentUpdate } from './segment.ts';

export interface Store {
  readonly traits: StoreTraits;

  /**
   * Applies `update` to the segment (log, base) if the segment exists and `refusalOf` finds no reason against it, in one
   * atomic step. Answers the segment after the change, or the refusal with the segment as it is (or was no earlier than the
   * refusal); `undefined` when there is none.
   */
  update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult>;

  /** Creates the segment (log, segment.base) if there is none; else answers the one that is there. */
  open(log: string, segment: Segment): Promise<OpenResult>;

  /** The segment with the greatest base not above `atMost` (default: the last of the log), and the records of the log. */
  last(log: string, atMost?: number): Promise<LastResult>;

  /**
   * Segments with `base >= fromBase`, ascending, at least two if there are two (a reader always gets on), up to about `bytesMax`
   * bytes. Each is read at a moment of its own, in ascending order. `complete` says that the last of the log is among them.
   */
  range(log: string, fromBase: number, bytesMax: number): Promise<RangeResult>;

  /** Removes the segment (log, base). No error when there is none. Only for segments below the trim point (rule 6). */
  remove(log: string, base: number): Promise<void>;

  /** the metadata record of that kind. */
  metadataRecord(log: string, kind: MetadataRecordKind): Promise<MetadataRecord | undefined>;

  /** Sets the record if its version is still `expectedVersion` (0: there is none); the new version is one more. */
  setMetadataRecord(
    log: string,
    kind: MetadataRecordKind,
    value: string,
    expectedVersion: number,
  ): Promise<'set' | 'refused'>;

  /** Stores a blob if there is none under the key yet. Write once: a key always has the same bytes. */
  putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;

  blob(key: string): Promise<Uint8Array | undefined>;

  removeBlob(key: string): Promise<void>;

  /**
   * Resolves when the store can be reached and, as far as it can tell without a write of its own, takes writes. Cheap: probes
   * ask it every few seconds.
   */
  check(): Promise<void>;

  /** Ends when everything under way has ended. Nothing may be called afterwards. */
  close(): Promise<void>;
}

export interface StoreTraits {
  readonly name: string;
  /** An acknowledged write survives a crash of the process and of the machine. */
  readonly durable: boolean;
  /** Several processes may use one place at once. */
  readonly shared: boolean;
  /** The `cap` that suits this store for new segments, in bytes. */
  readonly segmentCapBytes: number;
  /** How often to look for other processes' appends while somebody waits for them, in milliseconds. */
  readonly pollMs: number;
}

export type UpdateResult =
  | { readonly kind: 'applied'; readonly segment: Segment }
  | { readonly kind: 'refused'; readonly segment: Segment | undefined };

export type OpenResult = { readonly kind: 'opened' } | { readonly kind: 'exists'; readonly segment: Segment };

/** What `check` asks for: a log like any other, of which there is nothing. */
export const CHECKED_LOG = 'health';

/** See `range`. */
export const RANGE_SEGMENTS_MIN = 2;

/** What is remembered about a log beside its segments: how far it is trimmed, and its newest snapshot. */
export type MetadataRecordKind = 'trim-point' | 'snapshot';

export const METADATA_RECORD_KINDS: readonly MetadataRecordKind[] = ['trim-point', 'snapshot'];

export interface MetadataRecord {
  readonly value: string;
  readonly version: number;
}

export type MetadataRecords = Readonly<Partial<Record<MetadataRecordKind, MetadataRecord>>>;

export interface LastResult {
  readonly segment: Segment | undefined;
  /** The records of the log; always there on a look without `atMost`, and may be missing from others. */
  readonly records: MetadataRecords;
}

export interface RangeResult {
  readonly segments: readonly Segment[];
  readonly complete: boolean;
}

/**
 * A store could not say what happened. `definite`: nothing happened and nothing will. Otherwise a write may have happened, or
 * may still happen (rule 8). `retryable`: the same call can succeed later.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly definite: boolean;
  readonly retryable: boolean;

  constructor(message: string, options: { definite: boolean; retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.definite = options.definite;
    this.retryable = options.retryable;
  }
}

export function assertBlobSize(bytes: Uint8Array): void {
  assert(bytes.length <= BLOB_BYTES_MAX, `a blob of ${bytes.length} bytes; the most is ${BLOB_BYTES_MAX}`);
}
