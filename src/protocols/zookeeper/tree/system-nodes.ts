// The znodes that are there from the start.

import type { ByteString } from '../../../encoding/byte-string.ts';
import { type AclTable, OPEN, type SharedAcl } from './acl-table.ts';
import { READ_ACL } from './identities.ts';
import { ROOT } from './path.ts';
import { PERSISTENT, type Znode } from './znode.ts';

const CONFIG = '/zookeeper/config';

/** With the number of their children. ZooKeeper has not counted these when it numbers children. */
const NUM_CHILDREN: ReadonlyMap<string, number> = new Map([
  [ROOT, 1],
  ['/zookeeper', 2],
  [CONFIG, 0],
  ['/zookeeper/quota', 0],
]);

export const SYSTEM_PATHS: readonly string[] = [...NUM_CHILDREN.keys()];

/** Nobody deletes a system node. */
export function isSystemPath(path: string): boolean {
  return NUM_CHILDREN.has(path);
}

export function systemNodes(acls: AclTable): Znode[] {
  return [...NUM_CHILDREN].map(([path, numChildren]) =>
    path === CONFIG
      ? systemNode(path, numChildren, acls.share(READ_ACL), -1)
      : systemNode(path, numChildren, OPEN, 0),
  );
}

function systemNode(path: string, numChildren: number, acl: SharedAcl, aversion: number): Znode {
  return {
    path,
    data: '' as ByteString,
    acl,
    lifetime: PERSISTENT,
    czxid: 0,
    mzxid: 0,
    pzxid: 0,
    ctimeMs: 0,
    mtimeMs: 0,
    version: 0,
    aversion,
    childrenCreated: 0,
    numChildren,
  };
}
