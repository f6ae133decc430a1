// What forks need of a process, and what its maintenance needs of them.

import { systemClock, systemRandom } from '../clock.ts';
import type { DeletedLogs } from '../log/deleted-logs.ts';
import type { Log } from '../log/log.ts';
import type { LogOptions } from '../log/options.ts';
import { repeat } from '../log/retry.ts';
import type { Store } from '../log/store.ts';
import type { ForkParts } from '../streams/fork-parts.ts';
import { loadedHolds } from '../streams/on-demand.ts';
import { Stream, type StreamRegister } from '../streams/stream.ts';

export interface StreamsOfProcess {
  readonly store: Store;
  readonly log: LogOptions;
  readonly deletedLogs: () => DeletedLogs;
  readonly openLog: (path: string) => Log;
  readonly registerFor: (path: string) => StreamRegister;
}

/** The streams of a process, which find each other as sources and forks. */
export class LinkedStreams {
  readonly #parts: StreamsOfProcess;
  readonly #forks: ForkParts;

  constructor(parts: StreamsOfProcess) {
    this.#parts = parts;
    const { clock = systemClock, random = systemRandom, readTimeoutMs: timeoutMs = 5000 } = parts.log;
    this.#forks = {
      store: parts.store,
      announce: (log) => parts.deletedLogs().announce(log),
      open: (path) => ({ log: parts.openLog(path), look: () => this.open(path).look() }),
      repeat: (call) => repeat({ clock, random, timeoutMs }, call),
      nowMs: () => Math.floor(clock.nowMs()),
    };
  }

  open(path: string): Stream {
    const { log, deletedLogs, openLog, registerFor } = this.#parts;
    const { clock = systemClock } = log;
    const shared = { deletedLogs: deletedLogs(), clock, forks: this.#forks };
    return new Stream({ log: openLog(path), register: registerFor(path), ...shared });
  }

  /** For the sweep of deleted logs. @throws StoreError */
  async clearHolds(log: string): Promise<'free' | 'held' | 'pending'> {
    return (await loadedHolds()).clearPlace(this.#forks, log);
  }

  /** For trims. @throws StoreError */
  async heldAfter(log: string): Promise<number | undefined> {
    return (await loadedHolds()).heldAfter(this.#forks, log);
  }
}
