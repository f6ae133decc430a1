// Which part of a namespace's keys belongs to which recipe. Stored: these never change.

import { type ByteString, ofText, toText } from '../encoding/byte-string.ts';

const NAME_PREFIX = 'name/';

export function nameKey(canonical: string): ByteString {
  return ofText(NAME_PREFIX + canonical);
}

/** The canonical name of a key that `nameKey` made. */
export function nameOfKey(key: ByteString): string {
  return toText(key).slice(NAME_PREFIX.length);
}
