// The znodes and sessions of a namespace: the outcome of its log up to one position.

import { type SortedMap, sortedMap } from '../../../state-machine/sorted-map.ts';
import { AclTable } from './acl-table.ts';
import { prefixOfChildren, ROOT } from './path.ts';
import { quotaPathOf } from './quota-paths.ts';
import type { Session } from './session.ts';
import { systemNodes } from './system-nodes.ts';
import type { Znode } from './znode.ts';

/** The memory of a znode without its path and data, as measured on V8. */
const ZNODE_BYTES = 300;
/** Of a znode that an index has, too. */
const INDEXED_BYTES = 70;
const SESSION_BYTES = 200;

/** The present version of a znode. A slot that a snapshot may have is left as it is. */
interface Slot {
  node: Znode;
  readonly epoch: number;
}

export class TreeState {
  readonly acls = new AclTable();
  readonly sessions = new Map<bigint, Session>();
  /** By path: most look-ups need no order. */
  readonly #slots = new Map<string, Slot>();
  /** In the order of their paths. A parent is before its children, but not always just before them. */
  readonly #order: SortedMap<string, Slot> = sortedMap();
  /** How often the znodes were frozen. */
  #epoch = 0;
  /** The ephemeral znodes of each session that has some. */
  readonly #ephemerals = new Map<bigint, Set<string>>();
  /** Containers and TTL znodes. */
  readonly #mortals = new Set<string>();
  /** What has a quota: the path `/a` when there is `/zookeeper/quota/a/zookeeper_limits`. */
  readonly #quotas = new Set<string>();
  #ephemeralCount = 0;
  #characters = 0;

  /** A tree as it is before the first command. */
  static initial(): TreeState {
    const state = new TreeState();
    for (const node of systemNodes(state.acls)) state.put(node, undefined);
    return state;
  }

  /** The root has the path `/` and, as the parent of its children, the empty path. */
  get(path: string): Znode | undefined {
    return this.#slots.get(path === '' ? ROOT : path)?.node;
  }

  /** @param before the znode that is there now */
  put(node: Znode, before: Znode | undefined): void {
    this.#setSlot(node);
    this.#characters += node.data?.length ?? 0;
    if (!before) {
      this.#characters += node.path.length;
      this.#index(node);
    } else {
      this.#characters -= before.data?.length ?? 0;
    }
    if (before?.acl === node.acl) return;
    this.acls.retain(node.acl);
    if (before) this.acls.release(before.acl);
  }

  #setSlot(node: Znode): void {
    const slot = this.#slots.get(node.path);
    if (slot?.epoch === this.#epoch) {
      slot.node = node;
      return;
    }
    const fresh: Slot = { node, epoch: this.#epoch };
    this.#slots.set(node.path, fresh);
    this.#order.set(node.path, fresh);
  }

  delete(node: Znode): void {
    this.#slots.delete(node.path);
    this.#order.delete(node.path);
    this.#characters -= node.path.length + (node.data?.length ?? 0);
    this.acls.release(node.acl);
    const { lifetime, path } = node;
    if (lifetime.kind === 'session') this.#forgetEphemeral(lifetime.session, path);
    else this.#mortals.delete(path);
    const quotaPath = quotaPathOf(path);
    if (quotaPath !== undefined) this.#quotas.delete(quotaPath);
  }

  #index({ lifetime, path }: Znode): void {
    if (lifetime.kind === 'session') this.#rememberEphemeral(lifetime.session, path);
    else if (lifetime.kind !== 'persistent') this.#mortals.add(path);
    const quotaPath = quotaPathOf(path);
    if (quotaPath !== undefined) this.#quotas.add(quotaPath);
  }

  #rememberEphemeral(session: bigint, path: string): void {
    const paths = this.#ephemerals.get(session);
    if (paths) paths.add(path);
    else this.#ephemerals.set(session, new Set([path]));
    this.#ephemeralCount += 1;
  }

  #forgetEphemeral(session: bigint, path: string): void {
    const paths = this.#ephemerals.get(session);
    if (!paths?.delete(path)) return;
    this.#ephemeralCount -= 1;
    if (paths.size === 0) this.#ephemerals.delete(session);
  }

  /** In the order of their paths. */
  ephemeralsOf(session: bigint): string[] {
    return [...(this.#ephemerals.get(session) ?? [])].sort();
  }

  /** The names of the children, in their order. */
  childNamesOf(path: string): string[] {
    const prefix = prefixOfChildren(path);
    const names: string[] = [];
    let from: string | undefined = prefix;
    while (from !== undefined) from = this.#addChildNames(prefix, from, names);
    return names;
  }

  /** Adds names until it comes to a grandchild. Answers where the next child may be. */
  #addChildNames(prefix: string, from: string, names: string[]): string | undefined {
    for (const path of this.#order.keys(from)) {
      if (path === ROOT) continue;
      if (!path.startsWith(prefix)) return undefined;
      const slash = path.indexOf('/', prefix.length);
      if (slash !== -1) return path.slice(0, slash) + AFTER_SLASH;
      names.push(path.slice(prefix.length));
    }
    return undefined;
  }

  /** The znodes below `path`, in the order of their paths. The state must not change meanwhile. */
  *descendantsOf(path: string): Generator<Znode, void, undefined> {
    const prefix = prefixOfChildren(path);
    for (const { node } of this.#order.values(prefix)) {
      if (!node.path.startsWith(prefix)) return;
      if (node.path !== ROOT) yield node;
    }
  }

  /** The longest path with a quota that is `path` or above it. */
  quotaAbove(path: string): string | undefined {
    if (this.#quotas.size === 0) return undefined;
    for (let above = path; above !== ''; above = above.slice(0, above.lastIndexOf('/'))) {
      if (this.#quotas.has(above)) return above;
    }
    return undefined;
  }

  /** The paths of containers and TTL znodes. */
  mortals(): Iterable<string> {
    return this.#mortals;
  }

  /** The znodes as they are now, in the order of their paths, whatever changes later. */
  frozenNodes(): Iterable<Znode> {
    this.#epoch += 1;
    return nodesOf(this.#order.clone().values());
  }

  get nodeCount(): number {
    return this.#slots.size;
  }

  get ephemeralCount(): number {
    return this.#ephemeralCount;
  }

  /** Of all paths and data. */
  get characters(): number {
    return this.#characters;
  }

  /** The memory of the state, roughly. */
  get bytes(): number {
    const indexed = this.#ephemeralCount + this.#mortals.size;
    const nodes = this.#slots.size * ZNODE_BYTES + this.#characters + indexed * INDEXED_BYTES;
    return nodes + this.acls.bytes + this.sessions.size * SESSION_BYTES;
  }
}

/** What follows the slash in the order of characters. */
const AFTER_SLASH = '0';

function* nodesOf(slots: Iterable<Slot>): Generator<Znode, void, undefined> {
  for (const { node } of slots) yield node;
}
