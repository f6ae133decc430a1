// Namespaces: the list of them, and the deletion of one.

import type { Failed, Rejected } from './common.ts';

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

export interface Namespaces {
  /**
   * Namespaces that were written to, in the order of their names. One that was deleted a moment ago may be
   * among them.
   */
  list(options?: ListNamespacesOptions): Promise<ListNamespacesResult>;
  /** Deletes all that the namespace holds. It can be written to again, and begins empty; positions go on. */
  delete(name: string): Promise<DeleteNamespaceResult>;
}
