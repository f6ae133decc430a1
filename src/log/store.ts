// The port: the contract between a log and a store. The consumer owns the interface. One contract suite
// (test/contract) runs on every store.
//
// Every method is linearizable for its one item: it takes effect at one moment between call and answer, and a
// read sees everything that took effect before it began. Nothing is promised across items: a `range` is not
// one snapshot. No method needs transactions, expiry or secondary indexes, so any strongly consistent
// DynamoDB table can be a store (rule 7).

import { assert } from '../assert.ts';
import { BLOB_BYTES_MAX } from '../limits.ts';
import type { Segment, SegmentUpdate } from './segment.ts';

export interface Store {
  readonly traits: StoreTraits;

  /**
   * In one atomic step: if the segment (log, base) exists and `refusalOf` finds no reason against it, applies
   * `update`. Answers the segment after the change. A refusal answers the segment as it was at the refusal or
   * later, and `undefined` if there is none.
   */
  update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult>;

  /** Creates the segment (log, segment.base) if there is none. Otherwise answers the one that exists. */
  open(log: string, segment: Segment): Promise<OpenResult>;

  /** The segment with the greatest base not above `atMost` (default: the last), and the shown records. */
  last(log: string, atMost?: number): Promise<LastResult>;

  /**
   * Segments with `base >= fromBase`, ascending, up to about `bytesMax` bytes; at least two if there are two,
   * so that a reader always gets on. Each is read at a moment of its own, in ascending order. `complete`: the
   * last segment of the log is among them.
   */
  range(log: string, fromBase: number, bytesMax: number): Promise<RangeResult>;

  /** Removes the segment (log, base) if there is one. Only for segments below the trim point (rule 6). */
  remove(log: string, base: number): Promise<void>;

  metadataRecord(log: string, kind: MetadataRecordKind): Promise<MetadataRecord | undefined>;

  /** Sets the record if its version is still `expectedVersion` (0: none). The new version is one more. */
  setMetadataRecord(
    log: string,
    kind: MetadataRecordKind,
    value: string,
    expectedVersion: number,
  ): Promise<'set' | 'refused'>;

  /** Stores a blob if there is none under the key. Write-once: a key always has the same bytes. */
  putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;

  blob(key: string): Promise<Uint8Array | undefined>;

  removeBlob(key: string): Promise<void>;

  /**
   * Resolves if the store can be reached and seems to take writes. It tests that without writing. Cheap:
   * probes call it every few seconds.
   */
  check(): Promise<void>;

  /** Resolves when all calls in progress have ended. Nothing may be called afterwards. */
  close(): Promise<void>;
}

export interface StoreTraits {
  readonly name: string;
  /** An acknowledged write survives a crash of the process and of the machine. */
  readonly durable: boolean;
  /** Several processes may use one store at once. */
  readonly shared: boolean;
  /** The `cap` that suits this store for new segments, in bytes. */
  readonly segmentCapBytes: number;
  /** How often to look for other processes' appends while a client waits for them. */
  readonly pollMs: number;
}

export type UpdateResult =
  | { readonly kind: 'applied'; readonly segment: Segment }
  | { readonly kind: 'refused'; readonly segment: Segment | undefined };

export type OpenResult = { readonly kind: 'opened' } | { readonly kind: 'exists'; readonly segment: Segment };

/** The log that `check` reads. It is never written. */
export const CHECKED_LOG = 'health';

/** See `range`. */
export const RANGE_SEGMENTS_MIN = 2;

/** The metadata records that `last` brings along: how far a log is trimmed, and its newest snapshot. */
export type ShownRecordKind = 'trim-point' | 'snapshot';

/** And the uploads of large appends, which no reader asks for. */
export type MetadataRecordKind = ShownRecordKind | 'uploads';

export const SHOWN_RECORD_KINDS: readonly ShownRecordKind[] = ['trim-point', 'snapshot'];

export interface MetadataRecord {
  readonly value: string;
  readonly version: number;
}

export type MetadataRecords = Readonly<Partial<Record<ShownRecordKind, MetadataRecord>>>;

export interface LastResult {
  readonly segment: Segment | undefined;
  /** The shown metadata records. Complete without `atMost`; with it, some may be missing. */
  readonly records: MetadataRecords;
}

export interface RangeResult {
  readonly segments: readonly Segment[];
  readonly complete: boolean;
}

/**
 * A call of a store failed. `definite`: nothing happened, and nothing will. Otherwise a write may have
 * happened, or may still happen (rule 8). `retryable`: the same call can succeed later.
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

/** For what need not succeed: somebody else does it later. A bug is thrown all the same. */
export function unlessStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
