// Takes one write at a time to the end of the chain, through refusals, time-outs and races, and never twice.

import { type Clock, elapsedMs, type Moment, momentOf, type Random } from '../clock.ts';
import { SEGMENT_CAP_BYTES_MAX } from '../limits.ts';
import { type Intent, nextStep, resultIn, type Step } from './next-step.ts';
import type { RecentSegments } from './recent-segments.ts';
import type { Appended, Changed, Failed, Refused } from './results.ts';
import { holdsEntry, isFull, mayHaveSuccessor, openSegment, type Segment } from './segment.ts';
import { type Store, StoreError } from './store.ts';
import { trimPointOf } from './trim-point.ts';

export interface AppenderOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: string;
  readonly segmentCapBytes: number;
  /** How long a write may be tried, in milliseconds, before its caller hears of a failure. */
  readonly writeTimeoutMs: number;
  /** After so long without a write of its own, a writer looks for the tail rather than try a segment that is long full. */
  readonly idleMs: number;
  /** No segment younger than this is ever removed (rule 6). */
  readonly trimAgeMinMs: number;
}

export type WriteResult = Appended | Changed | Refused | Failed;

/** The end of the chain as this writer knows it. `freshAt`: at that moment nothing came after this segment. */
interface Known {
  readonly segment: Segment | undefined;
  readonly freshAt: Moment;
}

/** One write on its way. */
interface Attempt {
  /** What the caller wants; for a change without an entry, in one incarnation of the log once a try of it has had an unknown outcome. */
  intent: Intent;
  readonly startedAt: Moment;
  /** The incarnation that the last try was sent to. */
  triedIncarnation: number | undefined;
  /** A try of this write has an unknown outcome and may still land in the segment that is known. */
  uncertain: boolean;
  /** At least one try has had an unknown outcome, whatever was found out about it since. */
  lostAnswer: boolean;
  /** What is known of the end was seen during this write, so a refusal may rest on it. */
  looked: boolean;
  failures: number;
  races: number;
}

/** After an unknown outcome: the answer is wanted soon. */
const LOST_BACKOFF_BASE_MS = 20;
const LOST_BACKOFF_MAX_MS = 1000;
/** After a definite error, as a rule a throttle: the partition is at its limit. Every early try takes units from others. */
const DEFINITE_BACKOFF_MS = 2500;
/** After lost races: the more of them, the more writers there are. */
const RACE_BACKOFF_BASE_MS = 10;
const RACE_BACKOFF_MAX_MS = 2500;
const RACES_WITHOUT_PAUSE = 2;
/** After so long a pause among competing writers, the segment that was known is history. */
const RELOOK_MS = 20;
/** Counted on a model of DynamoDB (bench/README.md): half the round trips for the same units. */
const COMPETING_CAP_FACTOR = 3;

export class Appender {
  readonly #options: AppenderOptions;
  readonly #observed: RecentSegments;
  #known: Known | undefined;
  /** The segment in which another writer was last seen at work at the same time as this one. */
  #competitionAt = -1;
  #opening: Promise<void> | undefined;
  #writing = false;

  constructor(options: AppenderOptions, observed: RecentSegments) {
    this.#options = options;
    this.#observed = observed;
  }

  /** Must not be called again before it has answered. Never rejects for what a store can do. */
  async write(intent: Intent): Promise<WriteResult> {
    this.#writing = true;
    try {
      await this.#opening;
      return await this.#write(intent);
    } finally {
      this.#writing = false;
      this.#known = withoutNeedless(this.#known);
    }
  }

  /** Resolves when no segment is being opened ahead. */
  async idle(): Promise<void> {
    await this.#opening;
  }

  /** Bytes of the entries of the segment that is known. */
  get bytesKept(): number {
    return this.#known?.segment?.entries.reduce((sum, entry) => sum + entry.length, 0) ?? 0;
  }

  async #write(intent: Intent): Promise<WriteResult> {
    const { clock, idleMs } = this.#options;
    if (this.#known && elapsedMs(clock, this.#known.freshAt) > idleMs) this.#known = undefined;
    const attempt: Attempt = {
      intent,
      startedAt: momentOf(clock),
      triedIncarnation: undefined,
      uncertain: false,
      lostAnswer: false,
      looked: false,
      failures: 0,
      races: 0,
    };
    for (;;) {
      try {
        const result = await this.#advance(attempt);
        if (result) return result;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        const failed = await this.#afterError(attempt, error);
        if (failed) return failed;
      }
    }
  }

