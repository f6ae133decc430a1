// Entries: a key with its value and its numbers, and the changes of it.

import type { ByteString } from '../../encoding/byte-string.ts';

/** Never changed: a write of the key replaces it. */
export interface Entry {
  readonly key: ByteString;
  readonly value: ByteString;
  /** 1 when it was created, one more with each write since. */
  readonly version: number;
  /** The position at which it was created; a key that was deleted and written again is created anew. */
  readonly created: number;
  /** The position of its last write. */
  readonly modified: number;
  /** The revisions of the same two moments. */
  readonly createdRevision: number;
  readonly modifiedRevision: number;
  /** The lease with which the key goes; '' when it stays. */
  readonly lease: string;
}

/** One operation's effect on one key. A write of the same value is a change, too. */
export interface Change {
  readonly key: ByteString;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

/**
 * The memory beside key and value, as measured on V8: two strings' headers, the entry itself, and its part of
 * the tree.
 */
const ENTRY_BYTES = 180;
const CHANGE_BYTES = 60;

/** The memory of the entry, roughly. */
export function entryBytes(entry: Entry | undefined): number {
  return entry ? ENTRY_BYTES + entry.key.length + entry.value.length : 0;
}

/** The memory of the change, or more: entries that are also in the state count again. */
export function changeBytes(change: Change): number {
  return CHANGE_BYTES + entryBytes(change.before) + entryBytes(change.after);
}
