// Keys: values by name, with versions, conditions, leases and a past.

import type {
  Behind,
  ChangeOptions,
  Failed,
  KeyReused,
  Positioned,
  ReadOptions,
  Rejected,
} from './common.ts';

export interface KeyEntry {
  readonly key: string;
  readonly value: Uint8Array<ArrayBuffer>;
  /** 1 when the key was created, one more with each change since. */
  readonly version: number;
  /** The position at which the key was created. A key that was deleted is created anew. */
  readonly created: number;
  /** The position of the last change. `ifModified` compares it. It is the `ETag` over HTTP. */
  readonly modified: number;
  /** The lease with which the key goes; undefined when it stays. */
  readonly lease: string | undefined;
}

/**
 * A condition on the key, for a change that would overwrite what another client has written. At most one of
 * the two.
 */
export interface KeyConditions {
  /** Only if the key's `modified` is still this position (compare-and-set). */
  readonly ifModified?: number | undefined;
  /** Only if there is no such key. */
  readonly ifAbsent?: boolean | undefined;
}

export interface PutOptions extends ChangeOptions, KeyConditions {
  /** The key goes when this lease ends. Default: the key stays. */
  readonly lease?: string | undefined;
}

export interface DeleteKeyOptions extends ChangeOptions {
  readonly ifModified?: number | undefined;
}

export interface GetKeyOptions extends ReadOptions {
  /** Read the past: the state as it was at this position. */
  readonly at?: number | undefined;
}

export interface ListKeysOptions extends GetKeyOptions {
  readonly prefix?: string | undefined;
  /** Keys greater than this one: the last of the page before. */
  readonly startAfter?: string | undefined;
  /** The most keys in a page. Default: 100. */
  readonly limit?: number | undefined;
}

/** The requested past is trimmed or compacted. Positions from `earliest` on can be asked for. */
export interface Gone {
  readonly kind: 'gone';
  readonly earliest: number;
}

/**
 * A condition does not hold. Nothing was changed. `entry` is the present entry, undefined when there is no
 * such key.
 */
export type ConditionFailed = {
  readonly kind: 'condition-failed';
  readonly entry: KeyEntry | undefined;
} & Positioned;

export type PutResult =
  | ({ readonly kind: 'created' | 'changed'; readonly entry: KeyEntry } & Positioned)
  | ConditionFailed
  | LeaseNotFound
  | KeyReused
  | Rejected
  | Failed;

/** The change names a lease that has ended, or never was. Nothing was changed. */
export type LeaseNotFound = { readonly kind: 'lease-not-found' } & Positioned;

export type DeleteKeyResult =
  | ({ readonly kind: 'deleted' | 'not-found' } & Positioned)
  | ConditionFailed
  | KeyReused
  | Rejected
  | Failed;

export type GetKeyResult =
  | ({ readonly kind: 'found'; readonly entry: KeyEntry } & Positioned)
  | ({ readonly kind: 'not-found' } & Positioned)
  | Behind
  | Gone
  | Rejected
  | Failed;

export type ListKeysResult =
  | ({
      readonly kind: 'page';
      readonly entries: readonly KeyEntry[];
      /**
       * There are more keys. Ask for those after the last one, `at` this position for one consistent list.
       */
      readonly more: boolean;
    } & Positioned)
  | Behind
  | Gone
  | Rejected
  | Failed;

export interface Keys {
  /** Creates or changes a key. */
  put(key: string, value: string | Uint8Array, options?: PutOptions): Promise<PutResult>;
  get(key: string, options?: GetKeyOptions): Promise<GetKeyResult>;
  delete(key: string, options?: DeleteKeyOptions): Promise<DeleteKeyResult>;
  /** Keys in the order of their bytes, in pages. */
  list(options?: ListKeysOptions): Promise<ListKeysResult>;
}
