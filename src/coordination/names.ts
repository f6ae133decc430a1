// Unique names: a name has at most one owner, the same for every reader. Each operation is one transaction on
// the kernel.

import type { ChangeOptions, Failed, KeyReused, ReadOptions, Rejected } from '../api/common.ts';
import type {
  ClaimResult,
  ListOptions,
  ListResult,
  LookUpResult,
  NameHolder,
  Names as NamesApi,
  ReleaseResult,
} from '../api/names.ts';
import { assert } from '../assert.ts';
import { DecodeError, isLongerThan, textOf, utf8 } from '../encoding/binary.ts';
import { type ByteString, ofText, toText } from '../encoding/byte-string.ts';
import { LIST_ENTRIES_MAX, OWNER_BYTES_MAX } from '../limits.ts';
import type { SubmitFailed } from '../replica/results.ts';
import type { Transaction } from '../state-machine/kernel/command.ts';
import type { Entry } from '../state-machine/kernel/entry.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import type { OperationResult } from '../state-machine/kernel/result.ts';
import type { Kernel } from './kernel.ts';
import { nameKey, nameOfKey } from './keys.ts';
import { rangeAfter } from './page.ts';
import { type CanonicalName, type CanonicalPrefix, canonicalName, canonicalPrefix } from './username.ts';

const PAGE_NAMES = 100;

export class Names implements NamesApi {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** To claim one's own name again succeeds with the first position. */
  async claim(
    name: string | CanonicalName,
    owner?: string,
    options: ChangeOptions = {},
  ): Promise<ClaimResult> {
    const asked = validated(name, owner);
    if (asked.kind === 'rejected') return asked;
    const { key } = asked;
    const refused = await this.#refusedAlready(key, options, (entry) => entry !== undefined);
    if (refused?.kind === 'failed') return refused;
    if (refused) return claimRefused(refused.position, refused.entry, asked.owner);
    const result = await this.#submit({
      kind: 'transaction',
      requestId: options.idempotencyKey,
      checks: [{ target: 'version', range: { key }, is: '=', to: 0 }],
      // The answer needs only the entry as it is afterwards, also when another request wrote it.
      then: [{ kind: 'put', key, value: ofText(asked.owner), lease: '' }],
      else: [{ kind: 'get', range: { key }, limit: 1 }],
    });
    if (result.kind !== 'done') return result;
    const { position, first } = result;
    if (!result.succeeded) return claimRefused(position, first, asked.owner);
    const holder = { name: asked.name, owner: asked.owner, claimedAt: position };
    return { kind: 'claimed', position, holder };
  }

  async release(
    name: string | CanonicalName,
    owner?: string,
    options: ChangeOptions = {},
  ): Promise<ReleaseResult> {
    const asked = validated(name, owner);
    if (asked.kind === 'rejected') return asked;
    const { key } = asked;
    const isOther = (entry: Entry | undefined) => !entry || toText(entry.value) !== asked.owner;
    const refused = await this.#refusedAlready(key, options, isOther);
    if (refused?.kind === 'failed') return refused;
    if (refused) return releaseRefused(refused.position, refused.entry);
    const result = await this.#submit({
      kind: 'transaction',
      requestId: options.idempotencyKey,
      checks: [{ target: 'value', range: { key }, is: '=', to: ofText(asked.owner) }],
      then: [{ kind: 'delete', range: { key }, previous: false }],
      else: [{ kind: 'get', range: { key }, limit: 1 }],
    });
    if (result.kind !== 'done') return result;
    const { position, first } = result;
    return result.succeeded ? { kind: 'released', position } : releaseRefused(position, first);
  }

  async lookUp(name: string | CanonicalName, options: ReadOptions = {}): Promise<LookUpResult> {
    const asked = canonicalName(name);
    if (asked.kind === 'rejected') return asked;
    const result = await this.#kernel.read((state) => state.get(nameKey(asked.text)), options);
    if (result.kind !== 'read') return result;
    const { position, value: entry } = result;
    return entry ? { kind: 'held', position, holder: holderOf(entry) } : { kind: 'free', position };
  }

  async list(
    options: Omit<ListOptions, 'prefix'> & { readonly prefix?: string | CanonicalPrefix | undefined } = {},
  ): Promise<ListResult> {
    const { prefix = '', limit = PAGE_NAMES, cursor, ...reading } = options;
    const asked = canonicalPrefix(prefix);
    if (asked.kind === 'rejected') return asked;
    if (!Number.isInteger(limit) || limit < 1 || limit > LIST_ENTRIES_MAX)
      return invalid(`a page has from 1 to ${LIST_ENTRIES_MAX} names`);
    const after = cursor === undefined ? undefined : nameOfCursor(cursor);
    if (cursor !== undefined && after === undefined) return invalid('the cursor is not one of this server');
    const before = after === undefined ? undefined : nameKey(after);
    const range = rangeAfter(prefixRange(nameKey(asked.text)), before);
    const result = await this.#kernel.read((state) => state.range(range, { limit }), reading);
    if (result.kind !== 'read') return result;
    const names = result.value.entries.map(holderOf);
    const last = result.value.more ? names.at(-1) : undefined;
    return { kind: 'page', position: result.position, names, cursor: last && cursorOf(last.name) };
  }

  /**
   * A change that would be refused needs no record: a linearizable look at the tail proves the refusal as
   * well, for a fifth of the units. Looks only where this replica expects a refusal, and never for a change
   * with an idempotency key: its first answer has to be remembered.
   */
  async #refusedAlready(
    key: ByteString,
    { idempotencyKey }: ChangeOptions,
    isRefusal: (entry: Entry | undefined) => boolean,
  ): Promise<SeenAtTail | SubmitFailed | undefined> {
    if (idempotencyKey !== undefined) return undefined;
    const expected = this.#kernel.glance((state) => isRefusal(state.get(key)));
    if (!expected) return undefined;
    const look = await this.#kernel.read((state) => state.get(key));
    if (look.kind === 'failed') return look;
    assert(look.kind === 'read', 'a read that waits for no position reaches it');
    const { position, value: entry } = look;
    return isRefusal(entry) ? { kind: 'seen', position, entry } : undefined;
  }

  async #submit(
    command: Transaction,
  ): Promise<
    | { kind: 'done'; succeeded: boolean; position: number; first: Entry | undefined }
    | KeyReused
    | Rejected
    | Failed
  > {
    const outcome = await this.#kernel.transact(command);
    if (outcome.kind === 'invalid') return invalid(outcome.reason);
    if (outcome.kind === 'failed') return outcome;
    const { result } = outcome;
    if (result.kind === 'request-id-reused') return keyReused(result);
    assert(result.kind === 'transaction', `a transaction was answered with ${result.kind}`);
    const [first] = result.results;
    return { kind: 'done', succeeded: result.succeeded, position: result.position, first: entryIn(first) };
  }
}

