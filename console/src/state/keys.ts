// The keys under a prefix, kept up to date by the changes that the pulse tells. They are read once, and again
// when the pulse had to begin anew.

import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { get, type Problem } from '../api/http.ts';
import { listed, queryOf } from '../api/pages.ts';
import { inNamespace } from '../api/paths.ts';
import type { KeyChange, KeyEntry, Keys } from '../api/wire.ts';
import { beat, link, onKeyChange } from './pulse.ts';

export interface KeyTable {
  /** In order; undefined before the first answer. */
  readonly entries: readonly KeyEntry[] | undefined;
  /** There are more keys than the console keeps. */
  readonly more: boolean;
  readonly problem: Problem | undefined;
  /** What changed after this position has changed before the reader's eyes. */
  readonly since: number;
}

const PAGE_KEYS = 1000;
const PAGES_MAX = 5;
/** The time in which changes are put together. */
const GATHER_MS = 50;

export function useKeys(namespace: string, prefix: string): KeyTable {
  const keys = useMemo(() => new LiveKeys(namespace, prefix), [namespace, prefix]);
  useEffect(() => keys.start(), [keys]);
  return keys.state.value;
}

class LiveKeys {
  readonly #namespace: string;
  readonly #prefix: string;
  readonly #state = signal<KeyTable>({ entries: undefined, more: false, problem: undefined, since: 0 });
  #entries = new Map<string, KeyEntry>();
  /** The changes that have come while the keys were read. */
  #held: KeyChange[] | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(namespace: string, prefix: string) {
    this.#namespace = namespace;
    this.#prefix = prefix;
  }

  get state(): ReadonlySignal<KeyTable> {
    return this.#state;
  }

  /** @returns how to stop */
  start(): () => void {
    const stopListening = onKeyChange((change) => this.#take(change));
    const stopLooking = effect(() => {
      const { kind } = link.value;
      if (kind === 'live') void this.#read();
      else if (kind === 'polling' && beat.value >= 0) void this.#read();
      else if (link.value.kind === 'down') this.#fail(link.value.problem);
    });
    return () => {
      this.#isStopped = true;
      clearTimeout(this.#gathering);
      stopListening();
      stopLooking();
    };
  }

  async #read(): Promise<void> {
    const held: KeyChange[] = [];
    this.#held = held;
    let at: number | undefined;
    const outcome = await listed<Keys, KeyEntry>({
      count: PAGES_MAX,
      ask: async (next = {}) => {
        const query = queryOf({ prefix: this.#prefix, limit: PAGE_KEYS, ...next });
        const page = await get<Keys>(inNamespace(this.#namespace, `/keys${query}`));
        // All pages are of the position of the first one.
        if (page.kind === 'answer') at ??= page.position;
        return page;
      },
      rowsOf: ({ entries }) => entries,
      nextOf: ({ entries, more }) => (more ? { startAfter: entries.at(-1)?.key, at } : undefined),
    });
    // A later read has begun, or nobody looks any more.
    if (this.#held !== held || this.#isStopped) return;
    this.#held = undefined;
    if (outcome.kind === 'problem') return this.#fail(outcome.problem);
    this.#entries = new Map(outcome.body.rows.map((entry) => [entry.key, entry]));
    const since = this.#state.value.entries ? this.#state.value.since : (at ?? 0);
    for (const change of held) if (change.position > (at ?? 0)) this.#apply(change);
    this.#publish(since, outcome.body.more);
  }

  #fail(problem: Problem): void {
    this.#state.value = { ...this.#state.peek(), problem };
  }

  #take(change: KeyChange): void {
    if (!change.key.startsWith(this.#prefix)) return;
    if (this.#held) {
      this.#held.push(change);
      return;
    }
    this.#apply(change);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const { since, more } = this.#state.value;
      this.#publish(since, more);
    }, GATHER_MS);
  }

  #apply({ key, after }: KeyChange): void {
    if (after) this.#entries.set(key, after);
    else this.#entries.delete(key);
  }

  #publish(since: number, more: boolean): void {
    const entries = [...this.#entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#state.value = { entries, more, problem: undefined, since };
  }
}
