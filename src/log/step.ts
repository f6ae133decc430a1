// The steps of an append: rules 2, 3, 4, 6 and 8 of PROTOCOL.md. (Rule 1 is in `intent.ts`.) A step is pure:
// time, chance and the store's answers come in with the event, and the next step goes out as one action.

import { assert } from '../assert.ts';
import { elapsedBetweenMs, type Moment } from '../clock.ts';
import type {
  Answer,
  Attempt,
  AttemptEvent,
  CallFailed,
  KnownEnd,
  NotTaken,
  Step,
  WriterMemory,
  WriteSettings,
} from './attempt.ts';
import { errorPauseMs, needsLookAfter, RACES_WITHOUT_PAUSE, racePauseMs } from './backoff.ts';
import { contendedCapBytes, hasOtherWriters, segmentAhead } from './contention.ts';
import { decide, type Intent, resultIn } from './intent.ts';
import type { Failed, WriteResult } from './results.ts';
import { holdsEntry, mayHaveSuccessor, type Segment } from './segment.ts';

export function begin(settings: WriteSettings, memory: WriterMemory, intent: Intent, at: Moment): Step {
  const { end, contendedBase } = memory;
  const idle = end !== undefined && elapsedBetweenMs(end.freshAt, at) > settings.idleMs;
  return proceed({
    settings,
    intent,
    startedAt: at,
    end: idle ? undefined : end,
    contendedBase,
    looked: false,
    triedIncarnation: undefined,
    unresolved: false,
    lostAnswer: false,
    failures: 0,
    races: 0,
    unproven: undefined,
  });
}

export function step(attempt: Attempt, event: AttemptEvent): Step {
  switch (event.kind) {
    case 'found': {
      const end = { segment: event.segment, freshAt: event.askedAt };
      return proceed({ ...attempt, end, looked: true });
    }
    case 'taken':
    case 'refused':
      return prove(attempt, event);
    case 'trim-point':
      return judge(attempt, event.sweptTo);
    case 'gone':
      return segmentGone(attempt);
    case 'slept':
      return wake(attempt, event.ms);
    case 'failed':
      // A trim point that cannot be read proves nothing.
      if (attempt.unproven) return judge(attempt, Number.POSITIVE_INFINITY);
      return retryOrFail(attempt, event);
  }
}

/** The write that suits the known end, or its result. Without a known end: a look. */
function proceed(attempt: Attempt): Step {
  const { end, intent } = attempt;
  if (!end) return { attempt, action: { kind: 'look' } };
  const decision = decide(end.segment, intent, newCapBytes(attempt));
  if (decision.kind === 'settled') return conclude(attempt, end, decision.result);
  const { kind, segment } = decision;
  const tried = { ...attempt, triedIncarnation: segment.metadata.incarnation };
  if (kind === 'open') return { attempt: tried, action: { kind, segment } };
  return { attempt: tried, action: { kind, base: segment.base, update: intent.update } };
}

/** The known end gives the result without another write. */
function conclude(attempt: Attempt, end: KnownEnd, result: WriteResult): Step {
  // Rule 2: an earlier try has landed, and nothing else counts.
  if (result.kind === 'appended' && end.segment) return land(attempt, end.segment, end.freshAt);
  // The end was seen before this write began, and may have changed: look at it before refusing.
  if (!attempt.looked) return proceed({ ...attempt, end: undefined });
  // A change without an entry has no id: an earlier try of it looks like another writer's change. What a
  // producer has numbered is known by that number.
  const isNamed = result.kind === 'refused' && result.reason === 'repeated';
  if (result.kind === 'refused' && !attempt.intent.update.entry && attempt.lostAnswer && !isNamed) {
    return settle(
      attempt,
      indefinite(`an earlier try was not answered, and now the log refuses: ${result.reason}`),
    );
  }
  return settle(attempt, result);
}

/**
 * Rule 6, for segments that take a write and for those that refuse one. Segments created after `freshAt`
 * cannot be trimmed until `trimAgeMinMs` has passed. After half of that, check the trim point.
 */
function prove(attempt: Attempt, answer: Answer): Step {
  assert(attempt.end, 'an answer, and no write was sent');
  const ageMs = elapsedBetweenMs(attempt.end.freshAt, answer.at);
  if (ageMs < attempt.settings.trimAgeMinMs / 2) return believe(attempt, answer);
  return { attempt: { ...attempt, unproven: answer }, action: { kind: 'read-trim-point' } };
}

function judge(attempt: Attempt, sweptTo: number): Step {
  const { unproven: answer } = attempt;
  assert(answer, 'a trim point that was not asked for');
  const judged = { ...attempt, unproven: undefined };
  if (sweptTo <= answer.segment.base) return believe(judged, answer);
  // A zombie proves nothing. Where it refuses, the real segment is gone.
  if (answer.kind === 'refused') return segmentGone(judged);
  return fail(
    judged,
    indefinite('the segment that took the write had been trimmed: no reader may ever find it'),
  );
}

