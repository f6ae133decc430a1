// Keys: the kernel's entries under one prefix, with conditions of HTTP's kind.

import type { Failed, ReadOptions } from '../api/common.ts';
import type * as api from '../api/keys.ts';
import { assert } from '../assert.ts';
import { toBytes } from '../encoding/byte-string.ts';
import { LIST_ENTRIES_MAX, VALUE_BYTES_MAX } from '../limits.ts';
import { keyFault, leaseFault, prefixFault, textValueFault } from '../resource-names.ts';
import type { Check, Operation } from '../state-machine/kernel/command.ts';
import type { Entry } from '../state-machine/kernel/entry.ts';
import { prefixRange, type Range } from '../state-machine/kernel/range.ts';
import type { TransactionResult } from '../state-machine/kernel/result.ts';
import type { Kernel } from './kernel.ts';
import { shownKey, storedKey } from './keys.ts';
import { invalid, runOnce, storedValue, tooLarge } from './outcome.ts';
import { rangeAfter } from './page.ts';
import { entriesPage, rangeAt } from './past.ts';

const PAGE_KEYS = 100;

export class Keys implements api.Keys {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async put(key: string, value: string | Uint8Array, options: api.PutOptions = {}): Promise<api.PutResult> {
    const { lease, idempotencyKey } = options;
    const fault =
      keyFault(key) ??
      textValueFault(value) ??
      conditionsFault(options) ??
      (lease === undefined ? undefined : leaseFault(lease));
    if (fault !== undefined) return invalid(fault);
    const stored = storedValue(value);
    if (stored.length > VALUE_BYTES_MAX) return tooLarge(`a value has at most ${VALUE_BYTES_MAX} bytes`);
    const range = { key: storedKey(key) };
    const put: Operation = { kind: 'put', key: range.key, value: stored, lease: lease ?? '' };
    const ended = this.#kernel.glance((state) =>
      this.#kernel.expiry.proposalFor([state.lease(state.get(range.key)?.lease ?? '')]),
    );
    const result = await runOnce(
      this.#kernel,
      { checks: conditionsOf(range, options), then: [put], else: [{ kind: 'get', range, limit: 1 }] },
      { requestId: idempotencyKey, first: ended },
    );
    if (result.kind !== 'transaction') return result;
    const { position } = result;
    const known = await this.#entryIn(result, range);
    if (known.kind === 'failed') return known;
    const { entry } = known;
    if (!result.succeeded) return { kind: 'condition-failed', position, entry };
    assert(entry, 'a put has its result');
    return { kind: entry.version === 1 ? 'created' : 'changed', position, entry };
  }

  async get(key: string, { at, ...options }: api.GetKeyOptions = {}): Promise<api.GetKeyResult> {
    const fault = keyFault(key);
    if (fault !== undefined) return invalid(fault);
    const read = await this.#read({ key: storedKey(key) }, 1, at, options);
    if (read.kind !== 'page') return read;
    const [entry] = read.entries;
    const { position } = read;
    return entry ? { kind: 'found', position, entry: shown(entry) } : { kind: 'not-found', position };
  }

  async delete(key: string, options: api.DeleteKeyOptions = {}): Promise<api.DeleteKeyResult> {
    const fault = keyFault(key) ?? conditionsFault(options);
    if (fault !== undefined) return invalid(fault);
    const range = { key: storedKey(key) };
    const result = await runOnce(
      this.#kernel,
      {
        checks: conditionsOf(range, options),
        then: [{ kind: 'delete', range, previous: false }],
        else: [{ kind: 'get', range, limit: 1 }],
      },
      { requestId: options.idempotencyKey },
    );
    if (result.kind === 'lease-not-found') throw new RangeError('a delete names no lease');
    if (result.kind !== 'transaction') return result;
    const { position } = result;
    if (!result.succeeded) {
      const known = await this.#entryIn(result, range);
      return known.kind === 'failed' ? known : { kind: 'condition-failed', position, entry: known.entry };
    }
    const [removed] = result.results;
    assert(removed?.kind === 'delete', 'a delete has its result');
    return { kind: removed.count > 0 ? 'deleted' : 'not-found', position };
  }

  async list(options: api.ListKeysOptions = {}): Promise<api.ListKeysResult> {
    const { prefix = '', startAfter, limit = PAGE_KEYS, at, ...reading } = options;
    const fault = prefixFault(prefix) ?? (startAfter === undefined ? undefined : keyFault(startAfter));
    if (fault !== undefined) return invalid(fault);
    if (!Number.isInteger(limit) || limit < 1 || limit > LIST_ENTRIES_MAX)
      return invalid(`a page has from 1 to ${LIST_ENTRIES_MAX} keys`);
    const last = startAfter === undefined ? undefined : storedKey(startAfter);
    const read = await this.#read(rangeAfter(prefixRange(storedKey(prefix)), last), limit, at, reading);
    return read.kind === 'page' ? { ...read, entries: read.entries.map(shown) } : read;
  }

  async #read(range: Range, limit: number, at: number | undefined, options: ReadOptions) {
    if (at === undefined) {
      const read = await this.#kernel.read((state) => entriesPage(state.entriesIn(range), limit), options);
      return read.kind === 'read'
        ? ({ kind: 'page', position: read.position, ...read.value } as const)
        : read;
    }
    if (!Number.isSafeInteger(at) || at < 0) return invalid('a position is a whole number from 0');
    const read = await rangeAt(this.#kernel, at, range, limit);
    return read.kind === 'read' ? ({ kind: 'page', position: at, ...read.value } as const) : read;
  }

  /**
   * The entry after the change, or the present one where a condition did not hold; undefined when there is no
   * such key. A repeated request may have a result that was too large to remember. Then the entry is read
   * from the past.
   */
  async #entryIn(result: TransactionResult, range: Range): Promise<Known | Failed> {
    const { results, position, succeeded, forgotten } = result;
    const [first] = results;
    if (first?.kind === 'put') return known(first.entry);
    if (!forgotten) return known(first?.kind === 'get' ? first.entries[0] : undefined);
    const read = await rangeAt(this.#kernel, position, range, 1);
    if (read.kind === 'read') return known(read.value.entries[0]);
    const message = `the outcome is that of position ${position}, and what the key was then is no longer known`;
    return { kind: 'failed', definite: !succeeded, message };
  }
}

interface Known {
  readonly kind: 'known';
  readonly entry: api.KeyEntry | undefined;
}

function known(entry: Entry | undefined): Known {
  return { kind: 'known', entry: entry && shown(entry) };
}

function conditionsFault({ ifModified, ifAbsent }: api.KeyConditions): string | undefined {
  if (ifModified === undefined) return undefined;
  if (ifAbsent) return 'a key cannot be absent and have been modified';
  const isPosition = Number.isSafeInteger(ifModified) && ifModified >= 0;
  return isPosition ? undefined : 'ifModified is a position, which is a whole number from 0';
}

function conditionsOf(range: Range, { ifModified, ifAbsent }: api.KeyConditions): Check[] {
  const checks: Check[] = [];
  if (ifModified !== undefined) checks.push({ range, target: 'modified', is: '=', to: ifModified });
  if (ifAbsent) checks.push({ range, target: 'version', is: '=', to: 0 });
  return checks;
}

export function shown({ key, value, version, created, modified, lease }: Entry): api.KeyEntry {
  return {
    key: shownKey(key),
    value: toBytes(value),
    version,
    created,
    modified,
    lease: lease === '' ? undefined : lease,
  };
}
