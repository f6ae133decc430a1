// The watches of all connections of a server, and the events that a change makes.

import type { Acl } from './tree/acl.ts';
import type { Change } from './tree/result.ts';
import { WatchManager, type WatchMode } from './watch-manager.ts';
import { EventType } from './wire/operation-code.ts';

export interface Watcher {
  /** @param acl of the znode: a watcher that may not read it learns nothing. Undefined: all may */
  tell(type: EventType, path: string, acl: Acl | undefined): void;
}

/** Which watches `removeWatches` and `checkWatches` mean. */
export type WatchKind = 'child' | 'data' | 'any';

export class Watches<W extends Watcher> {
  readonly #data = new WatchManager<W>();
  readonly #child = new WatchManager<W>();

  get count(): number {
    return this.#data.count + this.#child.count;
  }

  /** Sets a watch for one event, as reads and `setWatches` do. */
  once(kind: 'data' | 'child', watcher: W, path: string): void {
    (kind === 'data' ? this.#data : this.#child).add(watcher, path, 'once');
  }

  /** Sets a watch that stays. */
  add(watcher: W, path: string, mode: Exclude<WatchMode, 'once'>): void {
    this.#data.add(watcher, path, mode);
    this.#child.add(watcher, path, mode);
  }

  /** Whether anybody has one at that path: as in 3.8.0, not only the one who asks, and none above it. */
  isWatched(kind: WatchKind, path: string): boolean {
    return (
      (kind !== 'child' && this.#data.isWatched(path)) || (kind !== 'data' && this.#child.isWatched(path))
    );
  }

  /** Answers whether there was one. */
  remove(kind: WatchKind, watcher: W, path: string): boolean {
    const data = kind !== 'child' && this.#data.remove(watcher, path);
    const child = kind !== 'data' && this.#child.remove(watcher, path);
    return data || child;
  }

  removeAll(watcher: W): void {
    this.#data.removeAll(watcher);
    this.#child.removeAll(watcher);
  }

  /** Every watcher that has a watch. */
  watchers(): Set<W> {
    return new Set([...this.#data.watchers(), ...this.#child.watchers()]);
  }

  /** How many connections watch how many paths, as `wchs` tells it. */
  get sizes(): { readonly watchers: number; readonly paths: number } {
    const watchers = this.watchers();
    const paths = new Set(
      [...watchers].flatMap((one) => [...this.#data.pathsOf(one), ...this.#child.pathsOf(one)]),
    );
    return { watchers: watchers.size, paths: paths.size };
  }

  /** Tells the watchers of a change of znodes. Each is told an event once, whichever of its watches fit. */
  tell(change: Change): void {
    switch (change.kind) {
      case 'created':
        tellAll(this.#data, EventType.created, change);
        break;
      case 'data-changed':
        tellAll(this.#data, EventType.dataChanged, change);
        break;
      case 'children-changed':
        tellAll(this.#child, EventType.childrenChanged, change);
        break;
      case 'deleted': {
        const told = tellAll(this.#data, EventType.deleted, change);
        tellAll(this.#child, EventType.deleted, change, told);
        break;
      }
      case 'session-attached':
      case 'session-ended':
        break;
    }
  }
}

/** Answers the watchers that were told, or were not allowed to know. */
function tellAll<W extends Watcher>(
  watches: WatchManager<W>,
  type: EventType,
  { path, acl }: { readonly path: string; readonly acl: Acl },
  except?: ReadonlySet<W>,
): ReadonlySet<W> | undefined {
  const watchers = watches.take(path, type);
  if (watchers) for (const watcher of watchers) if (!except?.has(watcher)) watcher.tell(type, path, acl);
  return watchers;
}
