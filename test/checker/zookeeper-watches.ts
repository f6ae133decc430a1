// Which events a connection must be told, by the watches that its replies have set.

import type { Change } from '../../src/protocols/zookeeper/tree/result.ts';
import type { TreeState } from '../../src/protocols/zookeeper/tree/state.ts';
import type { Request } from '../support/zookeeper/requests.ts';

const TYPES = { created: 1, deleted: 2, 'data-changed': 3, 'children-changed': 4 } as const;

type SetWatches = Extract<Request, { op: 'set-watches' }>;

export class ExpectedWatches {
  readonly #data = new Set<string>();
  readonly #child = new Set<string>();
  readonly #persistent = new Set<string>();
  readonly #recursive = new Set<string>();

  /** What a request has set that was answered with `error`. */
  set(request: Request, error: number): void {
    if (!('path' in request) || request.path === null) return;
    const { op, path } = request;
    if (op === 'add-watch' && error === 0)
      (request.kind === 0 ? this.#persistent : this.#recursive).add(path);
    if (!('watch' in request) || !request.watch) return;
    if (op === 'exists' || (op === 'get-data' && error === 0)) this.#data.add(path);
    if ((op === 'get-children' || op === 'get-children-2') && error === 0) this.#child.add(path);
  }

  /** Sets those of an earlier connection again. Answers the events of what was missed, in the order of the lists. */
  setAgain(
    { relativeZxid, data, exist, child, persistent = [], recursive = [] }: SetWatches,
    state: TreeState,
  ) {
    const missed: string[] = [];
    for (const path of data) {
      const node = state.get(path);
      if (!node) missed.push(`2 ${path}`);
      else if (node.mzxid > relativeZxid) missed.push(`3 ${path}`);
      else this.#data.add(path);
    }
    for (const path of exist) {
      if (state.get(path)) missed.push(`1 ${path}`);
      else this.#data.add(path);
    }
    for (const path of child) {
      const node = state.get(path);
      if (!node) missed.push(`2 ${path}`);
      else if (node.pzxid > relativeZxid) missed.push(`4 ${path}`);
      else this.#child.add(path);
    }
    for (const path of persistent) this.#persistent.add(path);
    for (const path of recursive) this.#recursive.add(path);
    return missed;
  }

  /** The event of a change, as its type and its path; undefined when no watch is concerned. */
  eventOf(change: Change): string | undefined {
    if (!('path' in change)) return undefined;
    const { kind, path } = change;
    const isConcerned = this.#isConcerned(kind, path);
    if (kind === 'deleted') this.#child.delete(path);
    if (kind === 'children-changed') this.#child.delete(path);
    else this.#data.delete(path);
    return isConcerned ? `${TYPES[kind]} ${path}` : undefined;
  }

  #isConcerned(kind: keyof typeof TYPES, path: string): boolean {
    if (this.#persistent.has(path)) return true;
    if (kind === 'children-changed') return this.#child.has(path);
    if (this.#data.has(path) || (kind === 'deleted' && this.#child.has(path))) return true;
    return this.#isBelowRecursive(path);
  }

  #isBelowRecursive(path: string): boolean {
    for (let above = path; above !== ''; above = above.slice(0, above.lastIndexOf('/')))
      if (this.#recursive.has(above)) return true;
    return this.#recursive.has('/');
  }
}
