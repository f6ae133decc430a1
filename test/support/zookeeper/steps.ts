// A sequence of steps against a server of ZooKeeper, as plain data that can be stored.
//
// In paths and data, `~` stands for the znode of the sequence, so that sequences on one server do not meet.

import type { Request } from './requests.ts';

/** Each slot has one connection at most, and remembers the session that it had last. */
export type Slot = 0 | 1 | 2;

export type Step =
  /** Requests in one piece, on the connection of the slot, which is made if there is none. */
  | { readonly kind: 'requests'; readonly slot: Slot; readonly requests: readonly Request[] }
  /** A new connection of the slot; an older one is dropped before. */
  | ({ readonly kind: 'connect'; readonly slot: Slot } & Connecting)
  /** The connection ends, and the session does not. */
  | { readonly kind: 'drop'; readonly slot: Slot }
  /** Bytes that need not be a message, after which the server closes the connection. */
  | { readonly kind: 'bytes'; readonly slot: Slot; readonly hex: string }
  /**
   * A new session of the shortest time-out makes these requests. Then nothing is sent until it has expired,
   * on an open connection or on none.
   */
  | {
      readonly kind: 'expire';
      readonly slot: Slot;
      readonly requests: readonly Request[];
      readonly connected: boolean;
    }
  /** Until the znode is gone, by the server's own doing. */
  | { readonly kind: 'vanish'; readonly path: string };

interface Connecting {
  /** A new session, or that which a slot has had last. */
  readonly session: 'new' | Slot;
  /** A wrong one is shown only where no connection has the session: there servers may differ. */
  readonly password: 'right' | 'wrong';
  /** What the client says that it has seen: nothing, what the slot has seen, or what no server has. */
  readonly seen: 'nothing' | 'last' | 'future';
  readonly timeoutMs: number;
  readonly readOnly?: boolean | undefined;
}

/**
 * The zxid of a `set-watches` is a step's number: what was there at the end of that step. Below 0 it is 0; a
 * number of no step yet is the present.
 */
export type Sequence = readonly Step[];
