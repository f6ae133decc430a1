// The API of the whole product, as types. `open` (`service/service.ts`) gives it on a store in this process,
// `connect` (`client/client.ts`) over HTTP: the same methods, and the same kinds of results with the same
// fields.

import type { DiagnoseOptions, DiagnoseResult } from './diagnostics.ts';
import type { Elections } from './elections.ts';
import type { Groups } from './groups.ts';
import type { Histories } from './history.ts';
import type { Keys } from './keys.ts';
import type { Leases } from './leases.ts';
import type { Locks } from './locks.ts';
import type { Names } from './names.ts';
import type { Namespaces } from './namespaces.ts';
import type { Sequences } from './sequences.ts';
import type { Stream, Streams } from './streams.ts';
import type { Transactions } from './transactions.ts';
import type { Watches } from './watch.ts';

/** A coordination state of its own, with an order of its own. */
export interface Namespace extends Transactions, Watches, Histories {
  readonly names: Names;
  readonly keys: Keys;
  readonly leases: Leases;
  readonly locks: Locks;
  readonly elections: Elections;
  readonly groups: Groups;
  readonly sequences: Sequences;
}

export interface Ordinal {
  /**
   * @param name default: `default`
   * @throws RangeError when no namespace is called that
   */
  namespace(name?: string): Namespace;
  /** The list of namespaces. */
  readonly namespaces: Namespaces;
  /** The list of streams. */
  readonly streams: Streams;
  /** The names of a namespace: `namespace(name).names`. */
  names(namespace?: string): Names;
  /** The stream at a path such as `orders/2026`. @throws RangeError when no stream can be there */
  stream(path: string): Stream;
  /** Checks whether the logs of the store keep their rules. It reads them whole, as far as there is time. */
  diagnose(options?: DiagnoseOptions): Promise<DiagnoseResult>;
  /** Waits for the operations on their way, and closes what this object has opened or was given to keep. */
  close(): Promise<void>;
}
