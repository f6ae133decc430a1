// Pages of lists of names: their bounds, and the names of queues and groups.

import type { Behind, Failed, ListPageOptions, PageOptions, Rejected } from '../api/common.ts';
import { type ByteString, joined, ofText, toText } from '../encoding/byte-string.ts';
import { LIST_ENTRIES_MAX } from '../limits.ts';
import { prefixFault } from '../resource-names.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';
import { invalid } from './outcome.ts';
import { pageOf } from './page.ts';

const PAGE_NAMES = 100;
/** The work that an entry is, beside its own bytes: it is found and counted, also where it is not shown. */
const ENTRY_BYTES = 64;

/** An item of a list, with what it adds to the bytes of the page. */
export interface Listed<T> {
  readonly item: T;
  readonly bytes: number;
}

/** @param entries how many entries of the state were read for it @param bytes of their values and leases */
export function listedItem<T>(item: T, entries: number, bytes = 0): Listed<T> {
  return { item, bytes: entries * ENTRY_BYTES + bytes };
}

interface ListRead<T> {
  readonly kind: 'page';
  readonly items: readonly T[];
  readonly more: boolean;
  readonly position: number;
}

/** A page of `look`, whose items are in the order of their names. @throws ReplicaStoppedError */
export async function listed<T>(
  kernel: Kernel,
  { limit = PAGE_NAMES, consistency, minPosition }: ListPageOptions,
  look: (state: KernelState) => Iterable<Listed<T>>,
): Promise<ListRead<T> | Behind | Failed> {
  const read = await kernel.read((state) => pageOf(look(state), limit, ({ bytes }) => bytes), {
    consistency,
    after: minPosition,
  });
  if (read.kind !== 'read') return read;
  const { position, value } = read;
  return { kind: 'page', position, items: value.page.map(({ item }) => item), more: value.more };
}

/** Why there can be no such page; undefined when there can. */
export function pageRejected(
  { prefix = '', after, limit = PAGE_NAMES }: PageOptions,
  faultOf: (name: string) => string | undefined,
): Rejected | undefined {
  const isInBounds = Number.isInteger(limit) && limit >= 1 && limit <= LIST_ENTRIES_MAX;
  const fault =
    prefixFault(prefix) ??
    (after === undefined ? undefined : faultOf(after)) ??
    (isInBounds ? undefined : `a page has from 1 to ${LIST_ENTRIES_MAX} names`);
  return fault === undefined ? undefined : invalid(fault);
}

/** It ends the name within a key, so that all keys of one name stay together. */
const SEPARATOR = '\0';
const AFTER_SEPARATOR = '\u0001';

/**
 * The names for which there are keys `<family><name>\0…`, in the order of their bytes. It goes from name to
 * name, and reads one key of each.
 */
export function* namesIn(
  state: KernelState,
  family: ByteString,
  { prefix = '', after }: ListPageOptions,
): Generator<string, void, undefined> {
  const { key, end } = prefixRange(joined(family, ofText(prefix)));
  let from = key;
  if (after !== undefined && behindName(family, ofText(after)) > key)
    from = behindName(family, ofText(after));
  for (;;) {
    const [found] = state.range({ key: from, end }, { limit: 1 }).entries;
    if (!found) return;
    const name = found.key.slice(family.length, found.key.indexOf(SEPARATOR, family.length)) as ByteString;
    yield toText(name);
    from = behindName(family, name);
  }
}

/** The least key that is greater than all that belong to the name. */
function behindName(family: ByteString, name: ByteString): ByteString {
  return joined(family, name, ofText(AFTER_SEPARATOR));
}
