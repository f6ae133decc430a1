// Goal: how an append begins, when it is refused, how long it pauses, and what contention changes. Method:
// tables without a store; what a row does not name stays as it was.

import { describe, expect, test } from 'vitest';
import type { Action, WriterMemory } from '../../src/log/attempt.ts';
import type { Intent } from '../../src/log/intent.ts';
import { openSegment } from '../../src/log/segment.ts';
import { begin, step } from '../../src/log/step.ts';
import {
  ANOTHER,
  APPEND,
  appendedAt,
  atMs,
  attemptOf,
  CONTENDED_CAP_BYTES,
  DELETED,
  endAt,
  FILLER,
  FULL,
  failed,
  found,
  INDEFINITE,
  intentOf,
  LOOK,
  LOST,
  MINE,
  OTHER,
  openAfter,
  ROOMY,
  refused,
  SEAL,
  SEALED,
  SETTINGS,
  segmentOf,
  settled,
  THROTTLED,
  table,
  taken,
  UNRESOLVED,
  updateOf,
} from './attempts.ts';

describe('a write begins', () => {
  const rows: readonly [string, WriterMemory['end'], Action][] = [
    ['with a look when nothing is known', undefined, LOOK],
    ['with an update of the known segment', endAt(ROOMY), updateOf(ROOMY)],
    ['by opening the segment after a full one', endAt(FULL), openAfter(FULL)],
    ['by creating the log when there was none', endAt(undefined), openAfter(segmentOf(0, []))],
    ['without a look at the end of the idle time', endAt(ROOMY, -60_000), updateOf(ROOMY)],
    ['with a look after the idle time', endAt(ROOMY, -60_001), LOOK],
  ];
  test.each(rows)('%s', (_, end, action) => {
    expect(begin(SETTINGS, { end, contendedBase: -1 }, APPEND, atMs(0)).action).toEqual(action);
  });
});

table('a look', [
  {
    name: 'finds a segment with room: update it',
    given: { end: undefined },
    event: found(ROOMY),
    then: { end: endAt(ROOMY, 5), looked: true },
    action: updateOf(ROOMY),
  },
  {
    name: 'finds a full segment: open the next',
    given: { end: undefined },
    event: found(FULL),
    then: { end: endAt(FULL, 5), looked: true },
    action: openAfter(FULL),
  },
  {
    name: 'finds no log: create it',
    given: { end: undefined },
    event: found(undefined),
    then: { end: endAt(undefined, 5), looked: true },
    action: openAfter(segmentOf(0, [])),
  },
  {
    name: 'finds no log, and none is to be created: refused',
    given: { end: undefined, intent: SEAL },
    event: found(undefined),
    then: { end: endAt(undefined, 5), looked: true },
    action: settled({ kind: 'refused', reason: 'missing' }),
  },
]);

const COMPARE = intentOf(MINE, { conditions: { expectedTail: 7 } });

table('a refusal rests on a look during the write', [
  {
    name: 'the end was known before: look again',
    given: { intent: COMPARE },
    event: { kind: 'slept', ms: 1 },
    then: { end: undefined },
    action: LOOK,
  },
  {
    name: 'the end was looked at: refused',
    given: { intent: COMPARE, looked: true },
    event: { kind: 'slept', ms: 1 },
    action: settled({ kind: 'refused', reason: 'tail-mismatch', tail: 41 }),
  },
  {
    name: 'the last segment came with the refusal: refused',
    given: { intent: COMPARE },
    event: refused(ROOMY),
    then: { looked: true, races: 1 },
    action: settled({ kind: 'refused', reason: 'tail-mismatch', tail: 41 }),
  },
  {
    name: 'a full segment came with the refusal, and may have a successor: look',
    given: { intent: COMPARE, looked: true },
    event: refused(FULL),
    then: { end: undefined, looked: false, races: 1 },
    action: LOOK,
  },
  {
    name: 'a deleted segment came with the refusal, and may have a successor: look',
    given: { intent: SEAL, looked: true },
    event: refused(DELETED),
    then: { end: undefined, looked: false, races: 1 },
    action: LOOK,
  },
]);

const BOUND = intentOf(undefined, { end: 'sealed', conditions: { incarnation: 0 } });
const FENCE: Intent = { ...intentOf(undefined, { conditions: { fencingToken: 3 } }), create: 'never' };

