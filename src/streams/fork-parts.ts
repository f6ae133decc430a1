// What forks need of the service.

import type { Log } from '../log/log.ts';
import type { TailResult } from '../log/reader.ts';
import type { AppendResult, Ended } from '../log/results.ts';
import type { Store } from '../log/store.ts';

export interface ForkParts {
  readonly store: Store;
  /** See `DeletedLogs.announce`. */
  announce(log: string): Promise<AppendResult>;
  open(path: string): OpenStream;
  /** Repeats calls of the store, as a log does its own. */
  repeat<T>(call: () => Promise<T>): Promise<T>;
  nowMs(): number;
}

export interface OpenStream {
  readonly log: Log;
  /** At the end of the stream. One that has expired is over. @throws StoreError */
  look(): Promise<TailResult | Ended>;
}
