// Gives the storage of deleted streams back. Deleting appends a tombstone; what is before it may be removed
// only when it is old enough (rule 6), by a later sweep. So that the sweep knows where to look, a deletion is
// announced first, in a log.

import { type Clock, systemClock } from '../clock.ts';
import { textOf, utf8 } from '../encoding/binary.ts';
import { Log, type LogOptions } from '../log/log.ts';
import type { AppendResult, ReadResult } from '../log/results.ts';
import type { Store } from '../log/store.ts';
import { DELETED_STREAMS_LOG, streamLogName } from '../resource-names.ts';

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
    this.#announcements = new Log(store, DELETED_STREAMS_LOG, options);
  }

  /**
   * To be called, and to have succeeded, before the stream is deleted: one that is never deleted does no harm
   * here.
   */
  announce(path: string): Promise<AppendResult> {
    return this.#announcements.append([utf8(path)]);
  }

  /** Resolves when no announcement is on its way. */
  idle(): Promise<void> {
    return this.#announcements.idle();
  }

  /**
   * Removes what may be removed of all streams that were announced. Safe to repeat, and to run at several
   * places at once: call it on a schedule.
   *
   * @throws StoreError
   */
  async sweep(): Promise<Swept> {
    const announced = await this.#announced();
    const pending = new Set<string>();
    let segmentsRemoved = 0;
    for (const [path, announcedAtMs] of announced.newest) {
      const swept = await this.#sweepStream(path);
      segmentsRemoved += swept.segmentsRemoved;
      // A deletion that was announced just now may be still to come.
      if (!swept.done || !this.#isOld(announcedAtMs)) pending.add(path);
    }
    const firstPending = announced.all.find(({ path }) => pending.has(path));
    const sweptTo = firstPending ? firstPending.position - 1 : (announced.all.at(-1)?.position ?? 0);
    // Also when there is nothing new: what an earlier call has marked is old enough by now.
    await this.#announcements.trim(sweptTo);
    return { segmentsRemoved, streamsPending: pending.size };
  }

  /** All announcements, and of each stream the time of the newest. */
  async #announced(): Promise<{ all: { path: string; position: number }[]; newest: Map<string, number> }> {
    const all: { path: string; position: number }[] = [];
    const newest = new Map<string, number>();
    let result: ReadResult = await this.#announcements.read();
    while (result.kind === 'records') {
      for (const { data, position, timeMs } of result.records) {
        const path = textOf(data);
        all.push({ path, position });
        newest.set(path, timeMs);
      }
      if (result.upToDate) break;
      result = await this.#announcements.read(result.cursor);
    }
    return { all, newest };
  }

  async #sweepStream(path: string): Promise<{ done: boolean; segmentsRemoved: number }> {
    const log = new Log(this.#store, streamLogName(path), this.#options);
    const { segment } = await this.#store.last(log.name);
    if (!segment) return { done: true, segmentsRemoved: 0 };
    const { incarnation, ended } = segment.metadata;
    const endOfIncarnation = ended === 'deleted' ? segment.tail : incarnation;
    if (endOfIncarnation === 0) return { done: true, segmentsRemoved: 0 };
    const trimmed = await log.trim(endOfIncarnation);
    if (trimmed.kind === 'missing') return { done: true, segmentsRemoved: 0 };
    return { done: !trimmed.pending, segmentsRemoved: trimmed.segmentsRemoved };
  }

  /** A deletion that has not come by then will not: the request that announced it is long over. */
  #isOld(announcedAtMs: number): boolean {
    return this.#clock.nowMs() - announcedAtMs > DELETION_TIMEOUT_MS;
  }
}

/** Longer than any request, and than clocks differ. */
const DELETION_TIMEOUT_MS = 3_600_000;