  /** Takes over what a reader has just seen of the end, if this writer knows nothing better. */
  learn({ segment, freshAt }: Known): void {
    if (this.#writing || this.#known) return;
    this.#known = withoutNeedless({ segment, freshAt });
    if (segment) this.#observed.observe(segment);
  }

  /** One round trip towards the end; answers when the write is settled. */
  async #advance(attempt: Attempt): Promise<WriteResult | undefined> {
    const known = this.#known ?? (await this.#look(attempt));
    this.#known = known;
    const step = nextStep(known.segment, attempt.intent, this.#capBytes(attempt, known.segment));
    switch (step.kind) {
      case 'settled':
        return this.#settle(attempt, known, step);
      case 'update':
        attempt.triedIncarnation = known.segment?.metadata.incarnation;
        return this.#update(attempt, known, step.base);
      case 'open':
        attempt.triedIncarnation = step.segment.metadata.incarnation;
        return this.#open(attempt, known, step.segment);
    }
  }

  async #look(attempt: Attempt): Promise<Known> {
    const { store, log, clock } = this.#options;
    const freshAt = momentOf(clock);
    const { segment } = await store.last(log);
    attempt.looked = true;
    if (segment) this.#observed.observe(segment);
    return { segment, freshAt };
  }

  async #settle(
    attempt: Attempt,
    known: Known,
    step: Extract<Step, { kind: 'settled' }>,
  ): Promise<WriteResult | undefined> {
    const { segment } = known;
    const { entry } = attempt.intent.update;
    // An earlier try turned out to have landed: as good as an answer, and as much in need of proof.
    if (segment && entry && holdsEntry(segment, entry)) return this.#landed(attempt, known, segment);
    // What was true of the log before this write began may be so no longer: look at its end before saying no.
    if (!attempt.looked) {
      this.#known = undefined;
      return undefined;
    }
    // A change of rules has no id by which an earlier try of it could be told from somebody else's.
    if (step.result.kind === 'refused' && !entry && attempt.lostAnswer) {
      return failedIndefinite(
        `an earlier try was not answered, and now the log refuses: ${step.result.reason}`,
      );
    }
    return step.result;
  }

  async #update(attempt: Attempt, known: Known, base: number): Promise<WriteResult | undefined> {
    const { store, log, clock } = this.#options;
    const sentAt = momentOf(clock);
    const outcome = await store.update(log, base, attempt.intent.update);
    if (outcome.kind === 'applied') {
      return this.#landed(attempt, known, outcome.segment, sentAt);
    }
    if (!outcome.segment) return this.#segmentIsGone(attempt);
    return this.#raced(attempt, known, outcome.segment);
  }

  async #open(attempt: Attempt, known: Known, segment: Segment): Promise<WriteResult | undefined> {
    const { store, log, clock } = this.#options;
    const sentAt = momentOf(clock);
    const outcome = await store.open(log, segment);
    if (outcome.kind === 'exists') return this.#raced(attempt, known, outcome.segment);
    return this.#landed(attempt, known, segment, sentAt);
  }

  /** The write is in `segment`: true for good, unless the segment was brought back from behind the trim point. */
  async #landed(attempt: Attempt, known: Known, segment: Segment, sentAt?: Moment): Promise<WriteResult> {
    if (!(await this.#isInChain(known, segment))) {
      this.#forget();
      return failedIndefinite(
        'the segment that took the write had been trimmed before: nobody may ever read it there',
      );
    }
    const freshAt = sentAt ?? known.freshAt;
    this.#known = { segment, freshAt };
    this.#observed.observe(segment);
    if (attempt.races > 0 || hasOthers(segment, known.segment)) this.#competitionAt = segment.base;
    this.#openAhead(segment, freshAt);
    return resultIn(segment, attempt.intent.update);
  }

  /**
   * Rule 6, for segments that take a write and for those that refuse one. Whatever came after a moment at which the known segment was the last is younger than that moment, so it cannot
   * have been removed before `trimAgeMinMs` has passed. After half of that, the trim point has to say so.
   */
  async #isInChain(known: Known, segment: Segment): Promise<boolean> {
    const { store, log, clock, trimAgeMinMs } = this.#options;
    if (elapsedMs(clock, known.freshAt) < trimAgeMinMs / 2) return true;
    try {
      return trimPointOf(await store.metadataRecord(log, 'trim-point')).sweptTo <= segment.base;
    } catch (error) {
      if (error instanceof StoreError) return false;
      throw error;
    }
  }

  /** Somebody else was there first, or an earlier try of this write: the item of the refusal tells. */
  async #raced(attempt: Attempt, known: Known, segment: Segment): Promise<WriteResult | undefined> {
    // A segment that was brought back refuses like any other, and proves nothing: the real one is gone.
    if (!(await this.#isInChain(known, segment))) return this.#segmentIsGone(attempt);
    this.#known = { segment, freshAt: known.freshAt };
    this.#observed.observe(segment);
    attempt.looked = !mayHaveSuccessor(segment);
    const step = nextStep(segment, attempt.intent, this.#options.segmentCapBytes);
    // Every reason for a refusal is one for ever, so a try that is not in there by now will never be (rule 3).
    if (step.kind !== 'update') attempt.uncertain = false;
    // An earlier try has landed here. That is the end of it: after a pause and another look at the tail it would be forgotten.
    const { entry } = attempt.intent.update;
    if (entry && holdsEntry(segment, entry)) return undefined;
    attempt.races += 1;
    if (attempt.races <= RACES_WITHOUT_PAUSE) return undefined;
    const doublings = attempt.races - RACES_WITHOUT_PAUSE;
    const ceilingMs = Math.min(RACE_BACKOFF_MAX_MS, RACE_BACKOFF_BASE_MS * 2 ** doublings);
    await this.#pause(attempt, ceilingMs * this.#options.random.fraction());
    return undefined;
  }

  /** Rule 4: with a try of unknown outcome in a segment that is gone, nobody can say what became of it. */
  #segmentIsGone(attempt: Attempt): WriteResult | undefined {
    this.#forget();
    if (!attempt.uncertain) return undefined;
    return failedIndefinite(
      'the segment that an earlier try was sent to has been trimmed: it may have landed there',
    );
  }

  /** Backs off after a failed call, or gives up with the truth about what may have happened. */
  async #afterError(attempt: Attempt, error: StoreError): Promise<Failed | undefined> {
    const { clock, random, writeTimeoutMs } = this.#options;
    attempt.uncertain ||= !error.definite;
    attempt.lostAnswer ||= !error.definite;
    if (!error.definite) attempt.intent = boundToIncarnation(attempt.intent, attempt.triedIncarnation);
    attempt.failures += 1;
    const pauseMs =
      random.fraction() * (error.definite ? DEFINITE_BACKOFF_MS : lostCeilingMs(attempt.failures));
    const late = elapsedMs(clock, attempt.startedAt) + pauseMs > writeTimeoutMs;
    if (error.retryable && !late) {
      await this.#pause(attempt, pauseMs);
      return undefined;
    }
    this.#forget();
    return { kind: 'failed', definite: !attempt.uncertain, message: error.message, cause: error };
  }

  /** Others have gone on meanwhile. A look is cheaper than a refused write, but with a try on its way there is no way around (rule 3). */
  async #pause(attempt: Attempt, ms: number): Promise<void> {
    await this.#options.clock.sleep(ms);
    if (ms > RELOOK_MS && !attempt.uncertain) this.#known = undefined;
  }

  #forget(): void {
    this.#known = undefined;
    this.#observed.forget();
  }

  /** Every roll-over is a race, so where writers compete segments are larger. The cap is in the segment: all agree (rule 1). */
  #capBytes(attempt: Attempt, segment: Segment | undefined): number {
    const { segmentCapBytes } = this.#options;
    const competing = attempt.races > 0 || segment?.base === this.#competitionAt;
    return competing ? competingCapBytes(segmentCapBytes) : segmentCapBytes;
  }

  /** Where writers compete, the one that fills a segment opens the next, so that the others do not race to do it. */
  #openAhead(segment: Segment, freshAt: Moment): void {
    const competing = this.#competitionAt === segment.base;
    if (!competing || !isFull(segment) || segment.metadata.ended) return;
    const { store, log, segmentCapBytes } = this.#options;
    const cap = competingCapBytes(segmentCapBytes);
    const next = openSegment({ base: segment.tail, cap, metadata: segment.metadata, entry: undefined });
    // Not a moment later than the one at which nothing came after `segment`: the time since then may have been long (rule 6).
    this.#opening = store.open(log, next).then(
      (outcome) => {
        if (outcome.kind === 'opened') this.#known = { segment: next, freshAt };
        else this.#known = { segment: outcome.segment, freshAt };
        this.#opening = undefined;
      },
      // The next write finds out by itself.
      () => {
        this.#opening = undefined;
      },
    );
  }
}

