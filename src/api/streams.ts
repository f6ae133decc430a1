// Streams: total orders of records.

import type { Failed, PageOptions, Rejected } from './common.ts';

/** One total order of records. In a JSON stream each record is a JSON value, in any other some bytes. */
export interface Stream {
  /** Creates it. A second call succeeds, too, if it names the same configuration. */
  create(options?: CreateOptions): Promise<CreateResult>;
  /**
   * Appends a record. In a JSON stream an array is one record for each element, and all or none are appended.
   */
  append(body: string | Uint8Array, options?: AppendOptions): Promise<AppendResult>;
  /** Allows no append ever again. To close it again changes nothing. */
  close(options?: CloseOptions): Promise<CloseResult>;
  /** Reads the records after the position `after`; by default, from the first record. */
  read(after?: number, options?: ReadStreamOptions): Promise<ReadResult>;
  /** The same, record by record, with the position and the time of each. */
  readRecords(after?: number, options?: ReadStreamOptions): Promise<ReadRecordsResult>;
  describe(): Promise<DescribeResult>;
  /**
   * Trims it: records before the position `before` can no longer be read. One that lies beyond the end of the
   * stream counts as the end. Their storage comes back when they are old enough, an hour by default.
   */
  trim(before: number): Promise<TrimResult>;
  /** Deletes it. It can be created anew; positions go on and are never reused. */
  delete(): Promise<DeleteResult>;
}

/**
 * When a stream is over: so long after it was last read or written, or at a time in milliseconds since 1970.
 * It is then as if it had been deleted.
 */
export type StreamExpiry = { readonly ttlSeconds: number } | { readonly atMs: number };

/**
 * How much of a stream is kept at least. Its older records are trimmed in the course of time: once they are
 * older than `ageSeconds`, or once `bytes` follow them, but not in their first hour.
 */
export interface StreamRetention {
  readonly ageSeconds?: number | undefined;
  readonly bytes?: number | undefined;
}

export interface StreamDescription extends StreamEnd {
  readonly contentType: string;
  readonly expiry?: StreamExpiry | undefined;
  readonly retention?: StreamRetention | undefined;
}

export interface DescribedStream extends StreamDescription {
  /** The first position that can be read, now or once it is written. */
  readonly earliest: number;
}

export interface ListedStream extends StreamDescription {
  readonly name: string;
}

export type ListStreamsResult =
  | { readonly kind: 'page'; readonly streams: readonly ListedStream[]; readonly more: boolean }
  | Rejected
  | Failed;

export interface Streams {
  /** The streams that exist, in pages. Each costs a look. */
  list(options?: PageOptions): Promise<ListStreamsResult>;
}

/**
 * A stream that begins with the records of another one, without a copy of them. They have the same positions
 * in both. What is appended to one is not in the other, and each is closed, expires and is deleted by itself.
 */
export interface ForkOptions {
  /** The path of the other stream. */
  readonly from: string;
  /** The last position that both have. Default: the tail of the other stream. */
  readonly after?: number | undefined;
  /**
   * How much it has of what comes behind that position: so many records of a JSON stream, so many bytes of
   * the next record of any other. Default: 0.
   */
  readonly subOffset?: number | undefined;
}

export interface CreateOptions {
  /** Default: `application/json`, and that of the other stream for a fork, which can have no other. */
  readonly contentType?: string | undefined;
  /** The first records, in the same step. */
  readonly body?: string | Uint8Array | undefined;
  /** Closes the stream in the same step. Default: false. */
  readonly close?: boolean | undefined;
  /** Default: it never expires, and a fork as the other stream does, counted from now. */
  readonly expiry?: StreamExpiry | undefined;
  /** Default: everything is kept. */
  readonly retention?: StreamRetention | undefined;
  readonly fork?: ForkOptions | undefined;
}

/**
 * A request of a producer, which a stream carries out once however often it is repeated. The producer numbers
 * its requests from 0 on, and begins again at 0 with a greater epoch when it has lost count. A stream
 * remembers the producers that wrote last, at least 48 of them.
 */
export interface Producer {
  readonly id: string;
  readonly epoch: number;
  readonly sequence: number;
}

export interface CloseOptions {
  /** Only if this is still the last position (compare-and-append). */
  readonly expectedTail?: number | undefined;
  /**
   * Only if no greater token has been shown, which is rejected as `stream-fenced`. Writers must show this one
   * or a greater one from now on.
   */
  readonly fencingToken?: number | undefined;
  /**
   * Once, and after the request before it: otherwise it is rejected as `producer-gap`, and as
   * `producer-stale` where there was a greater epoch.
   */
  readonly producer?: Producer | undefined;
}

