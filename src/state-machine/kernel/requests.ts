// The results of request ids, so that a repeated command gets the first result.

import { REQUESTS_REMEMBERED_MAX } from '../../limits.ts';
import { entryBytes } from './entry.ts';
import type { RememberedResult } from './result.ts';
import { entriesIn } from './result-size.ts';

export interface RememberedRequest {
  /** The fingerprint of the command, which tells a repetition from another command under the same id. */
  readonly fingerprint: string;
  readonly result: RememberedResult;
}

/** The memory beside the entries in its result, as measured on V8. */
const REQUEST_BYTES = 600;

export class Requests {
  /** The oldest first: a Map keeps the order of insertion, which is the order of the log. */
  readonly #requests = new Map<string, RememberedRequest>();
  #bytes = 0;

  get(id: string): RememberedRequest | undefined {
    return this.#requests.get(id);
  }

  /**
   * Remembers a request with a new id, and forgets the oldest beyond the bound: the same ones on every
   * replica.
   */
  remember(id: string, request: RememberedRequest): void {
    this.#requests.set(id, request);
    this.#bytes += requestBytes(request);
    if (this.#requests.size <= REQUESTS_REMEMBERED_MAX) return;
    for (const [oldest, forgotten] of this.#requests) {
      this.#bytes -= requestBytes(forgotten);
      this.#requests.delete(oldest);
      return;
    }
  }

  get size(): number {
    return this.#requests.size;
  }

  /** The requests as they are now, the oldest first, whatever changes later. */
  frozen(): readonly (readonly [string, RememberedRequest])[] {
    return [...this.#requests];
  }

  /** The memory of the requests, roughly, and not less: entries that are also in the state count again. */
  get bytes(): number {
    return this.#bytes;
  }
}

function requestBytes({ result }: RememberedRequest): number {
  let sum = REQUEST_BYTES;
  if (result.kind === 'transaction') for (const entry of entriesIn(result.results)) sum += entryBytes(entry);
  return sum;
}
