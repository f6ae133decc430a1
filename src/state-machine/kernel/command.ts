// The commands of a namespace. A command is one record of the namespace's log, and takes effect as a whole or
// not at all.

import type { ByteString } from '../../encoding/byte-string.ts';
import type { Range } from './range.ts';

export type Command = Transaction | Renew | Expire | Compact;

/** if (all checks hold) then … else … */
export interface Conditional {
  readonly checks: readonly Check[];
  readonly then: readonly Operation[];
  readonly else: readonly Operation[];
}

export interface Transaction extends Conditional {
  readonly kind: 'transaction';
  /** The same command again under the same id gets the first result and changes nothing. */
  readonly requestId?: string | undefined;
}

/** Starts the time to live of these leases again. */
export interface Renew {
  readonly kind: 'renew';
  readonly leases: readonly string[];
}

/** Ends the leases of these that have not been renewed since the proposer looked. */
export interface Expire {
  readonly kind: 'expire';
  readonly leases: readonly { readonly lease: string; readonly renewedAt: number }[];
}

/** From now on, positions before `position` are not answered. */
export interface Compact {
  readonly kind: 'compact';
  readonly position: number;
}

export type Comparison = '=' | '!=' | '<' | '>';

/** The property of an entry that a check compares. */
export type Target =
  | {
      readonly target: 'version' | 'created' | 'modified' | 'createdRevision' | 'modifiedRevision';
      readonly to: number;
    }
  /** Byte by byte. */
  | { readonly target: 'value'; readonly to: ByteString }
  | { readonly target: 'lease'; readonly to: string };

/**
 * Compares a property of every key in the range with a constant. If there is no key in the range, a key
 * that does not exist is compared: its numbers are 0 and its lease is '', and no comparison with a value
 * holds.
 *
 * All checks of a command, those of nested transactions too, are about the state before the command.
 */
export type Check = Target & { readonly range: Range; readonly is: Comparison };

/** Operations are carried out in order. Each sees the effect of those before it. */
export type Operation = Put | Delete | Get | Count | Add | PutNumbered | Grant | Revoke | NestedTransaction;

export interface Put {
  readonly kind: 'put';
  readonly key: ByteString;
  /** Undefined: the key must exist, and keeps its value. */
  readonly value: ByteString | undefined;
  /** '' for none. Undefined: the key must exist, and keeps its lease or goes on without one. */
  readonly lease: string | undefined;
}

export interface Delete {
  readonly kind: 'delete';
  readonly range: Range;
  /** Whether to answer the entries as they were: at most `RANGE_ENTRIES_MAX`, the first in key order. */
  readonly previous: boolean;
}

export interface Get {
  readonly kind: 'get';
  readonly range: Range;
  readonly limit: number;
  /** From the greatest key down. */
  readonly reverse?: boolean | undefined;
  /** Leave the values out: they are answered empty. */
  readonly only?: 'keys' | undefined;
}

interface Count {
  readonly kind: 'count';
  readonly range: Range;
}

/** Adds to a counter: a decimal number as text, 0 when the key does not exist. The key keeps its lease. */
export interface Add {
  readonly kind: 'add';
  readonly key: ByteString;
  readonly by: number;
}

/** Puts under the key that is `prefix` and the command's position in 16 digits: later ones are greater. */
export interface PutNumbered {
  readonly kind: 'put-numbered';
  readonly prefix: ByteString;
  readonly value: ByteString;
  readonly lease: string;
}

/** A lease that exists stays as it is. */
export interface Grant {
  readonly kind: 'grant';
  readonly lease: string;
  readonly ttlMs: number;
}

/** Ends the lease. */
export interface Revoke {
  readonly kind: 'revoke';
  readonly lease: string;
}

export interface NestedTransaction extends Conditional {
  readonly kind: 'transaction';
}
