// Attempts, events and actions of an append, and tables of them: (attempt, event) → (attempt, action),
// without a store.

import { describe, expect, test } from 'vitest';
import type { Moment } from '../../src/clock.ts';
import type { Action, Attempt, AttemptEvent } from '../../src/log/attempt.ts';
import type { Intent } from '../../src/log/intent.ts';
import { applyUpdate, type LogMetadata, openSegment, type Segment } from '../../src/log/segment.ts';
import { step } from '../../src/log/step.ts';
import { StoreError } from '../../src/log/store.ts';
import { entryOf } from '../contract/store-contract.ts';

export const HOUR_MS = 3_600_000;
const CAP_BYTES = 100;
export const CONTENDED_CAP_BYTES = 300;
export const SETTINGS = {
  segmentCapBytes: CAP_BYTES,
  writeTimeoutMs: 15_000,
  idleMs: 60_000,
  trimAgeMinMs: HOUR_MS,
};

export const MINE = entryOf('mine');
export const OTHER = entryOf('other');
export const ANOTHER = entryOf('another');
export const FILLER = entryOf('x'.repeat(CAP_BYTES));

export function intentOf(entry: Uint8Array | undefined, changes: Partial<Intent['update']> = {}): Intent {
  return { update: { entry, conditions: {}, ...changes }, create: 'if-missing', contentType: undefined };
}

export const APPEND = intentOf(MINE);
export const SEAL: Intent = { ...intentOf(undefined, { end: 'sealed' }), create: 'never' };

export function segmentOf(base: number, entries: Uint8Array[], metadata: Partial<LogMetadata> = {}): Segment {
  const rules = { incarnation: 0, ...metadata };
  const empty = openSegment({ base, cap: CAP_BYTES, metadata: rules, entry: undefined });
  return entries.reduce((segment, entry) => applyUpdate(segment, { entry, conditions: {} }), empty);
}

export const ROOMY = segmentOf(40, [OTHER]);
export const WITH_MINE = segmentOf(40, [OTHER, MINE]);
export const FULL = segmentOf(40, [OTHER, FILLER]);
export const FULL_WITH_MINE = segmentOf(40, [OTHER, MINE, FILLER]);
export const DELETED = segmentOf(40, [OTHER], { ended: 'deleted' });
export const SEALED = segmentOf(40, [OTHER], { ended: 'sealed' });

export function atMs(ms: number): Moment {
  return { wallMs: ms, monotonicMs: ms };
}

const END = { segment: ROOMY, freshAt: atMs(0) };

export function attemptOf(changes: Partial<Attempt> = {}): Attempt {
  return {
    settings: SETTINGS,
    intent: APPEND,
    startedAt: atMs(0),
    end: END,
    contendedBase: -1,
    looked: false,
    triedIncarnation: 0,
    unresolved: false,
    lostAnswer: false,
    failures: 0,
    races: 0,
    unproven: undefined,
    ...changes,
  };
}

/** Of an attempt: a try has not been answered. */
export const UNRESOLVED = { unresolved: true, lostAnswer: true } as const;

export const LOST = new StoreError('no answer', { definite: false, retryable: true });
export const THROTTLED = new StoreError('throttled', { definite: true, retryable: true });
export const BROKEN = new StoreError('no such table', { definite: true, retryable: false });

export function taken(segment: Segment, at = atMs(2)): AttemptEvent {
  return { kind: 'taken', segment, sentAt: atMs(1), at };
}

export function refused(segment: Segment, at = atMs(2), fraction = 0.5): AttemptEvent {
  return { kind: 'refused', segment, at, fraction };
}

export function failed(error: StoreError, at = atMs(2), fraction = 0.5): AttemptEvent {
  return { kind: 'failed', error, at, fraction };
}

export function found(segment: Segment | undefined): AttemptEvent {
  return { kind: 'found', segment, askedAt: atMs(5) };
}

export const LOOK: Action = { kind: 'look' };
export const READ_TRIM_POINT: Action = { kind: 'read-trim-point' };

export function updateOf(segment: Segment): Action {
  return { kind: 'update', base: segment.base, update: APPEND.update };
}

export function openAfter(segment: Segment, cap = CAP_BYTES): Action {
  const { tail: base, metadata } = segment;
  return { kind: 'open', segment: openSegment({ base, cap, metadata, entry: MINE }) };
}

export function settled(result: object, ahead?: Segment): object {
  return { kind: 'settle', result: expect.objectContaining(result), ahead };
}

export function appendedAt(first: number, ahead?: Segment): object {
  return settled({ kind: 'appended', first, last: first }, ahead);
}

export const INDEFINITE = settled({ kind: 'failed', definite: false });
export const DEFINITE = settled({ kind: 'failed', definite: true });

interface Row {
  readonly name: string;
  readonly given?: Partial<Attempt>;
  readonly event: AttemptEvent;
  /** What changes of the attempt. */
  readonly then?: Partial<Attempt>;
  readonly action: object;
}

export function table(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    test.each(rows)('$name', ({ given, event, then, action }) => {
      const before = attemptOf(given);
      const after = step(before, event);
      expect(after.attempt).toEqual({ ...before, ...then });
      expect(after.action).toEqual(action);
    });
  });
}

export function endAt(segment: Segment | undefined, ms = 0): Attempt['end'] {
  return { segment, freshAt: atMs(ms) };
}
