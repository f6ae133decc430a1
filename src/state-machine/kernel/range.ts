// Ranges: the keys of an operation or a check.

import { type ByteString, ofText } from '../../encoding/byte-string.ts';

/** The keys from `key` on and below `end`, in byte order. */
export interface Range {
  readonly key: ByteString;
  /** Undefined: `key` alone. Empty: there is no upper end. */
  readonly end?: ByteString | undefined;
}

const EMPTY = ofText('');

/** All keys that begin with `prefix`; with an empty one, all keys. */
export function prefixRange(prefix: ByteString): Range {
  return { key: prefix, end: prefixEnd(prefix) };
}

/** The least key that is greater than every one that begins with `prefix`; empty when there is none. */
function prefixEnd(prefix: ByteString): ByteString {
  for (let index = prefix.length - 1; index >= 0; index -= 1) {
    const code = prefix.charCodeAt(index);
    if (code < 0xff) return (prefix.slice(0, index) + String.fromCharCode(code + 1)) as ByteString;
  }
  return EMPTY;
}

/** The least key that is greater than `key`: where the next page of a range begins. */
export function keyAfter(key: ByteString): ByteString {
  return `${key}\0` as ByteString;
}
