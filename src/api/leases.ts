// Leases: a time to live that a client keeps renewing, and the keys that go when it ends.

import type { Failed, ListPage, ListPageOptions, Positioned, ReadOptions, Rejected } from './common.ts';

/** The lease of a request: an existing one, or one that the request grants. */
export type LeaseOrTtl =
  | { readonly lease: string; readonly ttlMs?: undefined }
  /** The lease is granted if it does not exist. Without an id it gets one, which the result names. */
  | { readonly lease?: string | undefined; readonly ttlMs: number };

export type GrantResult =
  /** `exists`: the lease existed. It stays as it is, `ttlMs` included. */
  | ({ readonly kind: 'granted' | 'exists'; readonly lease: string; readonly ttlMs: number } & Positioned)
  | Rejected
  | Failed;

export type RenewResult =
  | ({
      readonly kind: 'renewed';
      /** In the order of the request. `undefined` for a lease that has ended. */
      readonly ttlsMs: readonly (number | undefined)[];
    } & Positioned)
  | Rejected
  | Failed;

export type RevokeResult = ({ readonly kind: 'revoked' | 'not-found' } & Positioned) | Rejected | Failed;

export interface LeaseState {
  readonly lease: string;
  readonly ttlMs: number;
  /**
   * How long until the lease can end, as the answering process has seen it. 0 when it can end at any moment.
   */
  readonly leftMs: number;
  /** How many keys go with it. */
  readonly keys: number;
}

export type LookUpLeaseResult =
  | ({ readonly kind: 'lease' } & LeaseState & Positioned)
  | ({ readonly kind: 'not-found' } & Positioned)
  | { readonly kind: 'behind'; readonly position: number }
  | Rejected
  | Failed;

export type ListLeasesResult = ListPage<{ readonly leases: readonly LeaseState[] }>;

export interface Leases {
  /** The client chooses the id, so that it can safely ask again. */
  grant(lease: string, ttlMs: number): Promise<GrantResult>;
  /** Starts the time to live of all these leases again, in one step. */
  renew(leases: readonly string[]): Promise<RenewResult>;
  /** Ends the lease. Its keys go in the same step. */
  revoke(lease: string): Promise<RevokeResult>;
  lookUp(lease: string, options?: ReadOptions): Promise<LookUpLeaseResult>;
  /** The leases that have not ended, in pages. */
  list(options?: ListPageOptions): Promise<ListLeasesResult>;
}
