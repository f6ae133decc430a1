// Unique names.

import type {
  Behind,
  ChangeOptions,
  Failed,
  KeyReused,
  Positioned,
  ReadOptions,
  Rejected,
} from './common.ts';

/**
 * Unique names: a name has at most one owner. All spellings with one canonical form (RFC 8265) are one name.
 */
export interface Names {
  /**
   * Claims the name if it is free.
   *
   * @param owner compared byte by byte; may be left out where a JSON Web Token names it
   */
  claim(name: string, owner?: string, options?: ChangeOptions): Promise<ClaimResult>;
  /** Gives the name up, if `owner` holds it. */
  release(name: string, owner?: string, options?: ChangeOptions): Promise<ReleaseResult>;
  lookUp(name: string, options?: ReadOptions): Promise<LookUpResult>;
  /** Names in the order of their canonical forms, in pages. */
  list(options?: ListOptions): Promise<ListResult>;
}

export interface NameHolder {
  /** The canonical form, under which names are compared. */
  readonly name: string;
  readonly owner: string;
  /** The position at which the name was claimed. */
  readonly claimedAt: number;
}

export interface ListOptions extends ReadOptions {
  readonly prefix?: string | undefined;
  /** The most names in a page. Default: 100. */
  readonly limit?: number | undefined;
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined;
}

export type ClaimResult =
  | ({ readonly kind: 'claimed' | 'already-yours'; readonly holder: NameHolder } & Positioned)
  | HeldByAnother<'taken'>
  | KeyReused
  | Rejected
  | Failed;

export type ReleaseResult =
  | ({ readonly kind: 'released' | 'not-held' } & Positioned)
  | HeldByAnother<'not-yours'>
  | KeyReused
  | Rejected
  | Failed;

/** `holder` is undefined when the caller may not know. */
export type HeldByAnother<Kind> = {
  readonly kind: Kind;
  readonly holder: NameHolder | undefined;
} & Positioned;

export type LookUpResult =
  | ({ readonly kind: 'held'; readonly holder: NameHolder } & Positioned)
  | ({ readonly kind: 'free' } & Positioned)
  | Behind
  | Rejected
  | Failed;

export type ListResult =
  | ({
      readonly kind: 'page';
      readonly names: readonly NameHolder[];
      /** Asks for the next page; undefined on the last one. */
      readonly cursor: string | undefined;
    } & Positioned)
  | Behind
  | Rejected
  | Failed;
