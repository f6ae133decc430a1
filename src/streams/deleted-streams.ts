// Gives the space of deleted streams back. Deleting appends a tombstone; what is before it may be removed only when it is old enough
// (rule 6), by somebody who comes by then. So that this somebody knows where to look, whoever deletes says so first, in a log.

import { type Clock, systemClock } from '../clock.ts';
import { textOf, utf8 } from '../log/binary.ts';
import { Log, type LogOptions } from '../log/log.ts';
import type { AppendResult, LogRecord, ReadResult } from '../log/results.ts';
import type { Store } from '../log/store.ts';
import { streamLogName } from './names.ts';

/** Of every store: the streams that somebody was about to delete, in the order of time. */
const ANNOUNCEMENTS = 'system/deleted-streams';

export interface Swept {
  readonly segmentsRemoved: number;
  /** Streams that a later call has to look at again. */
  readonly streamsPending: number;
}

export class DeletedStreams {
  readonly #store: Store;
  readonly #options: LogOptions;
  readonly #clock: Clock;
  readonly #announcements: Log;

  constructor(store: Store, options: LogOptions = {}) {
    this.#store = store;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#announcements = new Log(store, ANNOUNCEMENTS, options);
  }

  /** To be called, and to have succeeded, before the stream is deleted: one that is never deleted does no harm here. */
  announce(path: string): Promise<AppendResult> {
    return this.#announcements.append([utf8(path)]);
  }

  /**
   * Removes what may be removed of all streams that were announced. Safe to repeat, and to run at several places at once: call it
   * on a schedule.
   *
   * @throws StoreError
   */
  async sweep(): Promise<Swept> {
    const done = new Map<string, boolean>();
    let segmentsRemoved = 0;
    let sweptTo = 0;
    let inOrder = true;
    for await (const record of this.#announced()) {
      const path = textOf(record.data);
      if (!done.has(path)) {
        const swept = await this.#sweepStream(path, record.timeMs);
        segmentsRemoved += swept.segmentsRemoved;
        done.set(path, swept.done);
      }
      inOrder &&= done.get(path) === true;
      if (inOrder) sweptTo = record.position;
    }
    // Also when there is nothing new: what an earlier call has marked is old enough by now.
    await this.#announcements.trim(sweptTo);
    return { segmentsRemoved, streamsPending: [...done.values()].filter((isDone) => !isDone).length };
  }

  async *#announced(): AsyncGenerator<LogRecord, void, undefined> {
    let result: ReadResult = await this.#announcements.read();
    while (result.kind === 'records') {
      yield* result.records;
      if (result.upToDate) return;
      result = await this.#announcements.read(result.cursor);
    }
  }

  async #sweepStream(
    path: string,
    announcedAtMs: number,
  ): Promise<{ done: boolean; segmentsRemoved: number }> {
    const log = new Log(this.#store, streamLogName(path), this.#options);
    const { segment } = await this.#store.last(log.name);
    if (!segment) return { done: true, segmentsRemoved: 0 };
    const { start, ended } = segment.rules;
    const endOfLife = ended === 'deleted' ? segment.tail : start;
    if (endOfLife === 0) return { done: this.#isOld(announcedAtMs), segmentsRemoved: 0 };
    const trimmed = await log.trim(endOfLife);
    if (trimmed.kind === 'missing') return { done: true, segmentsRemoved: 0 };
    return { done: !trimmed.pending, segmentsRemoved: trimmed.segmentsRemoved };
  }

  /** A deletion that has not come by now will not: the request that announced it is long over. */
  #isOld(announcedAtMs: number): boolean {
    return this.#clock.nowMs() - announcedAtMs > DELETION_TIMEOUT_MS;
  }
}

/** Longer than any request, and than clocks differ. */
const DELETION_TIMEOUT_MS = 3_600_000;
