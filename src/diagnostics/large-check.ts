// Checks that the bytes which large entries name are there, and are those that were stored. For operators.

import { DecodeError } from '../encoding/binary.ts';
import { isLarge, recordCount } from '../log/batch.ts';
import { chunkKey, decodeLargeEntry, decodeLargeIndex, indexKey, verify } from '../log/large-entry.ts';
import { entriesAfter, type Segment } from '../log/segment.ts';
import type { Store } from '../log/store.ts';

export class LargeCheck {
  readonly #store: Store;
  readonly #log: string;
  readonly #trimmedTo: number;
  #checkedTo = 0;

  /** @param trimmedTo bytes of records up to it may be removed already */
  constructor(store: Store, log: string, trimmedTo: number) {
    this.#store = store;
    this.#log = log;
    this.#trimmedTo = trimmedTo;
  }

  /** The faults of the entries that were not checked before. Loads their bytes, a chunk at a time. */
  async faultsIn(segment: Segment): Promise<string[]> {
    const faults: string[] = [];
    for (const { firstPosition, entry } of entriesAfter(
      segment,
      Math.max(this.#trimmedTo, this.#checkedTo),
    )) {
      const last = firstPosition + recordCount(entry) - 1;
      this.#checkedTo = last;
      const fault = isLarge(entry) ? await this.#faultOf(entry) : undefined;
      if (fault !== undefined) faults.push(`the records ${firstPosition} to ${last}: ${fault}`);
    }
    return faults;
  }

  async #faultOf(entry: Uint8Array): Promise<string | undefined> {
    try {
      const { id, records, digest } = decodeLargeEntry(entry);
      const stored = await this.#store.blob(indexKey(this.#log, id));
      if (!stored) return 'the index of their bytes is missing';
      const { lengths, digests } = decodeLargeIndex(verify(stored, digest));
      if (lengths.length !== records) return `the index has ${lengths.length} of ${records} records`;
      for (const [chunk, expected] of digests.entries()) {
        const bytes = await this.#store.blob(chunkKey(this.#log, id, chunk));
        if (!bytes) return `the chunk ${chunk} of their bytes is missing`;
        verify(bytes, expected);
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return error.message;
    }
  }
}
