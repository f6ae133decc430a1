// The watches of one kind, data or children: which watchers wait at which paths, and in which mode. One
// watcher has one mode at a path: as in 3.8, the watch that is set last counts.

import { EventType } from './wire/operation-code.ts';

export type WatchMode = 'once' | 'persistent' | 'recursive';

export class WatchManager<Watcher> {
  readonly #byPath = new Map<string, Map<Watcher, WatchMode>>();
  readonly #paths = new Map<Watcher, Set<string>>();
  #count = 0;
  #recursive = 0;

  /** All watches: a path counts once for each watcher. */
  get count(): number {
    return this.#count;
  }

  /** How many watchers there are, and how many paths are watched. */
  get sizes(): { readonly watchers: number; readonly paths: number } {
    return { watchers: this.#paths.size, paths: this.#byPath.size };
  }

  watchers(): Iterable<Watcher> {
    return this.#paths.keys();
  }

  pathsOf(watcher: Watcher): Iterable<string> {
    return this.#paths.get(watcher) ?? [];
  }

  /** Whether anybody has a watch at the path itself. */
  isWatched(path: string): boolean {
    return this.#byPath.has(path);
  }

  add(watcher: Watcher, path: string, mode: WatchMode): void {
    let modes = this.#byPath.get(path);
    if (!modes) {
      modes = new Map();
      this.#byPath.set(path, modes);
    }
    const before = modes.get(watcher);
    if (before === mode) return;
    modes.set(watcher, mode);
    if (before === 'recursive') this.#recursive -= 1;
    if (mode === 'recursive') this.#recursive += 1;
    if (before !== undefined) return;
    this.#count += 1;
    const paths = this.#paths.get(watcher);
    if (paths) paths.add(path);
    else this.#paths.set(watcher, new Set([path]));
  }

  /** Answers whether there was one. */
  remove(watcher: Watcher, path: string): boolean {
    const modes = this.#byPath.get(path);
    const mode = modes?.get(watcher);
    if (!modes || mode === undefined) return false;
    modes.delete(watcher);
    if (modes.size === 0) this.#byPath.delete(path);
    if (mode === 'recursive') this.#recursive -= 1;
    this.#count -= 1;
    const paths = this.#paths.get(watcher);
    paths?.delete(path);
    if (paths?.size === 0) this.#paths.delete(watcher);
    return true;
  }

  removeAll(watcher: Watcher): void {
    for (const path of [...this.pathsOf(watcher)]) this.remove(watcher, path);
  }

  /**
   * The watchers that a change concerns, each once. Watches that were for one event are over, also when
   * nobody is told of it.
   */
  take(path: string, type: EventType): Set<Watcher> | undefined {
    if (this.#count === 0) return undefined;
    const taken = new Set<Watcher>();
    for (const [watcher, mode] of this.#byPath.get(path) ?? []) {
      if (mode === 'recursive' && type === EventType.childrenChanged) continue;
      taken.add(watcher);
      if (mode === 'once') this.remove(watcher, path);
    }
    if (this.#recursive > 0 && type !== EventType.childrenChanged) this.#takeAbove(path, taken);
    return taken.size === 0 ? undefined : taken;
  }

  #takeAbove(path: string, taken: Set<Watcher>): void {
    for (let above = parentOf(path); above !== undefined; above = parentOf(above)) {
      for (const [watcher, mode] of this.#byPath.get(above) ?? [])
        if (mode === 'recursive') taken.add(watcher);
    }
  }
}

function parentOf(path: string): string | undefined {
  if (path === '/') return undefined;
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
