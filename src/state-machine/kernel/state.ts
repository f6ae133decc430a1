// The state of a namespace: the outcome of its log up to one position.

import type { ByteString } from '../../encoding/byte-string.ts';
import { type SortedMap, sortedMap } from '../sorted-map.ts';
import { type Entry, entryBytes } from './entry.ts';
import type { Lease } from './lease.ts';
import { Leases } from './leases.ts';
import type { Range } from './range.ts';
import { Requests } from './requests.ts';

/** The part of a range to answer. */
export interface RangeOptions {
  readonly limit: number;
  /** From the greatest key down. */
  readonly reverse?: boolean | undefined;
}

export class KernelState {
  /** The position of the last command applied. */
  position = 0;
  /** One more for each command that changed at least one key. An empty state is at 1, as in etcd. */
  revision = 1;
  /** Positions before this one are not answered any more. */
  compacted = 0;
  readonly leases = new Leases();
  readonly requests = new Requests();
  readonly #entries: SortedMap<ByteString, Entry> = sortedMap();
  #entryBytes = 0;
  /** The last look-up: a check and the operation behind it, which are mostly about one key, search once. */
  #lastKey: ByteString | undefined;
  #lastEntry: Entry | undefined;

  get(key: ByteString): Entry | undefined {
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#lastEntry = this.#entries.get(key);
    }
    return this.#lastEntry;
  }

  /** The entries of the range; `more` when the limit has cut off some. */
  range(range: Range, { limit, reverse = false }: RangeOptions): { entries: Entry[]; more: boolean } {
    const entries: Entry[] = [];
    for (const entry of this.entriesIn(range, reverse)) {
      if (entries.length === limit) return { entries, more: true };
      entries.push(entry);
    }
    return { entries, more: false };
  }

  count(range: Range): number {
    let count = 0;
    for (const _ of this.entriesIn(range)) count += 1;
    return count;
  }

  get keyCount(): number {
    return this.#entries.size;
  }

  lease(id: string): Lease | undefined {
    return this.leases.get(id);
  }

  /** The entries of a range in key order, or against it. The state must not change meanwhile. */
  *entriesIn({ key, end }: Range, reverse = false): Generator<Entry, void, undefined> {
    if (end === undefined) {
      const entry = this.#entries.get(key);
      if (entry) yield entry;
    } else if (reverse) {
      const highest = end === '' ? undefined : end;
      for (const [at, entry] of this.#entries.entriesReversed(highest, undefined, true)) {
        if (at < key) return;
        yield entry;
      }
    } else {
      for (const [at, entry] of this.#entries.entries(key)) {
        if (end !== '' && at >= end) return;
        yield entry;
      }
    }
  }

  /** The entries as they are now, in key order, whatever changes later. */
  frozenEntries(): Iterable<Entry> {
    return this.#entries.clone().values();
  }

  /** @param previous the entry that is there now */
  putEntry(entry: Entry, previous: Entry | undefined): void {
    this.#entryBytes += entryBytes(entry) - entryBytes(previous);
    this.#entries.set(entry.key, entry);
    this.#lastKey = undefined;
    if (previous?.lease === entry.lease) return;
    if (previous && previous.lease !== '') this.leases.detach(previous.lease, entry.key);
    if (entry.lease !== '') this.leases.attach(entry.lease, entry.key);
  }

  deleteEntry(entry: Entry): void {
    this.#entryBytes -= entryBytes(entry);
    this.#entries.delete(entry.key);
    this.#lastKey = undefined;
    if (entry.lease !== '') this.leases.detach(entry.lease, entry.key);
  }

  /** The memory of the state, roughly. */
  get bytes(): number {
    return this.#entryBytes + this.leases.bytes + this.requests.bytes;
  }
}
