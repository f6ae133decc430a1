// Sequences: numbers that are given out once.

import type {
  Behind,
  ChangeOptions,
  Failed,
  KeyReused,
  ListPage,
  ListPageOptions,
  Positioned,
  ReadOptions,
  Rejected,
} from './common.ts';

export interface NextOptions extends ChangeOptions {
  /** How many numbers. Default: 1. */
  readonly count?: number | undefined;
}

export type NextResult =
  | ({ readonly kind: 'next'; readonly first: number; readonly last: number } & Positioned)
  /** The sequence has come to the greatest number that JavaScript counts exactly, 2^53 - 1. */
  | ({ readonly kind: 'exhausted' } & Positioned)
  | KeyReused
  | Rejected
  | Failed;

export type LastResult =
  /** 0 before the first. */
  ({ readonly kind: 'last'; readonly last: number } & Positioned) | Behind | Rejected | Failed;

export interface ListedSequence {
  readonly name: string;
  /** The last number that was given out. */
  readonly value: number;
}

export type ListSequencesResult = ListPage<{ readonly sequences: readonly ListedSequence[] }>;

export interface Sequences {
  /** Increment-and-get: the numbers after the last ones, beginning with 1. */
  next(name: string, options?: NextOptions): Promise<NextResult>;
  lookUp(name: string, options?: ReadOptions): Promise<LastResult>;
  /** The sequences of which a number was given out, in pages. */
  list(options?: ListPageOptions): Promise<ListSequencesResult>;
}
