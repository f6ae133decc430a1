// A map in the order of its keys. A copy shares everything with the original until either changes.

import BTreeModule from 'sorted-btree';

// The package is CommonJS with `exports.default`: Node's default import is its `exports`, other loaders
// look through them.
const BTree = BTreeModule.default ?? (BTreeModule as unknown as typeof BTreeModule.default);

export type SortedMap<Key extends string, Value> = BTreeModule.default<Key, Value>;

export function sortedMap<Key extends string, Value>(): SortedMap<Key, Value> {
  return new BTree<Key, Value>(undefined, compare);
}

/** As JavaScript compares strings. The characters of a byte string are bytes, so this is byte order. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
