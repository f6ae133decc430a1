// The prefixes under which each recipe keeps its keys. They are stored: they never change.

import { type ByteString, joined, ofText, toText } from '../encoding/byte-string.ts';

export const NAMES = 'name/';

/** The keys of `Keys`, transactions and watches. */
export const KEYS = 'key/';
const KEY_PREFIX = ofText(KEYS);

/** Each is followed by the name of the queue, the group or the sequence. */
export const LOCKS = 'lock/';
export const ELECTIONS = 'election/';
export const GROUPS = 'group/';
export const SEQUENCES = 'sequence/';

/** In the log of the list of streams, followed by the path of a stream. */
export const STREAMS = 'stream/';

export function nameKey(canonical: string): ByteString {
  return ofText(NAMES + canonical);
}

/** The canonical name of a key that `nameKey` made. */
export function nameOfKey(key: ByteString): string {
  return toText(key).slice(NAMES.length);
}

/** The kernel's key for a key of the API. */
export function storedKey(key: string): ByteString {
  return joined(KEY_PREFIX, ofText(key));
}

/** The key of the API for which `storedKey` made this one. */
export function shownKey(stored: ByteString): string {
  return toText(stored.slice(KEY_PREFIX.length) as ByteString);
}
