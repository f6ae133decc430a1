// Namespaces: the list of them, the description and the deletion of one.

import type { Failed, Positioned, Rejected } from './common.ts';

export interface ListNamespacesOptions {
  /** Namespaces after this one: the last of the page before. */
  readonly startAfter?: string | undefined;
  /** The most namespaces in a page. Default: 100. */
  readonly limit?: number | undefined;
}

export type ListNamespacesResult =
  | { readonly kind: 'page'; readonly names: readonly string[]; readonly more: boolean }
  | Rejected
  | Failed;

export type DeleteNamespaceResult = { readonly kind: 'deleted' | 'not-found' } | Rejected | Failed;

/** `position` is the tail of the namespace's log. */
export interface NamespaceDescription extends Positioned {
  readonly name: string;
  /** The position that the answering process had applied before this request. */
  readonly applied: number;
  /**
   * `kernel` for what this API writes. Another one is the namespace of another protocol: `revision`, `keys`,
   * `leases`, `stateBytes`, `compactedTo` and `applied` are 0 then, for they are the kernel's.
   */
  readonly stateMachine: string;
  /** How many commands have changed a key, and one. */
  readonly revision: number;
  /** The keys of everything: of names, locks and the others, too. */
  readonly keys: number;
  readonly leases: number;
  /** The memory of the state, roughly. */
  readonly stateBytes: number;
  /** The position of the newest snapshot; undefined when there is none. */
  readonly snapshotPosition: number | undefined;
  /** Records up to this position are gone. */
  readonly trimmedTo: number;
  /** Positions before this one are not answered any more. */
  readonly compactedTo: number;
}

export type DescribeNamespaceResult =
  | ({ readonly kind: 'namespace' } & NamespaceDescription)
  | { readonly kind: 'not-found' }
  | Rejected
  | Failed;

export interface Namespaces {
  /**
   * Namespaces that were written to, in the order of their names. One that was deleted a moment ago may be
   * among them.
   */
  list(options?: ListNamespacesOptions): Promise<ListNamespacesResult>;
  /** @throws RangeError when no namespace is called that */
  describe(name: string): Promise<DescribeNamespaceResult>;
  /** Deletes all that the namespace holds. It can be written to again, and begins empty; positions go on. */
  delete(name: string): Promise<DeleteNamespaceResult>;
}
