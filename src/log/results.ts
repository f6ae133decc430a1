// What the operations of a log answer. Expected outcomes are values; only bugs throw.

import type { LogMetadata, PositionedBatch } from './segment.ts';

export type AppendResult = Appended | Refused | Failed;

export type WriteResult = AppendResult | Changed;

export interface Appended {
  readonly kind: 'appended';
  /** The positions of the first and the last record. Equal to each other for one record. */
  readonly first: number;
  readonly last: number;
  readonly metadata: LogMetadata;
}

/** The log's rules do not allow it. Nothing was written, and a retry of the same call will not be either. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: 'missing' | 'exists' | 'sealed' | 'tail-mismatch' | 'fenced' | 'too-large';
  /** The log as it was at the refusal; 0 and undefined for a missing one. */
  readonly tail: number;
  readonly metadata: LogMetadata | undefined;
}

/** The store could not be reached in time. `definite`: nothing was written; else it may have been, or may yet be. */
export interface Failed {
  readonly kind: 'failed';
  readonly definite: boolean;
  readonly message: string;
  readonly cause: unknown;
}

/** A change of the log's rules took effect. */
export interface Changed {
  readonly kind: 'changed';
  readonly tail: number;
  readonly metadata: LogMetadata;
}

export interface LogRecord {
  readonly position: number;
  /** The writer's wall clock in milliseconds since 1970. */
  readonly timeMs: number;
  readonly data: Uint8Array;
}

/** The records of batches, one by one, from position `after + 1`. */
export function* recordsOf(
  batches: Iterable<PositionedBatch>,
  after: number,
): Generator<LogRecord, void, undefined> {
  for (const batch of batches) {
    for (const [index, data] of batch.records.entries()) {
      const position = batch.firstPosition + index;
      if (position > after) yield { position, timeMs: batch.timeMs, data };
    }
  }
}

export type ReadResult = Records | Trimmed | BeyondTail | Missing;

export interface Records {
  readonly kind: 'records';
  readonly records: readonly LogRecord[];
  /** Where to go on: pass it to the next read. */
  readonly cursor: Cursor;
  /** True when the read reached the tail, as it was at one moment between call and answer. */
  readonly upToDate: boolean;
  readonly metadata: LogMetadata;
}

/** The records asked for are gone: trimmed, or of an earlier incarnation of the log. */
interface Trimmed {
  readonly kind: 'trimmed';
  /** The first position that can be read, once it is written. */
  readonly first: number;
}

interface BeyondTail {
  readonly kind: 'beyond-tail';
  readonly tail: number;
}

export interface Missing {
  readonly kind: 'missing';
}

/** A place in a log: everything up to `after` has been read, and that position is in the segment at `base`. */
export interface Cursor {
  readonly after: number;
  readonly base: number;
  /** A moment at which that segment was the last, or no trimmer had marked it: it cannot be removed soon after (rule 6). */
  readonly freshAt: { readonly wallMs: number; readonly monotonicMs: number };
}
