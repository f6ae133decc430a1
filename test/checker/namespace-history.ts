// Judges the history of one namespace, its names and transactions, against a replay of its log.

import type { Consistency } from '../../src/api/common.ts';
import { BinaryWriter } from '../../src/encoding/binary.ts';
import { toText } from '../../src/encoding/byte-string.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { CommandResult } from '../../src/state-machine/kernel/result.ts';
import { writeResult } from '../../src/state-machine/kernel/result-codec.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';
import type { HistoryEntry } from './history.ts';
import { type CheckedOperation, isLinearizable } from './linearizability.ts';
import { type NameInput, type NameOutput, nameModel } from './models.ts';
import { type PositionedOperation, positionOrderFaults } from './position-order.ts';

const KNOWN_FORMAT = 1;

export interface NameArguments {
  readonly name: string;
  readonly owner: string;
  /** Without one, a refusal may have no record in the log. */
  readonly requestId?: string | undefined;
}

export interface LookUpArguments {
  readonly name: string;
  readonly consistency: Consistency;
  readonly after: number | undefined;
}

interface Answer {
  readonly position: number;
  readonly output: NameOutput;
}

/** The truth about a namespace: its log, replayed once more, in one process and without a network. */
export interface Replayed {
  readonly state: KernelState;
  /** By request id: the result of its first occurrence. */
  readonly results: ReadonlyMap<string, CommandResult>;
  /** By name: its holders, from a position on. */
  readonly holders: ReadonlyMap<string, { from: number; holder: string | undefined }[]>;
}

/** `records`: the log of the namespace, from its beginning. */
export function replayNamespace(records: Iterable<{ timeMs: number; data: Uint8Array }>): Replayed {
  const state = kernel.empty();
  const results = new Map<string, CommandResult>();
  const holders = new Map<string, { from: number; holder: string | undefined }[]>();
  let position = 0;
  for (const { timeMs, data } of records) {
    position += 1;
    if (data.length === 0) continue;
    // A command of a later version, if the simulation has one: nobody goes further.
    if (data[0] !== KNOWN_FORMAT) break;
    const command = kernel.decodeCommand(data);
    const { result } = kernel.apply(state, { position, timeMs }, command);
    if (command.kind !== 'transaction') continue;
    if (command.requestId !== undefined && !results.has(command.requestId))
      results.set(command.requestId, result);
    for (const { range } of command.checks) {
      const { key } = range;
      if (!key.startsWith('name/')) continue;
      const entry = state.get(key);
      const changes = holders.get(key) ?? [];
      changes.push({ from: position, holder: entry && toText(entry.value) });
      holders.set(key, changes);
    }
  }
  return { state, results, holders };
}

export interface NamespaceEvidence {
  readonly history: readonly HistoryEntry[];
  /** Operations that have certainly not been carried out. */
  readonly nothing: readonly HistoryEntry[];
  readonly truth: Replayed;
}

/** What is wrong, or nothing. */
export function namespaceFaults({ history, nothing, truth }: NamespaceEvidence): string[] {
  const faults: string[] = [];
  for (const { arguments: args } of nothing) {
    const { requestId } = args as Partial<NameArguments>;
    if (requestId !== undefined && truth.results.has(requestId)) {
      faults.push(`certainly not carried out, and yet in the log: ${requestId}`);
    }
  }
  for (const entry of history) faults.push(...answerFaults(entry, truth));
  faults.push(...positionOrderFaults(history.flatMap((entry) => positioned(entry, truth))));
  const byName = grouped(history.filter(isAboutName));
  for (const [name, entries] of byName) {
    const operations = entries.flatMap((entry) => modelled(entry, truth));
    if (!isLinearizable(operations, nameModel)) faults.push(`the history of ${name} is not linearizable`);
  }
  return faults;
}

function answerFaults(entry: HistoryEntry, truth: Replayed): string[] {
  if (entry.return === null) return [];
  const answer = entry.result as Answer;
  if (entry.operation === 'look-up') return lookUpFaults(entry, answer, truth);
  const { requestId } = entry.arguments as NameArguments;
  if (requestId === undefined) return changeFaults(entry, answer, truth);
  const expected = truth.results.get(requestId);
  if (!expected) return [`acknowledged, and not in the log: ${entry.operation} ${requestId}`];
  if (expected.position !== answer.position) {
    return [`${requestId} was answered at ${answer.position}, and is at ${expected.position}`];
  }
  if (entry.operation !== 'transaction') return [];
  const { digest } = entry.result as { digest: string };
  return digest === digestOf(expected) ? [] : [`${requestId} has another result than the replay`];
}

