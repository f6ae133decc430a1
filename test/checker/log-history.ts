// Judges the history of one log against what is in it: appends, looks at the tail, reads.

import type { HistoryEntry } from './history.ts';
import { type CheckedOperation, isLinearizable } from './linearizability.ts';
import { type LogInput, type LogOutput, logModel } from './models.ts';
import { type PositionedOperation, positionOrderFaults } from './position-order.ts';

export interface AppendArguments {
  readonly texts: readonly string[];
  readonly expectedTail?: number | undefined;
}

type AppendAnswer = { kind: 'appended'; first: number } | { kind: 'refused'; tail: number };

export interface ReadAnswer {
  readonly records: readonly { position: number; text: string }[];
  /** The tail, when the read reached it. */
  readonly tail: number | undefined;
}

export interface LogEvidence {
  readonly history: readonly HistoryEntry[];
  /** Operations that have certainly not been carried out. */
  readonly nothing: readonly HistoryEntry[];
  /** The records of the log: the one at position p is at index p - 1. */
  readonly order: readonly string[];
}

/** What is wrong, or nothing. */
export function logFaults({ history, nothing, order }: LogEvidence): string[] {
  const positions = new Map(order.map((text, index) => [text, index + 1]));
  const faults: string[] = [];
  if (positions.size !== order.length) faults.push('a record is in the log twice');
  for (const { arguments: args } of nothing) {
    const { texts } = args as Partial<AppendArguments>;
    if (texts?.some((text) => positions.has(text)))
      faults.push(`certainly not appended, and yet there: ${texts}`);
  }
  const resolved = history.flatMap((entry) => resolve(entry, positions, faults));
  for (const { entry } of resolved) faults.push(...contentFaults(entry, order));
  faults.push(...positionOrderFaults(resolved.flatMap(positioned)));
  // The search can take very long where there is nothing to be found, so only what all else has passed goes
  // there.
  if (faults.length > 0) return faults;
  const checked = resolved.flatMap(modelled);
  if (!isLinearizable(checked, logModel)) faults.push('the history of the log is not linearizable');
  return faults;
}

interface Resolved {
  readonly entry: HistoryEntry;
  /** What the answer was, or would have been. */
  readonly result: unknown;
}

/** An append of unknown outcome has happened if it is in the order; if not, it never will. */
function resolve(entry: HistoryEntry, positions: ReadonlyMap<string, number>, faults: string[]): Resolved[] {
  if (entry.return !== null) return [{ entry, result: entry.result }];
  if (entry.operation !== 'append') return [];
  const { texts } = entry.arguments as AppendArguments;
  const found = texts.map((text) => positions.get(text));
  const [first] = found;
  if (first === undefined && found.every((position) => position === undefined)) return [];
  const whole = found.every((position, index) => position === (first ?? 0) + index);
  if (!whole) faults.push(`an append is there in part: ${texts} at ${found}`);
  return [{ entry, result: { kind: 'appended', first } }];
}

function contentFaults(entry: HistoryEntry, order: readonly string[]): string[] {
  if (entry.return === null) return [];
  if (entry.operation === 'append') {
    const answer = entry.result as AppendAnswer;
    if (answer.kind === 'refused') return [];
    return (entry.arguments as AppendArguments).texts
      .filter((text, index) => order[answer.first - 1 + index] !== text)
      .map((text) => `acknowledged, and not in the log at its position: ${text} at ${answer.first}`);
  }
  if (entry.operation !== 'read') return [];
  return (entry.result as ReadAnswer).records
    .filter(({ position, text }) => order[position - 1] !== text)
    .map(({ position, text }) => `read ${text} at ${position}, where ${order[position - 1]} is`);
}

function positioned({ entry, result }: Resolved): PositionedOperation[] {
  const times = { call: entry.call, return: entry.return ?? Number.POSITIVE_INFINITY };
  if (entry.operation === 'append') {
    const answer = result as AppendAnswer;
    if (answer.kind === 'refused')
      return [{ what: 'a refusal', ...times, position: answer.tail, kind: 'read' }];
    const { texts } = entry.arguments as AppendArguments;
    const last = answer.first + texts.length - 1;
    return [{ what: `the append of ${texts}`, ...times, position: answer.first, last, kind: 'write' }];
  }
  const { tail } = result as ReadAnswer;
  return tail === undefined ? [] : [{ what: `a ${entry.operation}`, ...times, position: tail, kind: 'read' }];
}

function modelled({ entry, result }: Resolved): CheckedOperation<LogInput, LogOutput>[] {
  const times = { call: entry.call, return: entry.return ?? Number.POSITIVE_INFINITY };
  if (entry.operation === 'append') {
    const { texts, expectedTail } = entry.arguments as AppendArguments;
    return [
      { ...times, input: { kind: 'append', count: texts.length, expectedTail }, output: result as LogOutput },
    ];
  }
  const { tail } = result as ReadAnswer;
  return tail === undefined ? [] : [{ ...times, input: { kind: 'tail' }, output: { kind: 'tail', tail } }];
}
