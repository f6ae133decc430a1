// The results of the operations of a log. Expected outcomes are values. Only bugs throw.

import type { Origin } from './origin.ts';
import type { ProducerRefusal } from './producers.ts';
import type { LogMetadata, PositionedBatch } from './segment.ts';

export type AppendResult = Appended | Refused | Failed;

export type WriteResult = AppendResult | Changed;

export interface Appended {
  readonly kind: 'appended';
  /** The positions of the first and the last record; equal for one record. */
  readonly first: number;
  readonly last: number;
  readonly metadata: LogMetadata;
}

/** The log's metadata or tail forbids it. Definite: nothing was written, and nothing will be. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason:
    | 'missing'
    | 'exists'
    | 'sealed'
    | 'tail-mismatch'
    | 'fenced'
    | 'sequence-behind'
    | 'too-large'
    | 'renewed'
    | 'given-up'
    | ProducerRefusal;
  /** The log at the moment of the refusal; 0 and undefined for a missing one. */
  readonly tail: number;
  readonly metadata: LogMetadata | undefined;
}

/** The store gave no answer in time. `definite`: nothing was written, and nothing will be (rule 8). */
export interface Failed {
  readonly kind: 'failed';
  readonly definite: boolean;
  readonly message: string;
  readonly cause: unknown;
}

/** A change of the log's metadata took effect. */
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
  /** Pass it to the next read to go on. */
  readonly cursor: Cursor;
  /** The read reached the tail, as it was at one moment between call and answer. */
  readonly upToDate: boolean;
  readonly metadata: LogMetadata;
}

/** The records asked for have been trimmed, or are of an earlier incarnation. */
interface Trimmed {
  readonly kind: 'trimmed';
  /** The first position that can be read, now or once it is written. */
  readonly first: number;
  /** Of the log, if it has one: its first records are to be read there. */
  readonly origin?: Origin | undefined;
}

interface BeyondTail {
  readonly kind: 'beyond-tail';
  readonly tail: number;
}

export interface Missing {
  readonly kind: 'missing';
  /** It is deleted, and other logs still hold its records. */
  readonly held?: true;
}

/** There is no log to read. `tail` is where the next incarnation begins: 0, or the tombstone's position. */
export interface Ended extends Missing {
  readonly tail: number;
  /** Of the incarnation that is over. */
  readonly origin?: Origin;
}

/**
 * Where a reader goes on: records up to `after` have been read, and `after` lies in the segment at `base`.
 */
export interface Cursor {
  readonly after: number;
  readonly base: number;
  /** At this moment the segment was the last, or not marked for removal. So it stays for a while (rule 6). */
  readonly freshAt: { readonly wallMs: number; readonly monotonicMs: number };
}
