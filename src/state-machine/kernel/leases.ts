// The leases of a state, and which keys each owns.

import type { ByteString } from '../../encoding/byte-string.ts';
import { type SortedMap, sortedMap } from '../sorted-map.ts';
import type { Lease } from './lease.ts';

/** The memory of a lease, as measured on V8. */
const LEASE_BYTES = 250;
const OWNED_KEY_BYTES = 50;

export class Leases {
  readonly #records: SortedMap<string, Lease> = sortedMap();
  /** An index of the entries by lease; only leases with keys are in it. */
  readonly #keys = new Map<string, Set<ByteString>>();
  #ownedKeys = 0;

  get(id: string): Lease | undefined {
    return this.#records.get(id);
  }

  put(lease: Lease): void {
    this.#records.set(lease.id, lease);
  }

  delete(id: string): void {
    this.#records.delete(id);
  }

  attach(id: string, key: ByteString): void {
    const keys = this.#keys.get(id);
    if (keys) keys.add(key);
    else this.#keys.set(id, new Set([key]));
    this.#ownedKeys += 1;
  }

  detach(id: string, key: ByteString): void {
    const keys = this.#keys.get(id);
    if (!keys?.delete(key)) return;
    this.#ownedKeys -= 1;
    if (keys.size === 0) this.#keys.delete(id);
  }

  /** In key order. */
  keysOf(id: string): ByteString[] {
    return [...(this.#keys.get(id) ?? [])].sort();
  }

  keyCountOf(id: string): number {
    return this.#keys.get(id)?.size ?? 0;
  }

  /** The leases with this id or a greater one, as JavaScript compares text. */
  *from(id: string): Generator<Lease, void, undefined> {
    for (const [, lease] of this.#records.entries(id)) yield lease;
  }

  /** The leases as they are now, by id, whatever changes later. */
  frozen(): Iterable<Lease> {
    return this.#records.clone().values();
  }

  values(): IterableIterator<Lease> {
    return this.#records.values();
  }

  get size(): number {
    return this.#records.size;
  }

  /** The memory of the leases, roughly. */
  get bytes(): number {
    return this.#records.size * LEASE_BYTES + this.#ownedKeys * OWNED_KEY_BYTES;
  }
}
