// Judges a namespace whose log is deleted and created again, for one state machine or another: no incarnation
// has anything of another one.

import type { HistoryEntry } from './history.ts';
import { positionOrderFaults } from './position-order.ts';

/** The machine of these histories adds up texts, each of which begins with the name of its machine. */
export interface Incarnation {
  readonly machine: string;
  /** The tombstone of the one before, or 0. */
  readonly start: number;
  /** By position; undefined for what is no command. The last one may be its tombstone. */
  readonly texts: ReadonlyMap<number, string>;
}

interface SubmitArguments {
  readonly text: string;
  /** The one replica, of all that there ever were, which was asked. */
  readonly replica: string;
}

export interface RebirthAnswer {
  readonly position: number;
  /** How many texts the state has. */
  readonly count: number;
  /** Of a read: the last of them. */
  readonly last?: string | undefined;
  /** Whether the log was missing at some moment between call and answer. */
  readonly wasMissing: boolean;
}

export interface RebirthEvidence {
  readonly history: readonly HistoryEntry[];
  readonly nothing: readonly HistoryEntry[];
  readonly incarnations: readonly Incarnation[];
}

/** What is wrong, or nothing. */
export function rebirthFaults({ history, nothing, incarnations }: RebirthEvidence): string[] {
  const all = incarnations.flatMap(({ texts }) => [...texts.values()]);
  const there = new Set(all);
  const failed = nothing.filter(({ operation }) => operation === 'submit');
  return [
    ...(there.size < all.length ? ['a command is in the log twice'] : []),
    ...incarnations.flatMap(mixtureFaults),
    ...strayFaults(history, incarnations),
    ...failed
      .map(({ arguments: asked }) => (asked as SubmitArguments).text)
      .filter((text) => there.has(text))
      .map((text) => `certainly not submitted, and yet there: ${text}`),
    ...history.flatMap((entry) => answerFaults(entry, incarnations)),
    ...orderFaults(history),
  ];
}

function mixtureFaults({ machine, start, texts }: Incarnation): string[] {
  return [...texts.values()]
    .filter((text) => !text.startsWith(`${machine} `))
    .map((text) => `the incarnation at ${start} is of the machine ${machine}, and has ${text}`);
}

/**
 * A replica is one of one incarnation. Only the command that creates the log was sent before its replica had
 * seen any, and may have waited until the end of another incarnation.
 */
function strayFaults(history: readonly HistoryEntry[], incarnations: readonly Incarnation[]): string[] {
  const homes = new Map<string, number>();
  const replicaOf = new Map(
    history
      .filter(({ operation }) => operation === 'submit')
      .map(({ arguments: asked }) => [(asked as SubmitArguments).text, (asked as SubmitArguments).replica]),
  );
  return incarnations.flatMap(({ start, texts }) =>
    [...texts].flatMap(([position, text]) => {
      const replica = replicaOf.get(text) ?? text;
      const home = homes.get(replica) ?? start;
      homes.set(replica, home);
      return home === start || position === start + 1
        ? []
        : [`${replica} of the incarnation at ${home} has put ${text} into that at ${start}`];
    }),
  );
}

function answerFaults(entry: HistoryEntry, incarnations: readonly Incarnation[]): string[] {
  if (entry.return === null || entry.operation === 'delete') return [];
  const { position, count, last, wasMissing } = entry.result as RebirthAnswer;
  const what = `${entry.operation} at ${position}`;
  if (position === 0) {
    return wasMissing && count === 0 ? [] : [`${what} shows ${count} of a log that was there`];
  }
  const incarnation = incarnations.findLast(({ start }) => start <= position);
  const texts = [...(incarnation?.texts ?? [])].filter(([at]) => at <= position);
  if (texts.length !== count) return [`${what} shows ${count} texts, where a replay has ${texts.length}`];
  const [, expected] = texts.at(-1) ?? [];
  const told = entry.operation === 'submit' ? (entry.arguments as SubmitArguments).text : last;
  return told === expected ? [] : [`${what} shows ${told}, where a replay has ${expected}`];
}

function orderFaults(history: readonly HistoryEntry[]): string[] {
  return positionOrderFaults(
    history.flatMap(({ operation, call, return: end, result }) => {
      const { position } = (result ?? {}) as Partial<RebirthAnswer>;
      if (end === null || !position) return [];
      return [{ what: operation, call, return: end, position, kind: 'read' as const }];
    }),
  );
}
