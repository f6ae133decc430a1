// Types that all parts of the API share.

/**
 * An operation that could not be finished. `definite`: nothing happened, and nothing will. Otherwise it may
 * have.
 */
export interface Failed {
  readonly kind: 'failed';
  readonly definite: boolean;
  readonly message: string;
}

/** The request cannot be carried out as it is, now or later. Nothing happened. */
export interface Rejected {
  readonly kind: 'rejected';
  /** A `RejectionCode`. A server may add its own, such as `forbidden`, and a proxy on the way `http-502`. */
  readonly code: RejectionCode | (string & {});
  readonly message: string;
}

/** The codes of servers and of the library alike. They never change their meaning. */
export type RejectionCode =
  | 'invalid-request'
  | 'malformed-request'
  | 'too-large'
  | 'stream-exists'
  | 'stream-held'
  | 'source-not-found'
  | 'source-trimmed'
  | 'too-many-forks'
  | 'stream-closed'
  | 'stream-fenced'
  | 'sequence-behind'
  | 'producer-stale'
  | 'producer-gap'
  | 'content-type-mismatch';

/** A position in the log of the namespace: the result is that of the state at this position. */
export interface Positioned {
  readonly position: number;
}

export interface ChangeOptions {
  /** The same change again under the same key gets the first result and changes nothing. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * `linearizable`: sees every change that was acknowledged before the read began. `sequenced`: the same, at a
 * position of its own in the log. `local`: sees the state of the answering process, which may be old, but not
 * older than the positions that this object has seen.
 */
export type Consistency = 'linearizable' | 'sequenced' | 'local';

export interface ReadOptions {
  /** Default: `linearizable`. */
  readonly consistency?: Consistency | undefined;
  /** Answer from a state at this position or a later one. */
  readonly after?: number | undefined;
}

/** A page of a list of names. Names are in the order of their bytes. */
export interface PageOptions {
  /** Only names with this prefix. Default: all. */
  readonly prefix?: string | undefined;
  /** Names after this one: the last of the page before. */
  readonly after?: string | undefined;
  /**
   * The most names in a page, up to 1,000. A page may have fewer, and say that there are more. Default: 100.
   */
  readonly limit?: number | undefined;
}

/** A page of a list within a namespace. */
export interface ListPageOptions extends PageOptions {
  /** Default: `linearizable`. */
  readonly consistency?: Consistency | undefined;
  /** Answer from a state at this position or a later one. */
  readonly minPosition?: number | undefined;
}

/** `more`: there are names after the last one of this page. */
export type ListPage<Members> =
  | ({ readonly kind: 'page'; readonly more: boolean } & Members & Positioned)
  | Behind
  | Rejected
  | Failed;

/** The position that a read names was not reached in time. `position` is the last one so far. */
export type Behind = { readonly kind: 'behind' } & Positioned;

/** The idempotency key came with another change before. Nothing was changed. */
export type KeyReused = { readonly kind: 'idempotency-key-reused'; readonly message: string } & Positioned;
