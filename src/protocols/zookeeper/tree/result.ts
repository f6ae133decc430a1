// What commands of the znode tree answer, and the changes that servers are told.

import type { Acl } from './acl.ts';
import type { ErrorCode } from './error-code.ts';
import type { Stat } from './stat.ts';

export type OperationResult =
  | { readonly kind: 'created'; readonly path: string; readonly stat: Stat }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'set'; readonly stat: Stat }
  | { readonly kind: 'checked' };

export type CommandResult =
  | { readonly kind: 'session'; readonly timeoutMs: number }
  /** The id of a new session is taken. */
  | { readonly kind: 'session-taken' }
  /** The session has ended, or the password is another one. */
  | { readonly kind: 'session-expired' }
  /** The session has moved to another connection. Nothing was done. */
  | { readonly kind: 'session-moved' }
  /** A command of the same connection that comes before this one is not in the log. Nothing was done. */
  | { readonly kind: 'out-of-order' }
  | { readonly kind: 'written'; readonly results: readonly OperationResult[] }
  /** Nothing was done, because the operation with this index, from 0, failed. */
  | { readonly kind: 'refused'; readonly failed: number; readonly error: ErrorCode }
  /** Of renewals, ends of sessions, and deletions by servers. */
  | { readonly kind: 'done' };

export type Change =
  | { readonly kind: 'created'; readonly path: string; readonly acl: Acl }
  | { readonly kind: 'data-changed'; readonly path: string; readonly acl: Acl }
  /** `acl` is that before the deletion. */
  | { readonly kind: 'deleted'; readonly path: string; readonly acl: Acl }
  /** A child was created or deleted. It follows the change of that child. */
  | { readonly kind: 'children-changed'; readonly path: string; readonly acl: Acl }
  | { readonly kind: 'session-attached'; readonly session: bigint; readonly attachedAt: number }
  | { readonly kind: 'session-ended'; readonly session: bigint; readonly expired: boolean };
