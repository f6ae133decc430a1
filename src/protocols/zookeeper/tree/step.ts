// What one command changes, kept so that all of it can be taken back.

import type { At } from '../../../state-machine/state-machine.ts';
import type { Identity } from './acl.ts';
import { type Counted, firstStatistics, moreStatistics } from './quota.ts';
import type { Change } from './result.ts';
import type { TreeState } from './state.ts';
import type { Znode } from './znode.ts';

/** The client that writes. */
export interface Writer {
  readonly session: bigint;
  readonly identities: readonly Identity[];
}

interface Written {
  readonly before: Znode | undefined;
  readonly after: Znode | undefined;
}

export class Step {
  readonly state: TreeState;
  readonly at: At;
  /** What watchers are told. */
  readonly changes: Change[] = [];
  /** In the order in which it was done. */
  readonly #written: Written[] = [];

  constructor(state: TreeState, at: At) {
    this.state = state;
    this.at = at;
  }

  /** @param parent the znode above it, as it is now */
  create(node: Znode, parent: Znode): void {
    this.#put(node, undefined);
    const after: Znode = {
      ...parent,
      pzxid: this.at.position,
      childrenCreated: (parent.childrenCreated + 1) | 0,
      numChildren: parent.numChildren + 1,
    };
    this.#put(after, parent);
    this.#count(firstStatistics(this.state, node));
    this.#count(moreStatistics(this.state, node.path, 1, bytesOf(node)));
    this.changes.push({ kind: 'created', path: node.path, acl: node.acl.acl }, childrenChanged(parent));
  }

  delete(node: Znode, parent: Znode): void {
    this.state.delete(node);
    this.#written.push({ before: node, after: undefined });
    this.#put({ ...parent, pzxid: this.at.position, numChildren: parent.numChildren - 1 }, parent);
    this.#count(moreStatistics(this.state, node.path, -1, -bytesOf(node)));
    this.changes.push({ kind: 'deleted', path: node.path, acl: node.acl.acl }, childrenChanged(parent));
  }

  changeData(after: Znode, before: Znode): void {
    this.#put(after, before);
    this.#count(moreStatistics(this.state, after.path, 0, bytesOf(after) - bytesOf(before)));
    this.changes.push({ kind: 'data-changed', path: after.path, acl: after.acl.acl });
  }

  /** Watchers are not told. */
  putSilently(after: Znode, before: Znode): void {
    this.#put(after, before);
  }

  /** Takes everything back, what was done last first. */
  undo(): void {
    for (const { before, after } of this.#written.reverse()) {
      if (before) this.state.put(before, after);
      else if (after) this.state.delete(after);
    }
    this.#written.length = 0;
    this.changes.length = 0;
  }

  #count(counted: Counted | undefined): void {
    if (counted) this.#put(counted.after, counted.before);
  }

  #put(after: Znode, before: Znode | undefined): void {
    this.state.put(after, before);
    this.#written.push({ before, after });
  }
}

function bytesOf({ data }: Znode): number {
  return data?.length ?? 0;
}

function childrenChanged({ path, acl }: Znode): Change {
  return { kind: 'children-changed', path, acl: acl.acl };
}
