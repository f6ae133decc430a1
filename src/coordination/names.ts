// Unique names: a name has at most one owner, and everybody agrees who. Each operation is one transaction on the kernel.

import { assert } from '../assert.ts';
import { isLongerThan } from '../encoding/binary.ts';
import { type ByteString, ofText, toText } from '../encoding/byte-string.ts';
import { LIST_ENTRIES_MAX, OWNER_BYTES_MAX } from '../limits.ts';
import type { ReadOptions, StateReadResult, SubmitFailed } from '../replica/results.ts';
import type { Transaction } from '../state-machine/kernel/command.ts';
import type { Entry } from '../state-machine/kernel/entry.ts';
import { keyAfter, prefixRange } from '../state-machine/kernel/range.ts';
import type { OperationResult } from '../state-machine/kernel/result.ts';
import { type InvalidRequest, type KernelReplica, transact } from './kernel-replica.ts';
import { nameKey, nameOfKey } from './keys.ts';
import { canonicalName, canonicalPrefix } from './username.ts';

/** A name and who holds it. */
export interface NameHolding {
  /** The canonical form, under which names are compared. */
  readonly name: string;
  readonly owner: string;
  /** The position at which it was claimed. */
  readonly claimedAt: number;
}

/** The request id came with another request before. Nothing was changed. */
export interface RequestIdReused {
  readonly kind: 'request-id-reused';
  readonly position: number;
  /** Where the other one was carried out. */
  readonly earlier: number;
}

export type ClaimResult =
  | RequestIdReused
  | {
      readonly kind: 'claimed' | 'already-yours' | 'taken';
      readonly position: number;
      readonly holding: NameHolding;
    }
  | InvalidRequest
  | SubmitFailed;

export type ReleaseResult =
  | RequestIdReused
  | { readonly kind: 'released' | 'not-held'; readonly position: number; readonly name: string }
  | { readonly kind: 'not-yours'; readonly position: number; readonly holding: NameHolding }
  | InvalidRequest
  | SubmitFailed;

export type LookUpResult = StateReadResult<NameHolding | undefined> | InvalidRequest;

export interface NamePage {
  readonly names: readonly NameHolding[];
  /** Pass it as `after` for the next page; undefined at the end. */
  readonly next: string | undefined;
}

export interface ClaimOptions {
  /** The same request again under the same id gets the first answer and changes nothing. */
  readonly requestId?: string | undefined;
}

export class Names {
  readonly #replica: KernelReplica;

  constructor(replica: KernelReplica) {
    this.#replica = replica;
  }

