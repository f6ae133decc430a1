// A register of things that exist elsewhere, each in a log of its own, so that they can be listed. What
// exists is never missing from the register. A name in it may be of something that is gone: a list looks.
//
// A name is there, or marked because its log is about to be deleted. No step is about both logs, and a
// process can end after any of them. Their order keeps the name of a log that exists:
//
// - a creator looks at the log, then adds the name, which also removes a mark, and then creates the log only
//   if it still is as the look has found it;
// - a remover marks the name, then deletes the log, and then removes the name only if the mark is unchanged.
//
// Where the creator finds the name without a mark, its look was before the mark. So the deletion that
// follows the mark ends an incarnation that began after that look, and the creation is refused. Where the
// creator finds the mark, it changes the entry, and the name is not removed.

import { type ByteString, ofText, toText } from '../encoding/byte-string.ts';
import { StoreError } from '../log/store.ts';
import type { Check, Operation } from '../state-machine/kernel/command.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import type { OperationResult } from '../state-machine/kernel/result.ts';
import type { Kernel } from './kernel.ts';
import { run, type Unfinished } from './outcome.ts';
import { rangeAfter } from './page.ts';

const PRESENT = ofText('');
const MARKED = ofText('deleting');

export class Register {
  readonly #kernel: Kernel;
  readonly #prefix: string;

  constructor(kernel: Kernel, prefix: string) {
    this.#kernel = kernel;
    this.#prefix = prefix;
  }

  /** Writes nothing where the name is there. @throws StoreError */
  async add(name: string): Promise<void> {
    const key = this.#keyOf(name);
    // What this process knows may be old, so a look confirms it.
    if (this.#kernel.glance((state) => state.get(key)?.value === PRESENT)) {
      const read = await this.#kernel.read((state) => state.get(key)?.value === PRESENT);
      if (read.kind === 'read' && read.value) return;
    }
    const isPresent: Check = { range: { key }, target: 'value', is: '=', to: PRESENT };
    const put: Operation = { kind: 'put', key, value: PRESENT, lease: '' };
    const result = await run(this.#kernel, { checks: [isPresent], then: [], else: [put] });
    if (result.kind !== 'transaction') throw notNoted(result);
  }

  /**
   * Marks the name, if it is there. What this answers removes it, if nothing has changed it since.
   *
   * @throws StoreError
   */
  async beginRemoval(name: string): Promise<() => Promise<void>> {
    const range = { key: this.#keyOf(name) };
    const isMarked: Check = { range, target: 'value', is: '=', to: MARKED };
    const isThere: Check = { range, target: 'version', is: '>', to: 0 };
    const mark: Operation = { kind: 'put', key: range.key, value: MARKED, lease: '' };
    const result = await run(this.#kernel, {
      checks: [isMarked],
      then: [{ kind: 'get', range, limit: 1 }],
      else: [{ kind: 'transaction', checks: [isThere], then: [mark], else: [] }],
    });
    if (result.kind !== 'transaction') throw notNoted(result);
    const modified = modifiedIn(result.results[0]);
    return async () => {
      if (modified === undefined) return;
      const isSame: Check = { range, target: 'modified', is: '=', to: modified };
      const remove: Operation = { kind: 'delete', range, previous: false };
      const removed = await run(this.#kernel, { checks: [isSame], then: [remove], else: [] });
      if (removed.kind !== 'transaction') throw notNoted(removed);
    };
  }

  /** The first names with this prefix and after this one, marked or not. @throws StoreError */
  async names(
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ names: string[]; more: boolean }> {
    const last = after === undefined ? undefined : this.#keyOf(after);
    const range = rangeAfter(prefixRange(this.#keyOf(prefix)), last);
    const read = await this.#kernel.read((state) => state.range(range, { limit }));
    if (read.kind !== 'read') throw notRead(read.kind === 'failed' ? read.message : read.kind);
    const { entries, more } = read.value;
    return { names: entries.map(({ key }) => toText(key).slice(this.#prefix.length)), more };
  }

  #keyOf(name: string): ByteString {
    return ofText(this.#prefix + name);
  }
}

/** The position of the mark; undefined where there is no such name. */
function modifiedIn(result: OperationResult | undefined): number | undefined {
  if (result?.kind === 'get') return result.entries[0]?.modified;
  if (result?.kind === 'put') return result.entry.modified;
  return result?.kind === 'transaction' ? modifiedIn(result.results[0]) : undefined;
}

/** Whatever became of the note, what it was for has not been begun. */
function notNoted(result: Unfinished): StoreError {
  const reason = 'message' in result ? result.message : result.kind;
  return new StoreError(`it could not be noted down: ${reason}`, { definite: true, retryable: true });
}

function notRead(message: string): StoreError {
  return new StoreError(message, { definite: true, retryable: true });
}
