// The commands of the namespace's log, from some way back up to now, and new ones as they come.

import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { HistoryCommand, HistoryResource } from '../../../src/api/history.ts';
import { get, type Problem } from '../api/http.ts';
import { queryOf } from '../api/pages.ts';
import { inNamespace } from '../api/paths.ts';
import { beat, link, position } from './pulse.ts';
import { pause } from './waiting.ts';

export interface HistoryFilter {
  readonly resource: HistoryResource | undefined;
  readonly prefix: string;
}

interface Past {
  /** From the oldest to the newest. */
  readonly commands: readonly HistoryCommand[];
  /** Everything after this position has been looked at; undefined before the first answer. */
  readonly from: number | undefined;
  /** What was before `from` is no longer known. */
  readonly isGone: boolean;
  readonly problem: Problem | undefined;
}

export interface LivePast extends Past {
  readonly lookFurtherBack: () => void;
}

interface Page {
  readonly commands: readonly HistoryCommand[];
  readonly more: boolean;
  readonly next: number;
}

/** How many positions one look goes back. A server replays them. */
const STEP = 500;
const COMMANDS_MAX = 2000;
const PAGE_COMMANDS = 500;
/** A read replays the log from a snapshot, so it is not repeated for every command. */
const GAP_MS = 700;

export function useHistory(namespace: string, filter: HistoryFilter): LivePast {
  const key = JSON.stringify([namespace, filter]);
  const history = useMemo(() => new LiveHistory(namespace, filter), [key]);
  useEffect(() => history.start(), [history]);
  return { ...history.state.value, lookFurtherBack: history.lookFurtherBack };
}

class LiveHistory {
  readonly #namespace: string;
  readonly #filter: HistoryFilter;
  readonly #state = signal<Past>({ commands: [], from: undefined, isGone: false, problem: undefined });
  /** The position after which to read on. */
  #next: number | undefined;
  #isReading = false;
  #isDue = false;

  constructor(namespace: string, filter: HistoryFilter) {
    this.#namespace = namespace;
    this.#filter = filter;
  }

  get state(): ReadonlySignal<Past> {
    return this.#state;
  }

  /** @returns how to stop */
  start(): () => void {
    const ended = new AbortController();
    const stop = effect(() => {
      beat.value;
      const at = position.value;
      // The place to begin is known once the pulse is; without one, the refusal says which right is missing.
      if (at !== undefined || link.value.kind === 'polling') void this.#catchUp(at ?? 0, ended.signal);
    });
    return () => {
      stop();
      ended.abort();
    };
  }

  readonly lookFurtherBack = (): void => {
    const { from } = this.#state.value;
    if (from === undefined || from === 0) return;
    void this.#prepend(Math.max(0, from - STEP), from);
  };

  async #catchUp(at: number, ended: AbortSignal): Promise<void> {
    this.#isDue = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isDue && !ended.aborted) {
      this.#isDue = false;
      await this.#readOn(Math.max(0, at - STEP), ended);
      await pause(GAP_MS, ended);
    }
    this.#isReading = false;
  }

  async #readOn(first: number, ended: AbortSignal): Promise<void> {
    for (let isMore = true; isMore; ) {
      const after = this.#next ?? first;
      const page = await this.#page(after, ended);
      if (ended.aborted) return;
      if (page.kind === 'gone') this.#beginAt(page.earliest);
      if (page.kind !== 'page') return;
      this.#next = page.next;
      isMore = page.more;
      const { commands, from } = this.#state.value;
      this.#update({ commands: [...commands, ...page.commands].slice(-COMMANDS_MAX), from: from ?? after });
    }
  }

  /** The commands after `after`, up to those that are shown already. */
  async #prepend(after: number, before: number): Promise<void> {
    const older: HistoryCommand[] = [];
    for (let next = after; next < before; ) {
      const page = await this.#page(next, new AbortController().signal);
      if (page.kind === 'gone') this.#update({ from: page.earliest, isGone: true });
      if (page.kind !== 'page') return;
      older.push(...page.commands.filter(({ position: at }) => at <= before));
      if (!page.more) break;
      next = page.next;
    }
    this.#update({ commands: [...older, ...this.#state.value.commands], from: after });
  }

  /** The past after the place is trimmed or compacted: it begins later. */
  #beginAt(earliest: number): void {
    this.#next = earliest;
    this.#isDue = true;
    this.#update({ commands: [], from: earliest, isGone: true });
  }

  async #page(after: number, signal: AbortSignal) {
    const { resource, prefix } = this.#filter;
    const query = queryOf({ after, limit: PAGE_COMMANDS, resource, prefix });
    const outcome = await get<Page>(inNamespace(this.#namespace, `/history${query}`), signal);
    if (outcome.kind === 'answer') {
      if (!signal.aborted) this.#update({ problem: undefined });
      return { kind: 'page', ...outcome.body } as const;
    }
    const { problem } = outcome;
    const earliest = problem.members['earliest'];
    if (problem.code === 'gone' && typeof earliest === 'number') return { kind: 'gone', earliest } as const;
    if (!signal.aborted) this.#update({ problem });
    return { kind: 'problem' } as const;
  }

  #update(part: Partial<Past>): void {
    this.#state.value = { ...this.#state.value, ...part };
  }
}