/**
 * The next write has an id of its own, so it will not look for itself among the entries of a full segment: what matters of that one
 * is its end. Entries are most of what a log that is at rest would keep in memory.
 */
function withoutNeedless(known: Known | undefined): Known | undefined {
  if (!known?.segment || !isFull(known.segment)) return known;
  return { segment: { ...known.segment, entries: [] }, freshAt: known.freshAt };
}

/** A segment that has grown by more than one entry since it was seen: somebody else writes, too. */
function hasOthers(segment: Segment, before: Segment | undefined): boolean {
  return before?.base === segment.base && segment.entries.length > before.entries.length + 1;
}

function competingCapBytes(segmentCapBytes: number): number {
  return Math.min(SEGMENT_CAP_BYTES_MAX, COMPETING_CAP_FACTOR * segmentCapBytes);
}

/** A change without an entry cannot be found again: so that it does not happen to two incarnations of a log, its next try is for the same one. */
function boundToIncarnation(intent: Intent, incarnation: number | undefined): Intent {
  const { update } = intent;
  if (update.entry || incarnation === undefined) return intent;
  return { ...intent, update: { ...update, conditions: { ...update.conditions, incarnation } } };
}

function lostCeilingMs(failures: number): number {
  return Math.min(LOST_BACKOFF_MAX_MS, LOST_BACKOFF_BASE_MS * 2 ** failures);
}

function failedIndefinite(message: string): Failed {
  return { kind: 'failed', definite: false, message, cause: undefined };
}