function believe(attempt: Attempt, answer: Answer): Step {
  return answer.kind === 'taken' ? land(attempt, answer.segment, answer.sentAt) : goOn(attempt, answer);
}

/** The write is in `segment`, and that is part of the chain. */
function land(attempt: Attempt, segment: Segment, freshAt: Moment): Step {
  const contended = attempt.races > 0 || hasOtherWriters(segment, attempt.end?.segment);
  const contendedBase = contended ? segment.base : attempt.contendedBase;
  const { intent, settings } = attempt;
  const landed = { ...attempt, end: { segment, freshAt }, contendedBase };
  const ahead = contendedBase === segment.base ? segmentAhead(segment, settings.segmentCapBytes) : undefined;
  return settle(landed, resultIn(segment, intent.update), ahead);
}

/** Another write was first, or an earlier try of this one. Rule 3: go on from the segment that refused. */
function goOn(attempt: Attempt, { segment, fraction }: NotTaken): Step {
  assert(attempt.end, 'a refusal, and no write was sent');
  const { entry } = attempt.intent.update;
  const decision = decide(segment, attempt.intent, newCapBytes(attempt));
  const refused = {
    ...attempt,
    end: { segment, freshAt: attempt.end.freshAt },
    // The metadata may have changed in a later segment.
    looked: !mayHaveSuccessor(segment),
    // Every reason for a refusal stays true, so a try that is not in this segment by now will never be.
    unresolved: attempt.unresolved && decision.kind === 'update',
  };
  // An earlier try has landed here. A pause and a look at the tail would lose sight of it.
  if (entry && holdsEntry(segment, entry)) return proceed(refused);
  const races = attempt.races + 1;
  if (races <= RACES_WITHOUT_PAUSE) return proceed({ ...refused, races });
  return sleep({ ...refused, races }, racePauseMs(races, fraction));
}

/** Rule 4: nothing shows any more whether an unresolved try was in the segment. */
function segmentGone(attempt: Attempt): Step {
  if (!attempt.unresolved) return proceed({ ...attempt, end: undefined });
  return fail(
    attempt,
    indefinite('the segment of an earlier try has been trimmed: the write may have been in it'),
  );
}

/** Rule 8: a failure is definite only if no try can have landed. */
function retryOrFail(attempt: Attempt, { error, at, fraction }: CallFailed): Step {
  const lost = !error.definite;
  const failures = attempt.failures + 1;
  const failed = {
    ...attempt,
    intent: lost ? boundToIncarnation(attempt.intent, attempt.triedIncarnation) : attempt.intent,
    unresolved: attempt.unresolved || lost,
    lostAnswer: attempt.lostAnswer || lost,
    failures,
  };
  const pauseMs = errorPauseMs(error.definite, failures, fraction);
  const late = elapsedBetweenMs(attempt.startedAt, at) + pauseMs > attempt.settings.writeTimeoutMs;
  if (error.retryable && !late) return sleep(failed, pauseMs);
  const { message } = error;
  return fail(failed, { kind: 'failed', definite: !failed.unresolved, message, cause: error });
}

/** Other writers have gone on meanwhile. Rule 3: an unresolved try forbids a jump to the tail. */
function wake(attempt: Attempt, sleptMs: number): Step {
  const look = needsLookAfter(sleptMs) && !attempt.unresolved;
  return proceed(look ? { ...attempt, end: undefined } : attempt);
}

function sleep(attempt: Attempt, ms: number): Step {
  return { attempt, action: { kind: 'sleep', ms } };
}

function settle(attempt: Attempt, result: WriteResult, ahead?: Segment): Step {
  return { attempt, action: { kind: 'settle', result, ahead } };
}

/** The next write looks for the tail. */
function fail(attempt: Attempt, result: Failed): Step {
  return settle({ ...attempt, end: undefined }, result);
}

function indefinite(message: string): Failed {
  return { kind: 'failed', definite: false, message, cause: undefined };
}

function newCapBytes({ settings, races, end, contendedBase }: Attempt): number {
  const contended = races > 0 || end?.segment?.base === contendedBase;
  return contended ? contendedCapBytes(settings.segmentCapBytes) : settings.segmentCapBytes;
}

/**
 * A change without an entry cannot be found again. Its next try is for the incarnation of the first one, so
 * that it does not happen to two.
 */
function boundToIncarnation(intent: Intent, incarnation: number | undefined): Intent {
  const { update } = intent;
  if (update.entry || incarnation === undefined) return intent;
  return { ...intent, update: { ...update, conditions: { ...update.conditions, incarnation } } };
}
