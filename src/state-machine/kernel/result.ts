// The results of commands.

import type { Entry } from './entry.ts';

/** `position` is that of the command; for a repeated request id, that of the first. */
export type CommandResult =
  | TransactionResult
  | Refused
  | Renewed
  | Expired
  | { readonly kind: 'compacted'; readonly position: number; readonly compacted: number }
  /**
   * Another command came under this request id before, and was carried out at `earlier`. Nothing was
   * changed.
   */
  | { readonly kind: 'request-id-reused'; readonly position: number; readonly earlier: number }
  /** The command is against the limits. Nothing was changed. */
  | { readonly kind: 'invalid'; readonly position: number; readonly reason: string };

/** The result that is remembered under a request id. */
export type RememberedResult = TransactionResult | Refused;

export interface TransactionResult extends ConditionalResult {
  readonly kind: 'transaction';
  readonly position: number;
  /** The revision of the state afterwards. */
  readonly revision: number;
  /** A repeated request id whose results were too large to remember: `results` is empty. */
  readonly forgotten?: true;
}

export interface ConditionalResult {
  /** Whether all checks held: `then` was carried out, and not `else`. */
  readonly succeeded: boolean;
  /** The index of the first check that did not hold. */
  readonly failedCheck?: number;
  readonly results: readonly OperationResult[];
}

/** An operation could not be done. The whole command changed nothing. */
interface Refused {
  readonly kind: 'refused';
  readonly position: number;
  readonly reason: Refusal;
  /** Which operation, such as `then[1].else[0]`; empty for a command without operations. */
  readonly path: string;
}

export type Refusal =
  | 'lease-not-found'
  /** The key whose value or lease a put was to keep. */
  | 'key-not-found'
  | 'not-a-counter'
  /** The sum is no safe integer. */
  | 'counter-overflow'
  /** A compaction at or below the last one. */
  | 'compacted'
  /** A compaction at a position that had not been reached. */
  | 'future';

interface Renewed {
  readonly kind: 'renewed';
  readonly position: number;
  /** The times to live in the order of the command; undefined for a lease that is gone. */
  readonly ttlsMs: readonly (number | undefined)[];
}

interface Expired {
  readonly kind: 'expired';
  readonly position: number;
  readonly revision: number;
  /** The leases that ended, in the order of the command. */
  readonly leases: readonly string[];
}

export type OperationResult =
  | Written
  | DeleteResult
  | GetResult
  | { readonly kind: 'count'; readonly count: number }
  /** `ttlMs` is that of the lease, which was there before unless it was granted now. */
  | { readonly kind: 'grant'; readonly granted: boolean; readonly ttlMs: number }
  /** `count`: the keys that went with the lease. */
  | { readonly kind: 'revoke'; readonly count: number }
  | NestedResult;

interface Written {
  readonly kind: 'put' | 'add' | 'put-numbered';
  readonly entry: Entry;
  readonly previous: Entry | undefined;
}

interface DeleteResult {
  readonly kind: 'delete';
  /** The number of all deleted keys. */
  readonly count: number;
  /** Empty unless asked for; at most `RANGE_ENTRIES_MAX`. */
  readonly previous: readonly Entry[];
}

interface GetResult {
  readonly kind: 'get';
  readonly entries: readonly Entry[];
  /** Whether the limit has cut off entries. */
  readonly more: boolean;
}

interface NestedResult extends ConditionalResult {
  readonly kind: 'transaction';
}