export interface AppendOptions extends CloseOptions {
  /**
   * Only if this text is greater, byte by byte, than all that were shown to the stream before. Otherwise it
   * is rejected as `sequence-behind`.
   */
  readonly sequence?: string | undefined;
  /** Must be the stream's. Default: `application/json`. */
  readonly contentType?: string | undefined;
  /** Closes the stream in the same step. Default: false. */
  readonly close?: boolean | undefined;
}

export interface ReadStreamOptions {
  /** Answer once there are records to read, or after a while. Default: false. */
  readonly wait?: boolean | undefined;
  /**
   * Begin at the first record whose time is not older, in milliseconds since 1970; instead of `after`. The
   * time of a record is that of the server that has appended it. No record before that one is so new, but
   * some after it may be older.
   */
  readonly fromTimeMs?: number | undefined;
}

/** The end of a stream, as the operation has found or left it. */
export interface StreamEnd {
  /** The last position given. */
  readonly tail: number;
  readonly closed: boolean;
}

export interface Missing {
  readonly kind: 'missing';
  /** It was deleted, and has forks. Until they are deleted, no other stream can be created in its place. */
  readonly held?: true;
}

/** The producer's request was carried out before. `epoch` and `sequence` are of its last one. */
export interface Repeated extends StreamEnd {
  readonly kind: 'repeated';
  readonly epoch: number;
  readonly sequence: number;
  /**
   * The positions of the first and the last record of the request that is repeated. Undefined where they are
   * not known: it was not the producer's last one, its records have been trimmed, or it had none.
   */
  readonly first?: number;
  readonly last?: number;
}

/** The results of a change that did not happen. */
export type Unchanged =
  /** Only with `expectedTail`. */
  ({ readonly kind: 'tail-mismatch' } & StreamEnd) | Missing | StreamRejected | Failed;

export interface StreamRejected extends Rejected {
  /** Undefined where the rejection does not depend on it. */
  readonly end?: StreamEnd;
  /** Of a `producer-stale`: the greatest epoch. Of a `producer-gap`: the number that comes next. */
  readonly producer?: { readonly epoch?: number; readonly expectedSequence?: number };
}

export type CreateResult =
  /** `first` is the position of the first record, once there is one. */
  | ({ readonly kind: 'created'; readonly first: number } & StreamDescription)
  | ({ readonly kind: 'exists' } & StreamDescription)
  | StreamRejected
  | Failed;

export type AppendResult =
  | { readonly kind: 'appended'; readonly first: number; readonly last: number; readonly closed: boolean }
  | Repeated
  | Unchanged;

export type CloseResult = ({ readonly kind: 'closed' } & StreamEnd) | Repeated | Unchanged;

/** Where a read has ended. */
export interface StreamReadEnd {
  readonly contentType: string;
  /** The position of the last record read: read on after it. */
  readonly next: number;
  /** True when there was nothing more at the moment of the read. */
  readonly upToDate: boolean;
  /** True when there will never be anything more. */
  readonly closed: boolean;
}

export interface StreamData extends StreamReadEnd {
  readonly kind: 'data';
  /**
   * The records: of a JSON stream an array with an element for each, of any other the bytes of all, one after
   * the other.
   */
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface StreamRecord {
  readonly position: number;
  /** When the server has appended it, by its clock, in milliseconds since 1970. It may go back and forth. */
  readonly timeMs: number;
  /** The bytes as they were appended; of a JSON stream, the text of the value. */
  readonly value: Uint8Array<ArrayBuffer>;
}

export interface StreamRecords extends StreamReadEnd {
  readonly kind: 'records';
  readonly records: readonly StreamRecord[];
}

export type ReadResult = StreamData | Unread;

export type ReadRecordsResult = StreamRecords | Unread;

/** The results of a read that finds no record. */
export type Unread =
  | Missing
  /**
   * The requested records are gone: trimmed, or of a stream that was deleted. Go on after `earliest - 1`:
   * `earliest` is the first position that can be read, now or once it is written.
   */
  | { readonly kind: 'trimmed'; readonly earliest: number }
  | { readonly kind: 'beyond-tail'; readonly tail: number }
  | Rejected
  | Failed;

export type DescribeResult = ({ readonly kind: 'stream' } & DescribedStream) | Missing | Rejected | Failed;

export type TrimResult =
  /** `earliest`: the first position that can be read, now or once it is written. */
  { readonly kind: 'trimmed'; readonly earliest: number } | Missing | Rejected | Failed;

export type DeleteResult = { readonly kind: 'deleted' } | Missing | Rejected | Failed;
