// Gives storage back: that of deleted logs, and that of large appends which no entry names. Deleting appends
// a tombstone. A later sweep removes the segments before it once they are old enough (rule 6), and gives up
// the uploads of writers that have died (rule 9). Both are announced in a log first, so that the sweep knows
// where to look.

import { utf8 } from '../encoding/binary.ts';
import { announcementsOn, Log } from './log.ts';
import { loadedDeletedLogsSweep } from './on-demand.ts';
import type { LogOptions } from './options.ts';
import type { AppendResult } from './results.ts';
import type { Store } from './store.ts';

export interface Swept {
  readonly segmentsRemoved: number;
  /** Logs that a later call has to look at again. */
  readonly logsPending: number;
}

/** `held`: some stand. `pending`: nothing is known yet of some. */
export type ClearHolds = (log: string) => Promise<'free' | 'held' | 'pending'>;

export class DeletedLogs {
  readonly #store: Store;
  readonly #options: LogOptions;
  readonly #announcements: Log;
  readonly #removeRest: (log: string, upTo: number) => Promise<void>;
  readonly #clearHolds: ClearHolds;

  /**
   * @param removeRest removes the items of a log that was deleted at `upTo`, except its segments
   * @param clearHolds releases the holds on a log that are over, and its own. Default: the log is kept
   */
  constructor(
    store: Store,
    options: LogOptions = {},
    removeRest: (log: string, upTo: number) => Promise<void> = async () => undefined,
    clearHolds: ClearHolds = async () => 'pending',
  ) {
    this.#store = store;
    this.#removeRest = removeRest;
    this.#clearHolds = clearHolds;
    this.#options = options;
    this.#announcements = announcementsOn(store, options);
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
   * Removes the segments and the uploads that may be removed, of all announced logs. Safe to repeat, and to
   * run in several processes at once: call it on a schedule.
   *
   * @throws StoreError
   */
  async sweep(): Promise<Swept> {
    const { sweepDeletedLogs } = await loadedDeletedLogsSweep();
    return sweepDeletedLogs({
      announcements: this.#announcements,
      open: (log) => new Log(this.#store, log, this.#options),
      look: (log) => this.#store.last(log),
      removeRest: this.#removeRest,
      clearHolds: this.#clearHolds,
      clock: this.#options.clock,
    });
  }
}
