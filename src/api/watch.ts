// Watches: every change of keys after a position, in order and once.

import type { Gone, KeyEntry } from './keys.ts';

export interface WatchOptions {
  /** Only keys with this prefix. Default: all. */
  readonly prefix?: string | undefined;
  /** Begin after this position. Default: with the changes from now on. */
  readonly after?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface KeyChange {
  readonly kind: 'change';
  /** A watch goes on after this position, once all its changes have been seen. */
  readonly position: number;
  readonly key: string;
  /** Undefined when the change has created the key. */
  readonly before: KeyEntry | undefined;
  /** Undefined when the change has deleted it. */
  readonly after: KeyEntry | undefined;
}

/**
 * Everything up to `position` has been told. Comes at the beginning, after every position, and from time to
 * time while nothing changes.
 */
export interface WatchProgress {
  readonly kind: 'progress';
  readonly position: number;
}

/**
 * `gone` is the last event: the changes after the position of the watch are no longer known. Read the keys,
 * and watch from the position of that read.
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
