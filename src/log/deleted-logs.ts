// Gives the storage of deleted logs back. Deleting appends a tombstone. A later sweep removes the segments
// before it once they are old enough (rule 6). A deletion is announced in a log first, so that the sweep
// knows where to look.

import { type Clock, systemClock } from '../clock.ts';
import { textOf, utf8 } from '../encoding/binary.ts';
import { DELETED_LOGS_LOG } from '../resource-names.ts';
import { Log, type LogOptions } from './log.ts';
import type { AppendResult, ReadResult } from './results.ts';
import type { Store } from './store.ts';

export interface Swept {
  readonly segmentsRemoved: number;
  /** Logs that a later call has to look at again. */
  readonly logsPending: number;
}

export class DeletedLogs {
  readonly #store: Store;
  readonly #options: LogOptions;
  readonly #clock: Clock;
  readonly #announcements: Log;
  readonly #removeRest: (log: string, upTo: number) => Promise<void>;

  /** @param removeRest removes the items of a log that was deleted at `upTo`, except its segments */
  constructor(
    store: Store,
    options: LogOptions = {},
    removeRest: (log: string, upTo: number) => Promise<void> = async () => undefined,
  ) {
    this.#store = store;
    this.#removeRest = removeRest;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#announcements = new Log(store, DELETED_LOGS_LOG, options);
  }

  /**
   * The caller deletes the log only after this has succeeded. An announcement of a log that is never deleted
   * does no harm.
   */
  announce(log: string): Promise<AppendResult> {
    return this.#announcements.append([utf8(log)]);
  }

  /** Resolves when no announcement is on its way. */
  idle(): Promise<void> {
    return this.#announcements.idle();
  }

  /**
   * Removes the segments that may be removed, of all announced logs. Safe to repeat, and to run in several
   * processes at once: call it on a schedule.
   *
   * @throws StoreError
   */
  async sweep(): Promise<Swept> {
    const announced = await this.#announced();
    const pending = new Set<string>();
    let segmentsRemoved = 0;
    for (const [name, announcedAtMs] of announced.newest) {
      const swept = await this.#sweepLog(name);
      segmentsRemoved += swept.segmentsRemoved;
      // A deletion that was announced just now may be still to come.
      if (!swept.done || !this.#isOld(announcedAtMs)) pending.add(name);
    }
    const firstPending = announced.all.find(({ name }) => pending.has(name));
    const sweptTo = firstPending ? firstPending.position - 1 : (announced.all.at(-1)?.position ?? 0);
    // Also when there is nothing new: the segments that an earlier call has marked are old enough by now.
    await this.#announcements.trim(sweptTo);
    return { segmentsRemoved, logsPending: pending.size };
  }

  /** All announcements, and for each log the time of the newest. */
  async #announced(): Promise<{ all: { name: string; position: number }[]; newest: Map<string, number> }> {
    const all: { name: string; position: number }[] = [];
    const newest = new Map<string, number>();
    let result: ReadResult = await this.#announcements.read();
    while (result.kind === 'records') {
      for (const { data, position, timeMs } of result.records) {
        const name = textOf(data);
        all.push({ name, position });
        newest.set(name, timeMs);
      }
      if (result.upToDate) break;
      result = await this.#announcements.read(result.cursor);
    }
    return { all, newest };
  }

  async #sweepLog(name: string): Promise<{ done: boolean; segmentsRemoved: number }> {
    const log = new Log(this.#store, name, this.#options);
    const { segment } = await this.#store.last(name);
    if (!segment) return { done: true, segmentsRemoved: 0 };
    const { incarnation, ended } = segment.metadata;
    const endOfIncarnation = ended === 'deleted' ? segment.tail : incarnation;
    if (endOfIncarnation === 0) return { done: true, segmentsRemoved: 0 };
    await this.#removeRest(name, endOfIncarnation);
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
