// The commands of the znode tree. One command is one record, and its position is the zxid.

import type { Acl, Identity } from './acl.ts';
import type { ErrorCode } from './error-code.ts';

/** A connection holds a session from the position at which it was created or attached. */
export interface Holder {
  readonly session: bigint;
  /**
   * The position of the command that created the session or attached it last. Another number: the session has
   * moved to another connection.
   */
  readonly attachedAt: number;
}

/** Refused when the id is taken: then the server draws another one. */
export interface CreateSession {
  readonly kind: 'create-session';
  /** Random, and above 0. */
  readonly session: bigint;
  /** 16 random bytes. Whoever shows them may attach the session. */
  readonly password: Uint8Array;
  readonly timeoutMs: number;
}

/** The session goes on with the connection that sends this. Every earlier connection loses it. */
export interface AttachSession {
  readonly kind: 'attach-session';
  readonly session: bigint;
  readonly password: Uint8Array;
  /** The time-out as the client and this server have negotiated it anew. */
  readonly timeoutMs: number;
}

/**
 * The clients of these sessions were heard since the last renewal. A session that has ended or moved is
 * skipped.
 */
export interface RenewSessions {
  readonly kind: 'renew-sessions';
  readonly holders: readonly Holder[];
}

/** Ends each session that was not renewed after `renewedAt`, the renewal that the proposer has seen. */
export interface ExpireSessions {
  readonly kind: 'expire-sessions';
  readonly sessions: readonly { readonly session: bigint; readonly renewedAt: number }[];
}

/**
 * What a connection asks for, in order. A command is carried out only behind the one before it: when that was
 * lost on its way to the log, nothing that the client sent behind it happens, as in ZooKeeper.
 */
export interface InOrder {
  readonly holder: Holder;
  /** 1, 2, 3 … since the session was created or attached. */
  readonly number: number;
}

export interface CloseSession extends InOrder {
  readonly kind: 'close-session';
}

/** A request of a client that writes. It renews its session, whether it succeeds or not. */
export interface Write extends InOrder {
  readonly kind: 'write';
  /** Who the client is, at the time of the request. */
  readonly identities: readonly Identity[];
  /** All are done, or none. A request that is no multi has one. An empty multi has none. */
  readonly operations: readonly WriteOperation[];
}

export interface Create {
  readonly kind: 'create';
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: Acl | null;
  /** As on the wire; the tree refuses flags that do not exist. */
  readonly flags: number;
  /** Of a request that names one, in milliseconds. With flags that have no time to live it is refused. */
  readonly ttlMs?: number;
  /**
   * Whether a container is made. ZooKeeper goes by the type of the request, and by the flags in a multi only:
   * a `create` with the flags of a container makes a persistent znode. Default: what the flags say.
   */
  readonly isContainer?: boolean;
}

export interface Delete {
  readonly kind: 'delete';
  readonly path: string;
  /** -1: any. */
  readonly version: number;
}

export interface SetData {
  readonly kind: 'set-data';
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly version: number;
}

export interface SetAcl {
  readonly kind: 'set-acl';
  readonly path: string;
  readonly acl: Acl | null;
  /** Of the access control list; -1: any. */
  readonly version: number;
}

export interface CheckVersion {
  readonly kind: 'check';
  readonly path: string;
  readonly version: number;
}

/** In a multi: its client sent a type or flags that make this operation fail by itself. */
interface Refuse {
  readonly kind: 'refuse';
  readonly error: ErrorCode;
}

export type WriteOperation = Create | Delete | SetData | SetAcl | CheckVersion | Refuse;

/**
 * Deletes containers that are empty and TTL znodes whose time is over. Each names what the proposer has seen,
 * and stays if it has changed since.
 */
export interface DeleteUnused {
  readonly kind: 'delete-unused';
  readonly nodes: readonly { readonly path: string; readonly mzxid: number; readonly pzxid: number }[];
}

export type Command =
  | CreateSession
  | AttachSession
  | RenewSessions
  | ExpireSessions
  | CloseSession
  | Write
  | DeleteUnused;
