// Which znodes nobody uses any more. A server looks now and then, and proposes to delete them.

import type { DeleteUnused } from './command.ts';
import type { TreeState } from './state.ts';
import type { Znode } from './znode.ts';

/**
 * Containers whose last child is gone, and TTL znodes without children whose data was not changed for their
 * time to live. At most `limit` of them.
 *
 * @param timeMs the server's time, in milliseconds since 1970
 */
export function unusedNodes(state: TreeState, timeMs: number, limit: number): DeleteUnused['nodes'] {
  const nodes: { path: string; mzxid: number; pzxid: number }[] = [];
  for (const path of state.mortals()) {
    if (nodes.length === limit) break;
    const node = state.get(path);
    if (node && isUnused(node, timeMs)) nodes.push({ path, mzxid: node.mzxid, pzxid: node.pzxid });
  }
  return nodes;
}

function isUnused({ lifetime, numChildren, childrenCreated, mtimeMs }: Znode, timeMs: number): boolean {
  if (numChildren > 0) return false;
  if (lifetime.kind === 'container') return childrenCreated > 0;
  return lifetime.kind === 'ttl' && timeMs - mtimeMs > lifetime.ttlMs;
}
