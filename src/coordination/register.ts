// A register of things that exist elsewhere, each in a log of its own, so that they can be listed. What
// exists is never missing from the register. A name in it may be of something that is gone: a list looks.
//
// A name is there, or marked because its log is about to be deleted. No step is about both logs, and a
// process can end after any of them. Their order keeps the name of a log that exists:
//
// - a creator looks at the log, then adds the name, which also removes a mark, and then creates the log only
// - a remover marks the name, then deletes the log, and then removes the name only if the mark is unchanged.
//
// Where the creator finds the name without a mark, its look was before the mark. So the deletion that
// follows the mark ends an incarnation that began after that look, and the creation is refused. Where the
// creator finds the mark, it changes the entry, and the name is not removed.
//
// A name also says whether maintenance has to look after its log. Once it does, it does so until it is
// removed: to look at a log in vain costs little, and no step that unsaid it could be told from one that came
// too late.

import { type ByteString, ofText, toText } from '../encoding/byte-string.ts';
import { StoreError } from '../log/store.ts';
import type { Check, NestedTransaction, Operation } from '../state-machine/kernel/command.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import type { OperationResult } from '../state-machine/kernel/result.ts';
import type { Kernel } from './kernel.ts';
import { run, type Unfinished } from './outcome.ts';
import { rangeAfter } from './page.ts';

// They are stored: they never change.
const PRESENT = ofText('');
const MARKED = ofText('deleting');
const MAINTAINED = ofText('trimmed');
const MAINTAINED_MARKED = ofText('trimmed deleting');

export class Register {
  readonly #kernel: Kernel;
  readonly #prefix: string;

  constructor(kernel: Kernel, prefix: string) {
    this.#kernel = kernel;
    this.#prefix = prefix;
  }

  /**
   * Writes nothing where the name is there, and says what it is to say.
   *
   * @param maintained maintenance has to look after its log from now on
   * @throws StoreError
   */
  async add(name: string, maintained = false): Promise<void> {
    const key = this.#keyOf(name);
    const isKnown = (value: ByteString | undefined): boolean =>
      value === MAINTAINED || (value === PRESENT && !maintained);
    // What this process knows may be old, so a look confirms it.
    if (this.#kernel.glance((state) => isKnown(state.get(key)?.value))) {
      const read = await this.#kernel.read((state) => isKnown(state.get(key)?.value));
      if (read.kind === 'read' && read.value) return;
    }
    const put = (value: ByteString): Operation => ({ kind: 'put', key, value, lease: '' });
    const unlessPresent = ifValue(key, PRESENT, [], [put(PRESENT)]);
    const otherwise = maintained ? put(MAINTAINED) : unlessPresent;
    const unmarked = ifValue(key, MAINTAINED_MARKED, [put(MAINTAINED)], [otherwise]);
    const result = await run(this.#kernel, ifValue(key, MAINTAINED, [], [unmarked]));
    if (result.kind !== 'transaction') throw notNoted(result);
  }

  /**
   * Marks the name, if it is there. What this answers removes it, if nothing has changed it since.
   *
   * @throws StoreError
   */
  async beginRemoval(name: string): Promise<() => Promise<void>> {
    const key = this.#keyOf(name);
    const range = { key };
    const get: Operation = { kind: 'get', range, limit: 1 };
    const isThere: Check = { range, target: 'version', is: '>', to: 0 };
    const mark = (value: ByteString): Operation => ({ kind: 'put', key, value, lease: '' });
    const markPlain: Operation = { kind: 'transaction', checks: [isThere], then: [mark(MARKED)], else: [] };
    const markAny = ifValue(key, MAINTAINED, [mark(MAINTAINED_MARKED)], [markPlain]);
    const unmarked = ifValue(key, MAINTAINED_MARKED, [get], [markAny]);
    const result = await run(this.#kernel, ifValue(key, MARKED, [get], [unmarked]));
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

  /** All names whose logs maintenance has to look after, in order, marked or not. @throws StoreError */
  async maintainedNames(): Promise<string[]> {
    const all = prefixRange(this.#keyOf(''));
    const read = await this.#kernel.read((state) =>
      Array.from(state.entriesIn(all)).filter(
        ({ value }) => value === MAINTAINED || value === MAINTAINED_MARKED,
      ),
    );
    if (read.kind !== 'read') throw notRead(read.kind === 'failed' ? read.message : read.kind);
    return read.value.map(({ key }) => toText(key).slice(this.#prefix.length));
  }

  #keyOf(name: string): ByteString {
    return ofText(this.#prefix + name);
  }
}

function ifValue(
  key: ByteString,
  value: ByteString,
  then: readonly Operation[],
  otherwise: readonly Operation[],
): NestedTransaction {
  const isSame: Check = { range: { key }, target: 'value', is: '=', to: value };
  return { kind: 'transaction', checks: [isSame], then, else: otherwise };
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
