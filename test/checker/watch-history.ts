// Judges watches of keys against a replay of the log: every change after the place where the watch began, in
// order and once, up to where it says that it is; and no end without a reason.

import type { WatchEvent } from '../../src/api/watch.ts';
import { shown } from '../../src/coordination/key-values.ts';
import { toText } from '../../src/encoding/byte-string.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { TimedRecord } from './lock-replay.ts';

/** An event, and the tail of the log as it was told. */
export interface ToldEvent {
  readonly event: WatchEvent;
  readonly tail: number;
  /** Positions up to here may be unknown at this moment: compacted, or without a snapshot before them. */
  readonly forgotten: number;
}

export interface WatchRecord {
  readonly prefix: string;
  readonly after: number | undefined;
  readonly tailAtCall: number;
  /** The true time of the call. */
  readonly atMs: number;
  /** The watcher takes its time between two events, so it cannot say how late they came. */
  readonly isSlow: boolean;
  readonly told: ToldEvent[];
  /** The true time at which the watcher had enough, and had told all that it was told. */
  endedAtMs: number | undefined;
}

interface ReplayedChange {
  readonly position: number;
  readonly atMs: number;
  /** As in the event. */
  readonly text: string;
  readonly key: string;
}

const KEY_PREFIX = 'key/';

export class WatchReplay {
  readonly changes: ReplayedChange[] = [];
  /** By position: what had been compacted then. */
  readonly #compacted: number[] = [0];
  readonly state = kernel.empty();

  constructor(records: readonly TimedRecord[]) {
    for (const [index, { timeMs, appendedAtMs, data }] of records.entries()) {
      const position = index + 1;
      if (data.length > 0) this.#apply({ position, timeMs }, appendedAtMs, data);
      this.#compacted[position] = this.state.compacted;
    }
  }

  compactedAt(position: number): number {
    return this.#compacted[position] ?? 0;
  }

  #apply(at: { position: number; timeMs: number }, atMs: number, data: Uint8Array): void {
    for (const { key: stored, before, after } of kernel.apply(this.state, at, kernel.decodeCommand(data))
      .changes) {
      if (!stored.startsWith(KEY_PREFIX)) continue;
      const key = toText(stored).slice(KEY_PREFIX.length);
      const { position } = at;
      const text = textOfChange({
        kind: 'change',
        position,
        key,
        before: before && shown(before),
        after: after && shown(after),
      });
      this.changes.push({ position, atMs, key, text });
    }
  }
}

function textOfChange(event: WatchEvent): string {
  return JSON.stringify(event, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value));
}

/** What is wrong, or nothing. @param promptMs how late an event may be; undefined where it may be late */
export function watchFaults(record: WatchRecord, truth: WatchReplay, promptMs?: number): string[] {
  const { prefix, after, tailAtCall, told, endedAtMs } = record;
  const what = `a watch of '${prefix}' after ${after}`;
  const [first] = told;
  if (!first) {
    const isLate = promptMs !== undefined && endedAtMs !== undefined && endedAtMs - record.atMs > promptMs;
    return isLate && !record.isSlow ? [`${what} never began`] : [];
  }
  const future = told.find(({ event, tail }) => 'position' in event && event.position > tail);
  if (future) return [`${what} told ${textOfChange(future.event)} when the tail was ${future.tail}`];
  if (first.event.kind === 'gone') return goneFaults(what, after ?? tailAtCall, first, truth);
  if (after !== undefined && after < truth.compactedAt(tailAtCall))
    return [`${what} tells what was compacted before it began`];
  const start = after ?? ('position' in first.event ? first.event.position : 0);
  if (after === undefined && start < tailAtCall)
    return [`${what} began at ${start}, and not at ${tailAtCall}`];
  const place = placeOf(told, start);
  const expected = truth.changes.filter(({ position, key }) => position > start && key.startsWith(prefix));
  const changes = told.filter(({ event }) => event.kind === 'change').map(({ event }) => textOfChange(event));
  for (const [index, text] of changes.entries()) {
    if (text !== expected[index]?.text)
      return [`${what} told ${text}, where a replay says ${expected[index]?.text}`];
  }
  const missing = expected[changes.length];
  if (missing && missing.position <= place)
    return [`${what} says that it is at ${place}, without ${missing.text}`];
  const last = told.at(-1);
  if (last?.event.kind === 'gone') return goneFaults(what, place, last, truth);
  if (promptMs === undefined || record.isSlow || endedAtMs === undefined || !missing) return [];
  const lateMs = endedAtMs - Math.max(missing.atMs, record.atMs);
  if (lateMs <= promptMs) return [];
  return [`${what} at ${place} was not told ${missing.text} for ${Math.round(lateMs)} ms`];
}

function placeOf(told: readonly ToldEvent[], start: number): number {
  const progress = told.findLast(({ event }) => event.kind === 'progress')?.event;
  return progress?.kind === 'progress' ? progress.position : start;
}

/** What came after the place must be unknown in truth, and known after what the watch names instead. */
function goneFaults(
  what: string,
  place: number,
  { event, tail, forgotten }: ToldEvent,
  truth: WatchReplay,
): string[] {
  if (event.kind !== 'gone') return [];
  const unknown = Math.max(forgotten, truth.compactedAt(tail));
  if (place >= unknown) return [`${what} says at ${place} that it is gone, where only ${unknown} is unknown`];
  if (event.earliest <= place) return [`${what} is at ${place}, and names ${event.earliest} to go on from`];
  return [];
}
