// The results of a replica.

import type { Gone } from './replay.ts';

export type StateReadResult<T> =
  | { readonly kind: 'read'; readonly position: number; readonly value: T }
  /** `after` was not reached in time: the log has not come so far. */
  | { readonly kind: 'behind'; readonly position: number }
  | SubmitFailed;

export type PastReadResult<T> =
  | { readonly kind: 'read'; readonly position: number; readonly value: T }
  /** That position is in the future. */
  | { readonly kind: 'behind'; readonly position: number }
  | Gone;

export type SubmitResult<Result> =
  | { readonly kind: 'done'; readonly position: number; readonly result: Result }
  | SubmitFailed;

export type SubmitAllResult<Result> =
  | { readonly kind: 'done'; readonly position: number; readonly results: readonly Result[] }
  | SubmitFailed;

export interface SubmitFailed {
  readonly kind: 'failed';
  /** True: the command was not and will not be applied. */
  readonly definite: boolean;
  readonly message: string;
  /** The commands together are larger than an append may be. */
  readonly tooLarge?: true;
}
