// Pages: the part of a list that one answer holds.

import type { ByteString } from '../encoding/byte-string.ts';
import { LIST_BYTES_MAX } from '../limits.ts';
import { keyAfter, type Range } from '../state-machine/kernel/range.ts';

interface Page<T> {
  readonly page: readonly T[];
  readonly more: boolean;
}

/** The first ones: at most `limit`, and no more than an answer holds, but one at least. */
export function pageOf<T>(all: Iterable<T>, limit: number, bytesOf: (one: T) => number): Page<T> {
  const page: T[] = [];
  let bytes = 0;
  for (const one of all) {
    bytes += bytesOf(one);
    if (page.length === limit || (page.length > 0 && bytes > LIST_BYTES_MAX)) return { page, more: true };
    page.push(one);
  }
  return { page, more: false };
}

/** What of `all` is behind the page before, which ended with the key `last`. */
export function rangeAfter(all: Range, last: ByteString | undefined): Range {
  const from = last === undefined ? all.key : keyAfter(last);
  return from > all.key ? { ...all, key: from } : all;
}
