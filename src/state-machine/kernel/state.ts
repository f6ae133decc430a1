// The state of a namespace: everything that its log has led to, at one position.

import BTreeModule from 'sorted-btree';
import { REQUESTS_REMEMBERED_MAX } from '../../limits.ts';
import type { CommandResult, KeyEntry, OperationResult } from './command.ts';

// The package is CommonJS with `exports.default`: Node's default import is its `exports`, other loaders look through them.
const BTree = BTreeModule.default ?? (BTreeModule as unknown as typeof BTreeModule.default);

export interface RememberedRequest {
  /** Of the command, to tell a repetition from another command under the same id. */
  readonly fingerprint: string;
  readonly result: CommandResult;
}

/** Beside its key and its value, as measured on V8: objects, the tree, the buffer of the value. */
const ENTRY_BYTES = 320;
/** Beside its values. */
const REQUEST_BYTES = 700;

export class State {
  /** The position of the last command applied. */
  position = 0;
  readonly #keys: BTreeModule.default<string, KeyEntry>;
  /** What was carried out, by request id, the oldest first. A Map keeps the order of insertion, which is the order of the log. */
  readonly #requests: Map<string, RememberedRequest>;
  #bytes = 0;

  constructor(keys?: BTreeModule.default<string, KeyEntry>, requests?: Map<string, RememberedRequest>) {
    this.#keys = keys ?? new BTree<string, KeyEntry>(undefined, compareKeys);
    this.#requests = requests ?? new Map();
  }

  /** A copy that later changes of this one do not touch. The keys are shared until they change, so it costs little. */
  frozenCopy(): State {
    const copy = new State(this.#keys.clone(), new Map(this.#requests));
    copy.position = this.position;
    copy.#bytes = this.#bytes;
    return copy;
  }

  /** About what the state takes in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): KeyEntry | undefined {
    return this.#keys.get(key);
  }

  put(entry: KeyEntry): void {
    this.#bytes += entryBytes(entry) - entryBytes(this.#keys.get(entry.key));
    this.#keys.set(entry.key, entry);
  }

  delete(key: string): void {
    this.#bytes -= entryBytes(this.#keys.get(key));
    this.#keys.delete(key);
  }

  get keyCount(): number {
    return this.#keys.size;
  }

  /** Keys that begin with `prefix` and are greater than `after`, ascending; `more` when there are others behind. */
  list(prefix: string, after: string | undefined, limit: number): { entries: KeyEntry[]; more: boolean } {
    const from = after !== undefined && after > prefix ? after : prefix;
    const entries: KeyEntry[] = [];
    for (const [key, entry] of this.#keys.entries(from)) {
      if (!key.startsWith(prefix)) break;
      if (after !== undefined && key <= after) continue;
      if (entries.length === limit) return { entries, more: true };
      entries.push(entry);
    }
    return { entries, more: false };
  }

  /** All keys, ascending. */
  entries(): IterableIterator<[string, KeyEntry]> {
    return this.#keys.entries();
  }

  request(id: string): RememberedRequest | undefined {
    return this.#requests.get(id);
  }

  /** Remembers a request and forgets the oldest beyond the bound: the same ones on every replica. */
  rememberRequest(id: string, request: RememberedRequest): void {
    this.#bytes += requestBytes(request) - requestBytes(this.#requests.get(id));
    this.#requests.set(id, request);
    if (this.#requests.size <= REQUESTS_REMEMBERED_MAX) return;
    const oldest = this.#requests.entries().next();
    if (oldest.done) return;
    this.#bytes -= requestBytes(oldest.value[1]);
    this.#requests.delete(oldest.value[0]);
  }

  requests(): IterableIterator<[string, RememberedRequest]> {
    return this.#requests.entries();
  }
}

/** By UTF-16 code units, as JavaScript compares: the same in every process and every version of Unicode. */
function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function entryBytes(entry: KeyEntry | undefined): number {
  return entry ? ENTRY_BYTES + entry.key.length + entry.value.length : 0;
}

/** Not less than it is: entries that a result shares with the keys count twice. */
function requestBytes(request: RememberedRequest | undefined): number {
  if (!request) return 0;
  const { result } = request;
  if (result.kind !== 'transaction') return REQUEST_BYTES;
  return result.results.reduce((sum, one) => sum + operationBytes(one), REQUEST_BYTES);
}

function operationBytes(result: OperationResult): number {
  switch (result.kind) {
    case 'put':
      return entryBytes(result.entry) + entryBytes(result.previous);
    case 'delete':
      return entryBytes(result.previous);
    case 'get':
      return entryBytes(result.entry);
    case 'list':
      return result.entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  }
}
