// The live tail of a stream: its last records, and every one that is appended, by server-sent events.

import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { eventsIn } from '../api/events.ts';
import { open, type Problem } from '../api/http.ts';
import { tokenNeeded } from './session.ts';
import { pause, untilVisible, whileVisible } from './waiting.ts';

export interface StreamRecord {
  /** Of its first record. In a stream that is not JSON, a piece is of one append or several. */
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

export interface Tail {
  readonly contentType: string | undefined;
  readonly position: number | undefined;
  readonly closed: boolean;
  readonly records: readonly StreamRecord[];
  readonly problem: Problem | undefined;
  readonly isLive: boolean;
}

const BEGIN: Tail = {
  contentType: undefined,
  position: undefined,
  closed: false,
  records: [],
  problem: undefined,
  isLive: false,
};
/** How far back the tail begins. */
const BACK = 200;
const RECORDS_MAX = 1000;
const RETRY_MS = 1000;

export function useTail(path: string): Tail {
  const tail = useMemo(() => new LiveTail(path), [path]);
  useEffect(() => tail.start(), [tail]);
  return tail.state.value;
}

class LiveTail {
  readonly #path: string;
  readonly #state = signal<Tail>(BEGIN);
  /** Where to read on; undefined before the first answer. */
  #next: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get state(): ReadonlySignal<Tail> {
    return this.#state;
  }

  /** @returns how to stop */
  start(): () => void {
    return effect(() => {
      if (tokenNeeded.value !== 'no') return undefined;
      const ended = new AbortController();
      untracked(() => void this.#run(ended.signal));
      return () => ended.abort();
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await untilVisible(signal);
      const startedAt = performance.now();
      const begun = await this.#begin(signal);
      if (begun !== undefined) await whileVisible(signal, (seen) => this.#follow(begun, seen));
      if (signal.aborted) return;
      const { closed, problem } = this.#state.value;
      this.#update({ isLive: false });
      if (closed) return;
      // A connection that has lasted its time is followed by the next one at once.
      if (problem || performance.now() - startedAt < RETRY_MS) await pause(RETRY_MS, signal);
    }
  }

  /** @returns the position after which to read */
  async #begin(signal: AbortSignal): Promise<number | undefined> {
    if (this.#next !== undefined) return this.#next;
    const opened = await open('GET', `${this.#path}?offset=now`, { signal });
    if (opened.kind === 'problem') {
      this.#update({ problem: opened.problem });
      return undefined;
    }
    const { headers } = opened.response;
    const tail = positionIn(headers.get('stream-next-offset'));
    this.#update({ contentType: headers.get('content-type') ?? '', position: tail, problem: undefined });
    return Math.max(0, tail - BACK);
  }

  async #follow(after: number, signal: AbortSignal): Promise<void> {
    const path = `${this.#path}?offset=${offsetOf(after)}&live=sse`;
    const opened = await open('GET', path, { headers: { accept: 'text/event-stream' }, signal });
    if (signal.aborted) return;
    if (opened.kind === 'problem') return this.#refused(opened.problem, after);
    this.#update({ problem: undefined, isLive: true });
    let at = after;
    let data = '';
    try {
      for await (const event of eventsIn(opened.response)) {
        if (signal.aborted) return;
        if (event.event === 'data') data = event.data;
        if (event.event !== 'control') continue;
        at = this.#arrive(event.data, data, at);
        data = '';
      }
    } catch {
      // The connection broke: there is a next one.
    }
  }

  /** @returns the position up to which everything has been told */
  #arrive(control: string, data: string, after: number): number {
    const { streamNextOffset, streamClosed } = JSON.parse(control) as Control;
    const next = positionIn(streamNextOffset);
    if (data !== '') this.#append(recordsIn(data, this.#state.value.contentType ?? '', after, next));
    this.#next = next;
    this.#update({ position: next, closed: streamClosed ?? false });
    return next;
  }

  #refused(problem: Problem, after: number): void {
    // What lies so far back is trimmed, or the stream was deleted: begin with what there is.
    if (problem.code === 'offset-gone' && after !== 0) this.#next = 0;
    else if (problem.code === 'offset-gone' || problem.code === 'offset-beyond-tail') this.#next = undefined;
    this.#update({ problem });
  }

  #append(records: readonly StreamRecord[]): void {
    this.#update({ records: [...this.#state.value.records, ...records].slice(-RECORDS_MAX) });
  }

  #update(part: Partial<Tail>): void {
    this.#state.value = { ...this.#state.value, ...part };
  }
}

interface Control {
  readonly streamNextOffset: string;
  readonly streamClosed?: boolean;
}

/** In a JSON stream every record has a position of its own. */
function recordsIn(data: string, contentType: string, after: number, last: number): StreamRecord[] {
  if (!contentType.startsWith('application/json')) return [{ first: after + 1, last, text: data }];
  const values = JSON.parse(data) as unknown[];
  const first = last - values.length + 1;
  return values.map((value, index) => ({
    first: first + index,
    last: first + index,
    text: JSON.stringify(value),
  }));
}

/** `-1` is the first record that there is. */
function offsetOf(position: number): string {
  return position === 0 ? '-1' : `0000000000000000_${String(position).padStart(16, '0')}`;
}

function positionIn(offset: string | null): number {
  return Number(offset?.split('_')[1] ?? 0);
}
