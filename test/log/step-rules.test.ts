// Goal: each step of an append follows rules 1, 2, 3, 4, 6 and 8 of src/PROTOCOL.md. Method: tables without a
// store; what a row does not name stays as it was. `rules.test.ts` tests the same rules on a store.

import type { Attempt, AttemptEvent } from '../../src/log/attempt.ts';
import { openSegment } from '../../src/log/segment.ts';
import {
  appendedAt,
  atMs,
  BROKEN,
  CONTENDED_CAP_BYTES,
  DEFINITE,
  endAt,
  FULL,
  FULL_WITH_MINE,
  failed,
  found,
  HOUR_MS,
  INDEFINITE,
  intentOf,
  LOOK,
  LOST,
  MINE,
  openAfter,
  READ_TRIM_POINT,
  ROOMY,
  refused,
  THROTTLED,
  table,
  taken,
  UNRESOLVED,
  updateOf,
  WITH_MINE,
} from './attempts.ts';

const LARGE_CAP = { ...ROOMY, cap: 1000, bytes: 999 };
const SMALL_CAP = { ...ROOMY, cap: 10 };

table('rule 1: the cap in the segment decides', [
  {
    name: 'a segment with a larger cap is not full',
    given: { end: undefined },
    event: found(LARGE_CAP),
    then: { end: endAt(LARGE_CAP, 5), looked: true },
    action: updateOf(LARGE_CAP),
  },
  {
    name: 'a segment with a smaller cap is full; the next one has the cap of this writer',
    given: { end: undefined },
    event: found(SMALL_CAP),
    then: { end: endAt(SMALL_CAP, 5), looked: true },
    action: openAfter(SMALL_CAP),
  },
]);

table('rule 2: a batch keeps its id, and the id is looked for first', [
  {
    name: 'a lost answer: the same update again after a pause',
    event: failed(LOST),
    then: { ...UNRESOLVED, failures: 1 },
    action: { kind: 'sleep', ms: 20 },
  },
  {
    name: 'the segment holds the entry: the lost try had landed',
    given: UNRESOLVED,
    event: refused(WITH_MINE),
    then: { end: endAt(WITH_MINE), looked: true, lostAnswer: true, unresolved: false },
    action: appendedAt(42),
  },
  {
    name: 'the entry counts before the fullness of its segment',
    given: UNRESOLVED,
    event: refused(FULL_WITH_MINE),
    then: { end: endAt(FULL_WITH_MINE), unresolved: false },
    action: appendedAt(42),
  },
  {
    name: 'the entry counts before a tail that the lost try itself has moved',
    given: { ...UNRESOLVED, intent: intentOf(MINE, { conditions: { expectedTail: 41 } }) },
    event: refused(WITH_MINE),
    then: { end: endAt(WITH_MINE), looked: true, unresolved: false },
    action: appendedAt(42),
  },
  {
    name: 'the entry settles the write before any pause',
    given: { ...UNRESOLVED, races: 9 },
    event: refused(FULL_WITH_MINE),
    then: { end: endAt(FULL_WITH_MINE), unresolved: false, contendedBase: 40 },
    action: appendedAt(
      42,
      openSegment({ base: 43, cap: CONTENDED_CAP_BYTES, metadata: { incarnation: 0 }, entry: undefined }),
    ),
  },
]);

table('rule 3: after an unknown outcome, continue from the segment that was tried', [
  {
    name: 'a full segment lacks the entry for ever: open the next one',
    given: UNRESOLVED,
    event: refused(FULL),
    then: { end: endAt(FULL), unresolved: false, races: 1 },
    action: openAfter(FULL, CONTENDED_CAP_BYTES),
  },
  {
    name: 'a segment with room may still take the lost try: update it again',
    given: UNRESOLVED,
    event: refused(ROOMY),
    then: { looked: true, races: 1 },
    action: updateOf(ROOMY),
  },
  {
    name: 'a long pause does not lead to the tail while a try is unresolved',
    given: UNRESOLVED,
    event: { kind: 'slept', ms: 5000 },
    action: updateOf(ROOMY),
  },
  {
    name: 'a long pause leads to the tail when no try is unresolved',
    event: { kind: 'slept', ms: 21 },
    then: { end: undefined },
    action: LOOK,
  },
  {
    name: 'a short pause leads back to the same segment',
    event: { kind: 'slept', ms: 20 },
    action: updateOf(ROOMY),
  },
]);

table('rule 4: if the segment that was tried is gone, the outcome is unknown', [
  {
    name: 'with an unresolved try: an indefinite failure',
    given: UNRESOLVED,
    event: { kind: 'gone' },
    then: { end: undefined },
    action: INDEFINITE,
  },
  {
    name: 'without one: to the tail',
    event: { kind: 'gone' },
    then: { end: undefined },
    action: LOOK,
  },
]);

const HALF_MS = HOUR_MS / 2;
const DOUBTED_TAKEN = taken(WITH_MINE, atMs(HALF_MS));
const DOUBTED_REFUSED = refused(FULL, atMs(HALF_MS));

