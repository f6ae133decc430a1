// Judges the incarnation of a log: what was sealed stays as it was, who was fenced off stays out, and an
// incarnation that is over does not come back.

import { textOf } from '../../src/encoding/binary.ts';
import type { HistoryEntry } from '../checker/history.ts';
import {
  type IncarnationInput,
  type IncarnationOutput,
  incarnationModel,
} from '../checker/incarnation-model.ts';
import { type CheckedOperation, isLinearizable } from '../checker/linearizability.ts';
import {
  drawIncarnationOperation,
  type IncarnationAnswer,
  type IncarnationArguments,
} from './incarnation-operations.ts';
import { type Evidence, LIVES, type Workload } from './workload.ts';

export const incarnationWorkload: Workload = { name: 'incarnation', draw: drawIncarnationOperation, verify };

function verify({ history, nothing, witness }: Evidence): string[] {
  const order = witness.order(LIVES).map((record) => textOf(record.data));
  const faults: string[] = [];
  const appended = order.filter((text) => text !== TOMBSTONE);
  if (new Set(appended).size !== appended.length) faults.push('a record is in the log twice');
  for (const { arguments: args } of nothing) {
    const { texts } = args as IncarnationArguments;
    if (texts.some((text) => order.includes(text)))
      faults.push(`certainly not appended, and yet there: ${texts}`);
  }
  const done = history.flatMap((entry) => resolve(entry, order));
  for (const one of done) faults.push(...contentFaults(one, order), ...afterSealFaults(one, order));
  faults.push(...fenceFaults(done));
  if (faults.length === 0 && !isLinearizable(done.flatMap(modelled), incarnationModel)) {
    faults.push('the history of the log that is sealed, fenced, deleted and created is not linearizable');
  }
  return faults;
}

/** A deleted log ends with it. */
export const TOMBSTONE = '';

interface Resolved {
  readonly operation: string;
  readonly call: number;
  readonly return: number;
  readonly asked: IncarnationArguments;
  /** undefined: it may have happened, or may yet. */
  readonly answer: IncarnationAnswer | undefined;
}

/**
 * An append of unknown outcome has happened if it is in the order. What has no record of its own may have, or
 * not.
 */
function resolve(entry: HistoryEntry, order: readonly string[]): Resolved[] {
  const asked = entry.arguments as IncarnationArguments;
  const { operation, call } = entry;
  if (entry.return !== null) {
    return [{ operation, call, return: entry.return, asked, answer: entry.result as IncarnationAnswer }];
  }
  if (asked.input.kind === 'look') return [];
  const unknown = { operation, call, return: Number.POSITIVE_INFINITY, asked };
  const [text] = asked.texts;
  if (text === undefined) return [{ ...unknown, answer: undefined }];
  const index = order.indexOf(text);
  if (index < 0) return [];
  const incarnation = order.lastIndexOf(TOMBSTONE, index) + 1;
  return [{ ...unknown, answer: { output: { kind: 'appended', first: index + 1, incarnation } } }];
}

function contentFaults({ asked, answer }: Resolved, order: readonly string[]): string[] {
  const { output, records = [] } = answer ?? {};
  const appended = output?.kind === 'appended' ? asked.texts : [];
  const first = output?.kind === 'appended' ? output.first : 0;
  return [
    ...appended
      .filter((text, index) => order[first - 1 + index] !== text)
      .map((text) => `acknowledged, and not in the log at its position: ${text} at ${first}`),
    ...records
      .filter(({ position, text }) => text === TOMBSTONE || order[position - 1] !== text)
      .map(
        ({ position, text }) =>
          `read ${text || 'a tombstone'} at ${position}, where ${order[position - 1]} is`,
      ),
  ];
}

/** After a tail that is final nothing comes but the tombstone. */
function afterSealFaults({ operation, asked, answer }: Resolved, order: readonly string[]): string[] {
  const tail = finalTailOf(asked, answer?.output);
  const next = tail === undefined ? undefined : order[tail];
  if (next === undefined || next === TOMBSTONE) return [];
  return [`${operation} was told that the log is sealed at ${tail}, and then came ${next}`];
}

function finalTailOf(
  { input, texts }: IncarnationArguments,
  output: IncarnationOutput | undefined,
): number | undefined {
  switch (output?.kind) {
    case 'changed':
      return input.kind === 'seal' ? output.tail : undefined;
    case 'appended':
      return input.kind === 'append' && input.seal ? output.first - 1 + texts.length : undefined;
    case 'refused':
      return output.reason === 'sealed' ? output.tail : undefined;
    case 'there':
      return output.sealed ? output.tail : undefined;
    default:
      return undefined;
  }
}

/**
 * An append with an older token than one that the same incarnation had acknowledged before, and yet it got
 * in.
 */
function fenceFaults(done: readonly Resolved[]): string[] {
  const fences = done.flatMap(({ asked: { input }, answer, return: at }) => {
    const output = answer?.output;
    if (input.kind !== 'fence' || output?.kind !== 'changed') return [];
    return [{ token: input.token, incarnation: output.incarnation, at }];
  });
  return done.flatMap(({ asked: { input, texts }, answer, call }) => {
    const output = answer?.output;
    if (input.kind !== 'append' || output?.kind !== 'appended') return [];
    const { token = -1 } = input;
    const fence = fences.find(
      (one) => one.at < call && one.incarnation === output.incarnation && one.token > token,
    );
    return fence ? [`${texts} got in with the token ${token} after ${fence.token} had been shown`] : [];
  });
}

type Checked = CheckedOperation<IncarnationInput, IncarnationOutput>;

function modelled({ call, return: end, asked, answer }: Resolved): Checked[] {
  const { input } = asked;
  if (!answer) return [{ call, return: end, input, output: undefined }];
  const { output } = answer;
  // A read that has not reached the tail says nothing about it.
  if (!output) return [];
  const operation: Checked = { call, return: end, input, output };
  return [...effectsWithoutId(operation), operation];
}

/**
 * A change without an entry has no id, so a request that is tried again, or arrives twice, takes effect
 * twice. That is harmless, but the answer is the one to the second: what the first has done comes before it,
 * in an operation of its own.
 */
function effectsWithoutId({ call, return: end, input, output }: Checked): Checked[] {
  // Fencing twice with one token is fencing once. The tail that is told may be later than the one at which
  // the fence came into force.
  const fenced = input.kind === 'fence' && output?.kind === 'changed';
  // A log that is created empty is there when the request comes for the second time.
  const created = isEmptyCreation(input) && output?.kind === 'refused' && output.reason === 'exists';
  return fenced || created ? [{ call, return: end, input, output: undefined }] : [];
}

function isEmptyCreation(input: IncarnationInput): boolean {
  return input.kind === 'append' && input.create === 'must-be-new' && input.count === 0;
}