  /** Claims the name if nobody holds it. Claiming one's own name again succeeds with the first position. */
  async claim(name: string, owner: string, options: ClaimOptions = {}): Promise<ClaimResult> {
    const asked = validated(name, owner);
    if (asked.kind === 'invalid') return asked;
    const { key, canonical } = asked;
    const refused = await this.#refusedAlready(key, options, (entry) => entry !== undefined);
    if (refused?.kind === 'failed') return refused;
    if (refused) return claimRefused(refused.position, refused.entry, owner);
    const result = await this.#submit({
      kind: 'transaction',
      requestId: options.requestId,
      checks: [{ target: 'version', range: { key }, is: '=', to: 0 }],
      // The entry as it is afterwards, whoever wrote it, is all that an answer needs.
      then: [{ kind: 'put', key, value: ofText(owner), lease: '' }],
      else: [{ kind: 'get', range: { key }, limit: 1 }],
    });
    if (result.kind !== 'done') return result;
    const { position, first } = result;
    if (result.succeeded) {
      return { kind: 'claimed', position, holding: { name: canonical, owner, claimedAt: position } };
    }
    return claimRefused(position, first, owner);
  }

  /** Gives the name up, if `owner` holds it. */
  async release(name: string, owner: string, options: ClaimOptions = {}): Promise<ReleaseResult> {
    const asked = validated(name, owner);
    if (asked.kind === 'invalid') return asked;
    const { key, canonical } = asked;
    const isOther = (entry: Entry | undefined) => !entry || toText(entry.value) !== owner;
    const refused = await this.#refusedAlready(key, options, isOther);
    if (refused?.kind === 'failed') return refused;
    if (refused) return releaseRefused(refused.position, refused.entry, canonical);
    const result = await this.#submit({
      kind: 'transaction',
      requestId: options.requestId,
      checks: [{ target: 'value', range: { key }, is: '=', to: ofText(owner) }],
      then: [{ kind: 'delete', range: { key }, previous: false }],
      else: [{ kind: 'get', range: { key }, limit: 1 }],
    });
    if (result.kind !== 'done') return result;
    const { position, first } = result;
    if (result.succeeded) return { kind: 'released', position, name: canonical };
    return releaseRefused(position, first, canonical);
  }

  /** Who holds the name; undefined when nobody does. */
  lookUp(name: string, options: ReadOptions = {}): Promise<LookUpResult> {
    const asked = canonicalName(name);
    if (asked.kind === 'invalid') return Promise.resolve(asked);
    return this.#replica.read((state) => {
      const entry = state.get(nameKey(asked.canonical));
      return entry && holdingOf(entry);
    }, options);
  }

  /** Names that begin with `prefix`, in the order of their canonical forms, after `page.after`. */
  async list(
    prefix: string,
    page: { after?: string | undefined; limit: number },
    options: ReadOptions = {},
  ): Promise<StateReadResult<NamePage> | InvalidRequest> {
    const asked = canonicalPrefix(prefix);
    if (asked.kind === 'invalid') return asked;
    assert(page.limit >= 1 && page.limit <= LIST_ENTRIES_MAX, `a page of ${page.limit} names`);
    const all = prefixRange(nameKey(asked.canonical));
    const from = page.after === undefined ? all.key : keyAfter(nameKey(page.after));
    const range = from > all.key ? { ...all, key: from } : all;
    return this.#replica.read((state) => {
      const { entries, more } = state.range(range, page);
      const names = entries.map(holdingOf);
      return { names, next: more ? names.at(-1)?.name : undefined };
    }, options);
  }

  /**
   * What would only be refused needs no record: a linearizable look at the tail proves it as well, for a fifth of the units. Asked only
   * where this replica expects a refusal, and never for a request with an id: its first answer has to be remembered.
   */
  async #refusedAlready(
    key: ByteString,
    { requestId }: ClaimOptions,
    isRefusal: (entry: Entry | undefined) => boolean,
  ): Promise<SeenAtTail | SubmitFailed | undefined> {
    if (requestId !== undefined) return undefined;
    const expected = this.#replica.glance((state) => isRefusal(state.get(key)));
    if (!expected) return undefined;
    const look = await this.#replica.read((state) => state.get(key));
    if (look.kind === 'failed') return look;
    assert(look.kind === 'read', 'a read that waits for no position reaches it');
    const { position, value: entry } = look;
    return isRefusal(entry) ? { kind: 'seen', position, entry } : undefined;
  }

  async #submit(
    command: Transaction,
  ): Promise<
    | { kind: 'done'; succeeded: boolean; position: number; first: Entry | undefined }
    | RequestIdReused
    | InvalidRequest
    | SubmitFailed
  > {
    const outcome = await transact(this.#replica, command);
    if (outcome.kind !== 'done') return outcome;
    const { result } = outcome;
    if (result.kind === 'request-id-reused') return result;
    assert(result.kind === 'transaction', `a transaction came to ${result.kind}`);
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
  const holding = holdingOf(entry);
  return { kind: holding.owner === owner ? 'already-yours' : 'taken', position, holding };
}

function releaseRefused(position: number, entry: Entry | undefined, name: string): ReleaseResult {
  if (!entry) return { kind: 'not-held', position, name };
  return { kind: 'not-yours', position, holding: holdingOf(entry) };
}

function validated(
  name: string,
  owner: string,
): { kind: 'valid'; canonical: string; key: ByteString } | InvalidRequest {
  const asked = canonicalName(name);
  if (asked.kind === 'invalid') return asked;
  const fault = ownerFault(owner);
  if (fault !== undefined) return { kind: 'invalid', reason: fault };
  return { kind: 'valid', canonical: asked.canonical, key: nameKey(asked.canonical) };
}

/** An owner is whatever the application says: compared byte by byte, only fit to be printed. */
function ownerFault(owner: string): string | undefined {
  if (owner.length === 0) return 'an owner must not be empty';
  if (!owner.isWellFormed()) return 'an owner must be well-formed Unicode';
  if (/\p{Cc}/u.test(owner)) return 'an owner must not hold control characters';
  if (isLongerThan(OWNER_BYTES_MAX, owner))
    return `an owner must not be longer than ${OWNER_BYTES_MAX} bytes`;
  return undefined;
}

function holdingOf(entry: Entry | undefined): NameHolding {
  assert(entry, 'a name that was refused has a holder');
  return { name: nameOfKey(entry.key), owner: toText(entry.value), claimedAt: entry.created };
}