function entryIn(result: OperationResult | undefined): Entry | undefined {
  if (result?.kind === 'put') return result.entry;
  return result?.kind === 'get' ? result.entries[0] : undefined;
}

interface SeenAtTail {
  readonly kind: 'seen';
  readonly position: number;
  readonly entry: Entry | undefined;
}

function claimRefused(position: number, entry: Entry | undefined, owner: string): ClaimResult {
  const holder = holderOf(entry);
  return { kind: holder.owner === owner ? 'already-yours' : 'taken', position, holder };
}

function releaseRefused(position: number, entry: Entry | undefined): ReleaseResult {
  if (!entry) return { kind: 'not-held', position };
  return { kind: 'not-yours', position, holder: holderOf(entry) };
}

interface Valid {
  readonly kind: 'valid';
  readonly name: string;
  readonly key: ByteString;
  readonly owner: string;
}

function validated(name: string | CanonicalName, owner: string | undefined): Valid | Rejected {
  const asked = canonicalName(name);
  if (asked.kind === 'rejected') return asked;
  if (owner === undefined) return invalid('the request needs an owner');
  const fault = ownerFault(owner);
  if (fault !== undefined) return invalid(fault);
  return { kind: 'valid', name: asked.text, key: nameKey(asked.text), owner };
}

/** The application chooses owners. They are compared byte by byte, and must be printable. */
function ownerFault(owner: string): string | undefined {
  if (owner.length === 0) return 'an owner must not be empty';
  if (!owner.isWellFormed()) return 'an owner must be well-formed Unicode';
  if (/\p{Cc}/u.test(owner)) return 'an owner must not hold control characters';
  if (isLongerThan(OWNER_BYTES_MAX, owner))
    return `an owner must not be longer than ${OWNER_BYTES_MAX} bytes`;
  return undefined;
}

function invalid(message: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message };
}

function keyReused({ position, earlier }: { position: number; earlier: number }): KeyReused {
  const message = `the idempotency key came with another request before, carried out at position ${earlier}`;
  return { kind: 'idempotency-key-reused', position, message };
}

function holderOf(entry: Entry | undefined): NameHolder {
  assert(entry, 'a name that was refused has a holder');
  return { name: nameOfKey(entry.key), owner: toText(entry.value), claimedAt: entry.created };
}

// Opaque to callers, so that its meaning can change.
function cursorOf(name: string): string {
  return Buffer.from(utf8(name)).toString('base64url');
}

function nameOfCursor(cursor: string): string | undefined {
  try {
    const name = textOf(Buffer.from(cursor, 'base64url'));
    return cursorOf(name) === cursor ? name : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
