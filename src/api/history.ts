// The history of a namespace: the commands of its log, each with what it decided. It is told for people and
// for programs that show it, so bytes are as in JSON: text where they are UTF-8, and base64 otherwise.

import type { Behind, Failed, Positioned, Rejected } from './common.ts';
import type { Gone } from './keys.ts';

export type HistoryResource = 'names' | 'keys' | 'leases' | 'locks' | 'elections' | 'groups' | 'sequences';

export interface HistoryOptions {
  /** The commands after this position. Default: from the earliest that can still be told. */
  readonly after?: number | undefined;
  /**
   * The most commands in a page, up to 1,000. A page may have fewer, and say that there are more. Default:
   * 100.
   */
  readonly limit?: number | undefined;
  /** Only commands about a name with this prefix. Default: all. */
  readonly prefix?: string | undefined;
  /** Only commands about names of this resource. Default: all. */
  readonly resource?: HistoryResource | undefined;
}

/**
 * What an operation is about: a resource with a name or a prefix of names. Or keys as they are stored, where
 * they belong to no resource.
 */
export interface HistoryPlace {
  readonly resource?: HistoryResource;
  readonly name?: string;
  /** All names with this prefix. */
  readonly prefix?: string;
  /** The lease whose place in the queue of a lock or an election it is. */
  readonly ofLease?: string;
  /** The fencing token of that place. */
  readonly token?: number;
  /** Places in the queue from this token on, or below it. */
  readonly fromToken?: number;
  readonly belowToken?: number;
  /** The member of a group. */
  readonly member?: string;
  readonly key?: string;
  readonly keyBase64?: string;
  /** All keys from `key` on and below this one. */
  readonly end?: string;
  readonly endBase64?: string;
}

/** One of the two, or none. */
export interface HistoryValue {
  readonly value?: string;
  readonly valueBase64?: string;
}

export type HistoryCheck = HistoryPlace & {
  readonly target: string;
  readonly is: '=' | '!=' | '<' | '>';
  readonly to?: string | number;
  readonly toBase64?: string;
};

export type HistoryOperation =
  | (HistoryPlace & HistoryValue & { readonly kind: 'put' | 'put-numbered'; readonly lease?: string })
  | (HistoryPlace & { readonly kind: 'delete' | 'count' | 'renew' | 'revoke' })
  | (HistoryPlace & { readonly kind: 'get'; readonly limit: number })
  | (HistoryPlace & { readonly kind: 'add'; readonly by: number })
  | (HistoryPlace & { readonly kind: 'grant'; readonly ttlMs: number })
  /** Ends the lease, if it has not been renewed after this position. */
  | (HistoryPlace & { readonly kind: 'expire'; readonly renewedAt: number })
  | { readonly kind: 'compact'; readonly position: number }
  | ({ readonly kind: 'transaction' } & HistoryAsked);

/** If all checks hold, `then`, else `else`. */
export interface HistoryAsked {
  readonly checks: readonly HistoryCheck[];
  readonly then: readonly HistoryOperation[];
  readonly else: readonly HistoryOperation[];
}

export type HistoryEntry = HistoryPlace &
  HistoryValue & {
    readonly version: number;
    readonly created: number;
    readonly modified: number;
    /** The lease with which it goes. */
    readonly lease?: string;
  };

export type HistoryResult =
  | { readonly kind: 'put' | 'add' | 'put-numbered'; readonly entry: HistoryEntry }
  | { readonly kind: 'get'; readonly entries: readonly HistoryEntry[]; readonly more: boolean }
  | { readonly kind: 'delete' | 'count' | 'revoke'; readonly count: number }
  | { readonly kind: 'grant'; readonly granted: boolean; readonly ttlMs: number }
  /** `ttlMs` is null for a lease that had ended. */
  | { readonly kind: 'renew'; readonly ttlMs: number | null }
  | { readonly kind: 'expire'; readonly ended: boolean }
  | { readonly kind: 'compact'; readonly compacted: number }
  | ({ readonly kind: 'transaction' } & HistoryDecision);

export interface HistoryDecision {
  /** Whether `then` was carried out, and not `else`. */
  readonly succeeded: boolean;
  /** The index of the first check that did not hold. */
  readonly failedCheck?: number;
  /** One for each operation that was carried out. */
  readonly results: readonly HistoryResult[];
}

/** `before` is absent when the change has created it, `after` when it has deleted it. */
export type HistoryChange = HistoryPlace & {
  readonly before?: HistoryEntry;
  readonly after?: HistoryEntry;
};

/** `succeeded` of an expiry: at least one lease ended. */
export interface HistoryCommand extends HistoryDecision, Positioned {
  /** The writer's wall clock in milliseconds since 1970. Writers' clocks differ. */
  readonly writtenAt: number;
  /** `read`: a sequenced read, which has a position and changes nothing. */
  readonly kind: 'transaction' | 'renew' | 'expire' | 'compact' | 'read';
  /** What was asked. */
  readonly operations: HistoryAsked;
  /** Why it was not carried out: an operation could not be done, and which. */
  readonly refused?: { readonly reason: string; readonly path: string };
  /** It came under the idempotency key of the command at this position, and has changed nothing. */
  readonly repeats?: number;
  readonly changes: readonly HistoryChange[];
  /** Entries of results, or changes, are left out, because the answer would be too large. */
  readonly truncated?: true;
}

export type HistoryPage =
  | ({
      readonly kind: 'page';
      readonly commands: readonly HistoryCommand[];
      /** There are commands after `next`. */
      readonly more: boolean;
      /** Ask for the commands after this position, which a prefix can put behind the last one told. */
      readonly next: number;
    } & Positioned)
  | Behind
  | Gone
  | Rejected
  | Failed;

export interface Histories {
  /**
   * The commands of the namespace's log in their order, also those that have changed nothing, such as a claim
   * that lost. It replays the log from the snapshot before `after`, which can take long.
   */
  history(options?: HistoryOptions): Promise<HistoryPage>;
}