function unproven(answer: AttemptEvent): Partial<Attempt> {
  if (answer.kind !== 'taken' && answer.kind !== 'refused') throw new Error(answer.kind);
  return { unproven: answer };
}

table('rule 6: the trim point is read after half of its age', [
  {
    name: 'not before half of the age',
    event: taken(WITH_MINE, atMs(HALF_MS - 1)),
    then: { end: endAt(WITH_MINE, 1) },
    action: appendedAt(42),
  },
  {
    name: 'for a segment that took the write',
    event: DOUBTED_TAKEN,
    then: unproven(DOUBTED_TAKEN),
    action: READ_TRIM_POINT,
  },
  {
    name: 'for a segment that refused it, even with the entry in it',
    event: refused(WITH_MINE, atMs(HALF_MS)),
    then: unproven(refused(WITH_MINE, atMs(HALF_MS))),
    action: READ_TRIM_POINT,
  },
  {
    name: 'when only the wall clock has gone on',
    event: taken(WITH_MINE, { wallMs: HALF_MS, monotonicMs: 2 }),
    then: unproven(taken(WITH_MINE, { wallMs: HALF_MS, monotonicMs: 2 })),
    action: READ_TRIM_POINT,
  },
  {
    name: 'when only the monotonic clock has gone on',
    event: taken(WITH_MINE, { wallMs: -HALF_MS, monotonicMs: HALF_MS }),
    then: unproven(taken(WITH_MINE, { wallMs: -HALF_MS, monotonicMs: HALF_MS })),
    action: READ_TRIM_POINT,
  },
]);

table('rule 6: a segment below the trim point proves nothing', [
  {
    name: 'taken at the trim point: the write is in the chain',
    given: unproven(DOUBTED_TAKEN),
    event: { kind: 'trim-point', sweptTo: 40 },
    then: { end: endAt(WITH_MINE, 1), unproven: undefined },
    action: appendedAt(42),
  },
  {
    name: 'taken below it: an indefinite failure',
    given: unproven(DOUBTED_TAKEN),
    event: { kind: 'trim-point', sweptTo: 41 },
    then: { end: undefined, unproven: undefined },
    action: INDEFINITE,
  },
  {
    name: 'taken, and the trim point cannot be read: an indefinite failure',
    given: unproven(DOUBTED_TAKEN),
    event: failed(THROTTLED),
    then: { end: undefined, unproven: undefined },
    action: INDEFINITE,
  },
  {
    name: 'refused at it: go on from that segment, which is as fresh as the one before it',
    given: unproven(DOUBTED_REFUSED),
    event: { kind: 'trim-point', sweptTo: 40 },
    then: { end: endAt(FULL), unproven: undefined, races: 1 },
    action: openAfter(FULL, CONTENDED_CAP_BYTES),
  },
  {
    name: 'refused below it, no try unresolved: to the tail',
    given: unproven(DOUBTED_REFUSED),
    event: { kind: 'trim-point', sweptTo: 41 },
    then: { end: undefined, unproven: undefined },
    action: LOOK,
  },
  {
    name: 'refused below it, a try unresolved: the outcome is unknown (rule 4)',
    given: { ...UNRESOLVED, ...unproven(DOUBTED_REFUSED) },
    event: { kind: 'trim-point', sweptTo: 41 },
    then: { end: undefined, unproven: undefined },
    action: INDEFINITE,
  },
  {
    name: 'refused, and the trim point cannot be read: as if it were below',
    given: { ...UNRESOLVED, ...unproven(DOUBTED_REFUSED) },
    event: failed(THROTTLED),
    then: { end: undefined, unproven: undefined },
    action: INDEFINITE,
  },
]);

table('rule 8: every failure is definite or indefinite', [
  {
    name: 'the pause ends at the deadline: try again',
    event: failed(THROTTLED, atMs(13_750)),
    then: { failures: 1 },
    action: { kind: 'sleep', ms: 1250 },
  },
  {
    name: 'it would end after the deadline, and no try is unresolved: definite',
    event: failed(THROTTLED, atMs(13_751)),
    then: { end: undefined, failures: 1 },
    action: DEFINITE,
  },
  {
    name: 'a try is unresolved, and the last error is definite: indefinite',
    given: UNRESOLVED,
    event: failed(THROTTLED, atMs(13_751)),
    then: { end: undefined, failures: 1 },
    action: INDEFINITE,
  },
  {
    name: 'the last answer is lost: indefinite',
    event: failed(LOST, atMs(14_999)),
    then: { ...UNRESOLVED, end: undefined, failures: 1 },
    action: INDEFINITE,
  },
  {
    name: 'an answer was lost, and its try is known not to have landed: definite',
    given: { lostAnswer: true },
    event: failed(THROTTLED, atMs(14_999)),
    then: { end: undefined, failures: 1 },
    action: DEFINITE,
  },
  {
    name: 'an error that stays fails at once',
    event: failed(BROKEN),
    then: { end: undefined, failures: 1 },
    action: DEFINITE,
  },
]);
