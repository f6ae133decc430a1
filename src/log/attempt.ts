// A write on its way to the end of the chain, as data: its knowledge, its events and its actions. `step.ts`
// has the rules; `appender.ts` has the loop.

import type { Moment } from '../clock.ts';
import type { Intent } from './intent.ts';
import type { WriteResult } from './results.ts';
import type { Segment, SegmentUpdate } from './segment.ts';
import type { StoreError } from './store.ts';

export interface WriteSettings {
  /** The cap of a segment that this writer opens. */
  readonly segmentCapBytes: number;
  /** How long a write is tried before it fails. */
  readonly writeTimeoutMs: number;
  /**
   * When there was no write for this time, the known end is too old: the next write looks for the tail first.
   */
  readonly idleMs: number;
  /** No segment younger than this is ever removed (rule 6). */
  readonly trimAgeMinMs: number;
}

/** The end of the chain as a writer knows it. Invariant: the segment was part of the chain, and no zombie. */
export interface KnownEnd {
  /** Undefined: the log had no segment. */
  readonly segment: Segment | undefined;
  /** At this moment the segment had no successor. It may have been created since. */
  readonly freshAt: Moment;
}

/** The memory of a writer between one write and the next. */
export interface WriterMemory {
  readonly end: KnownEnd | undefined;
  /** Base of the segment in which another writer was last seen at work; -1 before that. */
  readonly contendedBase: number;
}

/** One write on its way to the end of the chain. */
export interface Attempt extends WriterMemory {
  readonly settings: WriteSettings;
  /** The caller's intent. A change without an entry is bound to one incarnation once an answer is lost. */
  readonly intent: Intent;
  readonly startedAt: Moment;
  /** `end` was seen during this write, so a refusal may rest on it. */
  readonly looked: boolean;
  /** The incarnation that the last try was sent to. */
  readonly triedIncarnation: number | undefined;
  /** A try has an unknown outcome, and may still land in the segment at `end`. */
  readonly unresolved: boolean;
  /** Some try had an unknown outcome, even if it is resolved by now. */
  readonly lostAnswer: boolean;
  readonly failures: number;
  readonly races: number;
  /** An answer that counts only if its segment is not below the trim point. */
  readonly unproven: Answer | undefined;
}

/** A segment took the write: updated, or opened with the entry in it. */
interface Taken {
  readonly kind: 'taken';
  readonly segment: Segment;
  readonly sentAt: Moment;
  readonly at: Moment;
}

/** A segment refused the update, or exists where one was to be opened. */
export interface NotTaken {
  readonly kind: 'refused';
  readonly segment: Segment;
  readonly at: Moment;
  /** Chance, in [0, 1). */
  readonly fraction: number;
}

/** The store could not say what happened. */
export interface CallFailed {
  readonly kind: 'failed';
  readonly error: StoreError;
  readonly at: Moment;
  readonly fraction: number;
}

export type Answer = Taken | NotTaken;

/** What happened to an attempt since its last action. */
export type AttemptEvent =
  | Answer
  /** The last segment of the log. */
  | { readonly kind: 'found'; readonly segment: Segment | undefined; readonly askedAt: Moment }
  /** There is no segment where the update was sent. */
  | { readonly kind: 'gone' }
  /** Segments with a smaller base may have been removed. */
  | { readonly kind: 'trim-point'; readonly sweptTo: number }
  | { readonly kind: 'slept'; readonly ms: number }
  | CallFailed;

/** What an attempt asks for next. */
export type Action =
  | { readonly kind: 'look' }
  | { readonly kind: 'update'; readonly base: number; readonly update: SegmentUpdate }
  | { readonly kind: 'open'; readonly segment: Segment }
  | { readonly kind: 'read-trim-point' }
  | { readonly kind: 'sleep'; readonly ms: number }
  /** `ahead`: a segment to open for the writes that follow. */
  | { readonly kind: 'settle'; readonly result: WriteResult; readonly ahead: Segment | undefined };

export interface Step {
  readonly attempt: Attempt;
  readonly action: Action;
}
