// A znode: data, an access control list, and what its Stat tells.

import type { ByteString } from '../../../encoding/byte-string.ts';
import type { SharedAcl } from './acl-table.ts';
import type { Stat } from './stat.ts';

/** When a znode goes by itself. */
export type Lifetime =
  | { readonly kind: 'persistent' }
  /** An ephemeral znode: with its session. */
  | { readonly kind: 'session'; readonly session: bigint }
  /** Some time after its last child is gone. */
  | { readonly kind: 'container' }
  /** Some time after it has had no children and no change of its data for so long. */
  | { readonly kind: 'ttl'; readonly ttlMs: number };

export const PERSISTENT: Lifetime = { kind: 'persistent' };
export const CONTAINER: Lifetime = { kind: 'container' };

/** Never changed: a write makes another one. */
export interface Znode {
  readonly path: string;
  readonly data: ByteString | null;
  readonly acl: SharedAcl;
  readonly lifetime: Lifetime;
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly ctimeMs: number;
  readonly mtimeMs: number;
  readonly version: number;
  readonly aversion: number;
  /**
   * How many children have ever been created: the number of the next sequential child. It wraps as a 32-bit
   * number does.
   */
  readonly childrenCreated: number;
  readonly numChildren: number;
}

export function statOf(node: Znode): Stat {
  const { czxid, mzxid, pzxid, ctimeMs, mtimeMs, version, aversion, lifetime, numChildren } = node;
  return {
    czxid,
    mzxid,
    ctimeMs,
    mtimeMs,
    version,
    // Each child that is not there any more was deleted, which counts, too.
    cversion: (2 * node.childrenCreated - numChildren) | 0,
    aversion,
    ephemeralOwner: lifetime.kind === 'session' ? lifetime.session : 0n,
    dataLength: node.data?.length ?? 0,
    numChildren,
    pzxid,
  };
}
