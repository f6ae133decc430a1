// The client as an idempotent producer of one stream: the number of its next request.
//
// A number is used again only where the request that had it certainly did not happen. Otherwise the request
// may still arrive. It would then be taken for the new one, whose records would be reported as appended and
// never be there. So after an unknown outcome the producer begins anew with a greater epoch, and what arrives
// late is refused as stale.

import type { Producer } from '../api/streams.ts';

export class BatchProducer {
  readonly #id: string;
  #epoch: number;
  #sequence = 0;
  #begun = false;

  constructor(id: string, epoch: number) {
    this.#id = id;
    this.#epoch = epoch;
  }

  /** Whether the stream may know this producer. */
  get begun(): boolean {
    return this.#begun;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The next request. It stays the next one until it is said to be accepted, or the producer begins anew. */
  next(): Producer {
    this.#begun = true;
    return { id: this.#id, epoch: this.#epoch, sequence: this.#sequence };
  }

  accepted(): void {
    this.#sequence += 1;
  }

  /** @param seen an epoch that the stream has seen of this producer */
  beginAnew(seen = 0): void {
    this.#epoch = Math.max(this.#epoch, seen) + 1;
    this.#sequence = 0;
  }
}
