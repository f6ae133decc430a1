// Takes one write at a time to the end of the chain: does each action that `step.ts` asks for, and reports
// its outcome.

import { type Clock, type Moment, momentOf, type Random } from '../clock.ts';
import { DecodeError } from '../encoding/binary.ts';
import type { Action, AttemptEvent, KnownEnd, WriterMemory, WriteSettings } from './attempt.ts';
import type { Intent } from './intent.ts';
import type { RecentSegments } from './recent-segments.ts';
import type { WriteResult } from './results.ts';
import { isFull, type Segment, withoutEntries } from './segment.ts';
import { begin, step } from './step.ts';
import { type Store, StoreError } from './store.ts';
import { trimPointOf } from './trim-point.ts';

export interface AppenderOptions extends WriteSettings {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: string;
}

export class Appender {
  readonly #options: AppenderOptions;
  readonly #observed: RecentSegments;
  #memory: WriterMemory = { end: undefined, contendedBase: -1 };
  #opening: Promise<void> | undefined;
  #writing = false;

  constructor(options: AppenderOptions, observed: RecentSegments) {
    this.#options = options;
    this.#observed = observed;
  }

  /** Must not be called again before it has answered. Rejects for a bug, never for an error of the store. */
  async write(intent: Intent): Promise<WriteResult> {
    this.#writing = true;
    try {
      await this.#opening;
      return await this.#write(intent);
    } finally {
      this.#writing = false;
    }
  }

  /** Resolves when no segment is being opened ahead. */
  async idle(): Promise<void> {
    await this.#opening;
  }

  /** Bytes of the entries of the known end. */
  get bytesKept(): number {
    return this.#memory.end?.segment?.entries.reduce((sum, entry) => sum + entry.length, 0) ?? 0;
  }

  /** Takes over the end that a reader has just seen, if this writer knows none. */
  learn({ segment, freshAt }: KnownEnd): void {
    if (this.#writing || this.#memory.end) return;
    this.#remember({ segment, freshAt });
    if (segment) this.#observed.observe(segment);
  }

  async #write(intent: Intent): Promise<WriteResult> {
    let { attempt, action } = begin(this.#options, this.#memory, intent, momentOf(this.#options.clock));
    while (action.kind !== 'settle') {
      const event = await this.#perform(action);
      const next = step(attempt, event);
      // A new end is proven to be part of the chain, so a replica in this process may apply it.
      const segment = next.attempt.end?.segment;
      if (segment && next.attempt.end !== attempt.end) this.#observed.observe(segment);
      ({ attempt, action } = next);
    }
    this.#remember(attempt.end, attempt.contendedBase);
    if (action.ahead && attempt.end) this.#openAhead(action.ahead, attempt.end);
    return action.result;
  }

  async #perform(action: Exclude<Action, { kind: 'settle' }>): Promise<AttemptEvent> {
    const { store, clock, random, log } = this.#options;
    const sentAt = momentOf(clock);
    try {
      switch (action.kind) {
        case 'look':
          return { kind: 'found', segment: (await store.last(log)).segment, askedAt: sentAt };
        case 'update': {
          const { kind, segment } = await store.update(log, action.base, action.update);
          return kind === 'applied' ? this.#taken(segment, sentAt) : this.#refused(segment);
        }
        case 'open': {
          const outcome = await store.open(log, action.segment);
          return outcome.kind === 'opened'
            ? this.#taken(action.segment, sentAt)
            : this.#refused(outcome.segment);
        }
        case 'read-trim-point': {
          const { sweptTo } = trimPointOf(await store.metadataRecord(log, 'trim-point'));
          return { kind: 'trim-point', sweptTo };
        }
        case 'sleep':
          await clock.sleep(action.ms);
          return { kind: 'slept', ms: action.ms };
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { kind: 'failed', error, at: momentOf(clock), fraction: random.fraction() };
    }
  }

  #taken(segment: Segment, sentAt: Moment): AttemptEvent {
    return { kind: 'taken', segment, sentAt, at: momentOf(this.#options.clock) };
  }

  #refused(segment: Segment | undefined): AttemptEvent {
    if (!segment) return { kind: 'gone' };
    const { clock, random } = this.#options;
    return { kind: 'refused', segment, at: momentOf(clock), fraction: random.fraction() };
  }

  #openAhead(segment: Segment, { freshAt }: KnownEnd): void {
    const { store, log } = this.#options;
    this.#opening = store.open(log, segment).then(
      (outcome) => {
        // Nothing came after the full segment at `freshAt`; much time may have passed since then (rule 6).
        this.#remember({ segment: outcome.kind === 'opened' ? segment : outcome.segment, freshAt });
        this.#opening = undefined;
      },
      // The next write finds out by itself.
      () => {
        this.#opening = undefined;
      },
    );
  }

  #remember(end: KnownEnd | undefined, contendedBase = this.#memory.contendedBase): void {
    this.#memory = { end: withoutFullEntries(end), contendedBase };
  }
}

/**
 * The end without the entries of a full segment. The next write does not need them: the write's batch has a
 * new id, so it is not among the entries. They would take most of the memory of a log at rest.
 */
function withoutFullEntries(end: KnownEnd | undefined): KnownEnd | undefined {
  if (!end?.segment || !isFull(end.segment)) return end;
  try {
    return { segment: withoutEntries(end.segment), freshAt: end.freshAt };
  } catch (error) {
    // A later program has written one of them. Who reads it says so.
    if (error instanceof DecodeError) return end;
    throw error;
  }
}
