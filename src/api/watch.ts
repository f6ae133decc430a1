// Watches: every change of keys after a position, in order and once.

import type { Gone, KeyEntry } from './keys.ts';

export interface WatchOptions {
  /** Only keys with this prefix. Default: all. */
  readonly prefix?: string | undefined;
  /** Begin after this position. Default: with what comes from now on. */
  readonly after?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface KeyChange {
  readonly kind: 'change';
  /** The place to go on from, once all changes of this position have been seen. */
  readonly position: number;
  readonly key: string;
  /** Undefined when the change has created the key. */
  readonly before: KeyEntry | undefined;
  /** Undefined when the change has deleted it. */
  readonly after: KeyEntry | undefined;
}

/**
 * Everything up to `position` has been told. Comes at the beginning, after every position, and while
 * nothing changes.
 */
export interface WatchProgress {
  readonly kind: 'progress';
  readonly position: number;
}

/**
 * `gone` is the last one: what changed after the place is no longer known. Read the keys, and watch from
 * there on.
 */
export type WatchEvent = KeyChange | WatchProgress | Gone;

export interface Watches {
  /**
   * Goes on until `signal` aborts. A client over HTTP connects again by itself, and misses nothing.
   *
   * @throws OrdinalError when it cannot go on
   */
  watch(options?: WatchOptions): AsyncIterable<WatchEvent>;
}
