// Locks: held by a lease, granted in the order of requests, with a fencing token for the resource that the
// lock guards.

import type {
  Behind,
  Failed,
  ListPage,
  ListPageOptions,
  Positioned,
  ReadOptions,
  Rejected,
} from './common.ts';
import type { LeaseNotFound } from './keys.ts';
import type { LeaseOrTtl } from './leases.ts';

export interface LockHolder {
  readonly lease: string;
  /** The fencing token: it grows with every grant of this lock. */
  readonly token: number;
}

export type AcquireOptions = LeaseOrTtl & {
  /**
   * How long to wait in the queue, in milliseconds. Default 0: try, and leave the queue alone if the lock
   * is held.
   */
  readonly waitMs?: number | undefined;
  /**
   * How many leases may hold it at once (a semaphore). All requests for one lock must name the same number.
   * With more than 1, tokens do not fence: several are valid at once. Default: 1.
   */
  readonly holders?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type AcquireResult =
  | ({ readonly kind: 'acquired'; readonly lease: string; readonly token: number } & Positioned)
  | ({
      readonly kind: 'held';
      readonly lease: string;
      readonly holder: LockHolder | undefined;
      /**
       * How many leases are before this one in the queue, the holders included; undefined when it does not
       * wait.
       */
      readonly place: number | undefined;
    } & Positioned)
  /** Other requests for this lock name another number of holders. */
  | ({ readonly kind: 'holders-mismatch' } & Positioned)
  | LeaseNotFound
  | Rejected
  | Failed;

export type ReleaseLockResult = ({ readonly kind: 'released' | 'not-held' } & Positioned) | Rejected | Failed;

/** At most 1,000 leases of a lock are told, the holders first. */
export interface LockState {
  /** Empty when the lock is free. */
  readonly holders: readonly LockHolder[];
  /** In the order in which they will hold it. `token` is the one that each will be granted. */
  readonly waiters: readonly LockHolder[];
}

export type LookUpLockResult =
  | ({ readonly kind: 'lock' } & LockState & Positioned)
  | Behind
  | Rejected
  | Failed;

export interface ListedLock extends LockState {
  readonly name: string;
}

export type ListLocksResult = ListPage<{ readonly locks: readonly ListedLock[] }>;

export interface Locks {
  /** Asking again with the same lease is harmless: the same token, or the same place in the queue. */
  acquire(name: string, options: AcquireOptions): Promise<AcquireResult>;
  /** Gives the lock up, or the place in its queue. */
  release(name: string, lease: string): Promise<ReleaseLockResult>;
  lookUp(name: string, options?: ReadOptions): Promise<LookUpLockResult>;
  /** The locks that are held, in pages. */
  list(options?: ListPageOptions): Promise<ListLocksResult>;
}