table('a change without an entry', [
  {
    name: 'is taken',
    given: { intent: SEAL },
    event: taken(SEALED),
    then: { end: endAt(SEALED, 1) },
    action: settled({ kind: 'changed', tail: 41 }),
  },
  {
    name: 'is bound to its incarnation once an answer is lost',
    given: { intent: SEAL },
    event: failed(LOST),
    then: { ...UNRESOLVED, failures: 1, intent: { ...BOUND, create: 'never' } },
    action: { kind: 'sleep', ms: 20 },
  },
  {
    name: 'is not bound after a definite failure',
    given: { intent: SEAL },
    event: failed(THROTTLED),
    then: { failures: 1 },
    action: { kind: 'sleep', ms: 1250 },
  },
  {
    name: 'refused with an answer lost: the outcome is unknown',
    given: { ...UNRESOLVED, intent: FENCE },
    event: refused(SEALED),
    then: { end: endAt(SEALED), looked: true, unresolved: false, races: 1 },
    action: INDEFINITE,
  },
  {
    name: 'refused with every answer known: refused',
    given: { intent: FENCE },
    event: refused(SEALED),
    then: { end: endAt(SEALED), looked: true, races: 1 },
    action: settled({ kind: 'refused', reason: 'sealed' }),
  },
  {
    name: 'that is done already, with an answer lost: done',
    given: { ...UNRESOLVED, intent: SEAL },
    event: refused(SEALED),
    then: { end: endAt(SEALED), looked: true, unresolved: false, races: 1 },
    action: settled({ kind: 'changed', tail: 41 }),
  },
]);

describe('pauses grow to a ceiling, and chance takes a part of it', () => {
  test.each([
    [1, 40],
    [2, 80],
    [5, 640],
    [6, 1000],
    [60, 1000],
  ])('lost answer number %i: up to %i ms', (failures, ceilingMs) => {
    const { action } = step(attemptOf({ failures: failures - 1 }), failed(LOST, atMs(2), 0.5));
    expect(action).toEqual({ kind: 'sleep', ms: ceilingMs / 2 });
  });

  test.each([1, 2, 60])('definite failure number %i: up to 2,500 ms', (failures) => {
    const { action } = step(attemptOf({ failures: failures - 1 }), failed(THROTTLED, atMs(2), 0.25));
    expect(action).toEqual({ kind: 'sleep', ms: 625 });
  });

  test.each([1, 2])('lost race number %i: none', (races) => {
    expect(step(attemptOf({ races: races - 1 }), refused(ROOMY)).action).toEqual(updateOf(ROOMY));
  });

  test.each([
    [3, 20],
    [4, 40],
    [9, 1280],
    [10, 2500],
    [60, 2500],
  ])('lost race number %i: up to %i ms', (races, ceilingMs) => {
    const { attempt, action } = step(attemptOf({ races: races - 1 }), refused(ROOMY, atMs(2), 0.5));
    expect(action).toEqual({ kind: 'sleep', ms: ceilingMs / 2 });
    expect(attempt.end).toEqual(endAt(ROOMY));
  });
});

const FULL_OF_MINE = segmentOf(40, [OTHER, ANOTHER, MINE, FILLER]);
const AHEAD = openSegment({
  base: 44,
  cap: CONTENDED_CAP_BYTES,
  metadata: { incarnation: 0 },
  entry: undefined,
});

table('contention', [
  {
    name: 'a segment that grew by another entry, too, is contended',
    event: taken(segmentOf(40, [OTHER, ANOTHER, MINE])),
    then: { end: endAt(segmentOf(40, [OTHER, ANOTHER, MINE]), 1), contendedBase: 40 },
    action: appendedAt(43),
  },
  {
    name: 'the writer that fills a contended segment opens the next one, three times as large',
    event: taken(FULL_OF_MINE),
    then: { end: endAt(FULL_OF_MINE, 1), contendedBase: 40 },
    action: appendedAt(43, AHEAD),
  },
  {
    name: 'the writer that fills a segment alone does not',
    event: taken(segmentOf(40, [MINE, FILLER])),
    then: { end: endAt(segmentOf(40, [MINE, FILLER]), 1) },
    action: appendedAt(41),
  },
  {
    name: 'a lost race makes the segment that it opens larger',
    event: refused(FULL),
    then: { end: endAt(FULL), races: 1 },
    action: openAfter(FULL, CONTENDED_CAP_BYTES),
  },
  {
    name: 'a sealed segment has no next one',
    given: { races: 1 },
    event: taken({ ...FULL_OF_MINE, metadata: { incarnation: 0, ended: 'sealed' } }),
    then: {
      end: endAt({ ...FULL_OF_MINE, metadata: { incarnation: 0, ended: 'sealed' } }, 1),
      contendedBase: 40,
    },
    action: appendedAt(43),
  },
]);
