// Transactions: several changes of keys as one, if all checks hold.

import type { ChangeOptions, Failed, KeyReused, Positioned, Rejected } from './common.ts';
import type { KeyEntry, LeaseNotFound } from './keys.ts';

/** One key, or all keys with a prefix. */
export type KeysOf = { readonly key: string } | { readonly prefix: string };

/**
 * Compares a property of every key with a constant. For a key that does not exist, the numbers are 0, the
 * lease is '', and no comparison with a value holds. With a prefix under which there is no key, a key that
 * does not exist is compared.
 */
export type Check = KeysOf & { readonly is: '=' | '!=' | '<' | '>' } & (
    | { readonly target: 'version' | 'created' | 'modified'; readonly to: number }
    | { readonly target: 'value'; readonly to: string | Uint8Array }
    | { readonly target: 'lease'; readonly to: string }
  );

export type Operation =
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly value: string | Uint8Array;
      readonly lease?: string | undefined;
    }
  | ({ readonly kind: 'delete' } & KeysOf)
  | ({ readonly kind: 'get'; readonly limit?: number | undefined } & KeysOf)
  /** Adds to a counter: a decimal number as text, 0 when the key does not exist. */
  | { readonly kind: 'add'; readonly key: string; readonly by: number }
  /** Puts under `prefix` and the transaction's position in 16 digits. */
  | {
      readonly kind: 'put-numbered';
      readonly prefix: string;
      readonly value: string | Uint8Array;
      readonly lease?: string | undefined;
    }
  | { readonly kind: 'grant'; readonly lease: string; readonly ttlMs: number }
  | { readonly kind: 'revoke'; readonly lease: string }
  | ({ readonly kind: 'transaction' } & Transaction);

/**
 * If all checks hold, `then`, else `else`. Checks are about the state before the transaction, those of
 * nested ones too.
 */
export interface Transaction {
  readonly checks?: readonly Check[] | undefined;
  readonly then?: readonly Operation[] | undefined;
  readonly else?: readonly Operation[] | undefined;
}

export type OperationResult =
  | { readonly kind: 'put' | 'add' | 'put-numbered'; readonly entry: KeyEntry }
  | { readonly kind: 'delete'; readonly count: number }
  | { readonly kind: 'get'; readonly entries: readonly KeyEntry[]; readonly more: boolean }
  | { readonly kind: 'grant'; readonly granted: boolean; readonly ttlMs: number }
  | { readonly kind: 'revoke'; readonly count: number }
  | ({ readonly kind: 'transaction' } & Branch);

export interface Branch {
  /** Whether all checks held. */
  readonly succeeded: boolean;
  /** The index of the first check that did not. */
  readonly failedCheck: number | undefined;
  readonly results: readonly OperationResult[];
}

export type TransactResult =
  | ({
      readonly kind: 'done' /** The results were too large to be remembered for the repeated key. */;
      readonly forgotten: boolean;
    } & Branch &
      Positioned)
  /** An operation cannot be done, so nothing was changed. `path` says which, such as `then[1]`. */
  | ({
      readonly kind: 'refused';
      readonly reason: 'key-not-found' | 'not-a-counter' | 'counter-overflow';
      readonly path: string;
    } & Positioned)
  | LeaseNotFound
  | KeyReused
  | Rejected
  | Failed;

export interface Transactions {
  /** Carries out all of the transaction or nothing. */
  transact(transaction: Transaction, options?: ChangeOptions): Promise<TransactResult>;
}