/** Of a claim or a release without an id: the position that it was answered with has to say the same. */
function changeFaults(entry: HistoryEntry, { position, output }: Answer, { holders }: Replayed): string[] {
  const { name, owner } = entry.arguments as NameArguments;
  const change = holders.get(`name/${name}`)?.findLast(({ from }) => from <= position);
  const what = `${entry.operation} of ${name} at ${position}: ${output.kind}`;
  if (change?.holder !== holderAfter(output, owner)) return [`${what}, and it is held by ${change?.holder}`];
  return !isChange(output) || change?.from === position
    ? []
    : [`${what}, and the log says so at ${change?.from}`];
}

function holderAfter(output: NameOutput, owner: string): string | undefined {
  if ('holder' in output) return output.holder;
  return output.kind === 'claimed' || output.kind === 'already-yours' ? owner : undefined;
}

function isChange({ kind }: NameOutput): boolean {
  return kind === 'claimed' || kind === 'released';
}

function lookUpFaults(entry: HistoryEntry, { position, output }: Answer, { holders }: Replayed): string[] {
  const { name, after } = entry.arguments as LookUpArguments;
  const change = holders.get(`name/${name}`)?.findLast(({ from }) => from <= position);
  const seen = output.kind === 'held-by' ? output.holder : undefined;
  const faults: string[] = [];
  if (seen !== change?.holder)
    faults.push(`${name} at ${position} is held by ${change?.holder}, not ${seen}`);
  if (after !== undefined && position < after)
    faults.push(`a read after ${after} was answered at ${position}`);
  return faults;
}

function positioned(entry: HistoryEntry, truth: Replayed): PositionedOperation[] {
  const times = { call: entry.call, return: entry.return ?? Number.POSITIVE_INFINITY };
  if (entry.operation === 'look-up') {
    const { consistency } = entry.arguments as LookUpArguments;
    if (entry.return === null || consistency === 'local') return [];
    return [{ what: 'a look-up', ...times, position: (entry.result as Answer).position, kind: 'read' }];
  }
  const { requestId } = entry.arguments as NameArguments;
  if (requestId === undefined) return entry.return === null ? [] : [positionedChange(entry, times)];
  const position = truth.results.get(requestId)?.position;
  return position === undefined ? [] : [{ what: requestId, ...times, position, kind: 'write' }];
}

function positionedChange(entry: HistoryEntry, times: { call: number; return: number }): PositionedOperation {
  const { position, output } = entry.result as Answer;
  const { name } = entry.arguments as NameArguments;
  const kind = isChange(output) ? 'write' : 'read';
  return { what: `${entry.operation} of ${name}`, ...times, position, kind };
}

function isAboutName(entry: HistoryEntry): boolean {
  if (entry.operation === 'transaction') return false;
  return entry.operation !== 'look-up' || (entry.arguments as LookUpArguments).consistency !== 'local';
}

function nameOf(entry: HistoryEntry): string {
  return (entry.arguments as NameArguments).name;
}

function grouped(entries: readonly HistoryEntry[]): Map<string, HistoryEntry[]> {
  const groups = new Map<string, HistoryEntry[]>();
  for (const entry of entries) groups.set(nameOf(entry), [...(groups.get(nameOf(entry)) ?? []), entry]);
  return groups;
}

function modelled(entry: HistoryEntry, truth: Replayed): CheckedOperation<NameInput, NameOutput>[] {
  const times = { call: entry.call, return: entry.return ?? Number.POSITIVE_INFINITY };
  if (entry.operation === 'look-up') {
    if (entry.return === null) return [];
    return [{ ...times, input: { kind: 'look-up' }, output: (entry.result as Answer).output }];
  }
  const { owner, requestId } = entry.arguments as NameArguments;
  // Never answered and not in the log: it has not happened. One without an id cannot be told: perhaps it
  // comes behind all others.
  if (entry.return === null && requestId !== undefined && !truth.results.has(requestId)) return [];
  const kind = entry.operation === 'claim' ? 'claim' : 'release';
  const output = entry.return === null ? undefined : (entry.result as Answer).output;
  return [{ ...times, input: { kind, owner }, output }];
}

/** One spelling for equal results, whether they come from `apply` or out of a snapshot. */
export function digestOf(result: CommandResult): string {
  // The others are never in a snapshot.
  if (result.kind !== 'transaction' && result.kind !== 'refused') return JSON.stringify(result);
  const writer = new BinaryWriter();
  writeResult(writer, result);
  return Buffer.from(writer.finish()).toString('hex');
}
