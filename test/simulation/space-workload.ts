// A space: claim, release and look up names, and transactions on keys, through replicas.

import { BinaryWriter, textOf, utf8 } from '../../src/log/binary.ts';
import { apply } from '../../src/machine/apply.ts';
import type { CommandResult, Transaction } from '../../src/machine/command.ts';
import { decodeCommand } from '../../src/machine/command-codec.ts';
import { writeResult } from '../../src/machine/result-codec.ts';
import { State } from '../../src/machine/state.ts';
import type { Consistency } from '../../src/replica/replica.ts';
import type { HistoryEntry } from '../checker/history.ts';
import { type CheckedOperation, isLinearizable } from '../checker/linearizability.ts';
import { type NameInput, type NameOutput, nameModel } from '../checker/models.ts';
import { type PositionedOperation, positionOrderFaults } from '../checker/position-order.ts';
import type { Witness } from './witness.ts';
import {
  type ClientMemory,
  type DrawnOperation,
  type Evidence,
  type Outcome,
  SPACE,
  type Workload,
} from './workload.ts';

const NAMES = 12;
const KEYS = 5;
const KNOWN_FORMAT = 1;

interface NameArguments {
  readonly name: string;
  readonly owner: string;
  readonly requestId: string;
}

interface LookUpArguments {
  readonly name: string;
  readonly consistency: Consistency;
  readonly after: number | undefined;
}

interface Answer {
  readonly position: number;
  readonly output: NameOutput;
}

export const spaceWorkload: Workload = {
  name: 'space',
  draw(client) {
    const { random } = client;
    if (random.chance(0.35)) return changeName(client, 'claim');
    if (random.chance(0.25)) return changeName(client, 'release');
    return random.chance(0.4) ? transact(client) : lookUp(client);
  },
  verify,
};

function changeName(client: ClientMemory, kind: 'claim' | 'release'): DrawnOperation {
  const { random, id, operations } = client;
  const name = `name${random.below(NAMES)}`;
  const owner = `owner${id % 3}`;
  const requestId = `r${id}.${operations}`;
  return {
    operation: kind,
    arguments: { name, owner, requestId } satisfies NameArguments,
    async run({ names }): Promise<Outcome> {
      const result =
        kind === 'claim'
          ? await names.claim(name, owner, { requestId })
          : await names.release(name, owner, { requestId });
      if (result.kind === 'failed') return result.definite ? 'nothing' : 'unknown';
      if (result.kind === 'invalid') throw new Error(result.reason);
      client.position = Math.max(client.position, result.position);
      const refused = result.kind === 'taken' || result.kind === 'not-yours';
      const output = refused ? { kind: result.kind, holder: result.holding.owner } : { kind: result.kind };
      return { result: { position: result.position, output } };
    },
  };
}

function lookUp(client: ClientMemory): DrawnOperation {
  const { random } = client;
  const name = `name${random.below(NAMES)}`;
  const consistency = random.pick<Consistency>(['linearizable', 'linearizable', 'sequenced', 'local']);
  const after = consistency === 'local' ? client.position : undefined;
  return {
    operation: 'look-up',
    arguments: { name, consistency, after } satisfies LookUpArguments,
    async run({ names }): Promise<Outcome> {
      const result = await names.lookUp(name, { consistency, after });
      if (result.kind === 'failed' || result.kind === 'behind') return 'nothing';
      if (result.kind === 'invalid') throw new Error(result.reason);
      client.position = Math.max(client.position, result.position);
      return {
        result: { position: result.position, output: { kind: 'held-by', holder: result.value?.owner } },
      };
    },
  };
}

/** Moves a value from one key to another if both are as the client believes. */
function transact(client: ClientMemory): DrawnOperation {
  const { random, id, operations } = client;
  const key = () => `key${random.below(KEYS)}`;
  const [from, to] = [key(), key()];
  const command: Transaction = {
    kind: 'transaction',
    requestId: `r${id}.${operations}`,
    checks: [
      { target: 'version', key: from, is: random.pick(['=', '<', '>'] as const), to: random.below(4) },
    ],
    then: [
      { kind: 'delete', key: from },
      { kind: 'put', key: to, value: utf8(`v${id}.${operations}`) },
    ],
    else: [
      { kind: 'put', key: from, value: utf8('else') },
      { kind: 'list', prefix: 'key', limit: 3 },
    ],
  };
  return {
    operation: 'transaction',
    arguments: { requestId: command.requestId },
    async run({ replica }): Promise<Outcome> {
      const outcome = await replica.submit(command);
      if (outcome.kind === 'failed') return outcome.definite ? 'nothing' : 'unknown';
      if (outcome.kind === 'invalid') throw new Error(outcome.reason);
      client.position = Math.max(client.position, outcome.position);
      return { result: { position: outcome.result.position, digest: digestOf(outcome.result) } };
    },
  };
}

/** What everybody must agree on: the log of the space, replayed once more, in one process and without a network. */
interface Replayed {
  readonly state: State;
  /** By request id: the result of its first occurrence. */
  readonly results: ReadonlyMap<string, CommandResult>;
  /** By name: its holders, from a position on. */
  readonly holders: ReadonlyMap<string, { from: number; holder: string | undefined }[]>;
}

export function replay(witness: Witness): Replayed {
  const state = new State();
  const results = new Map<string, CommandResult>();
  const holders = new Map<string, { from: number; holder: string | undefined }[]>();
  for (const [index, { timeMs, data }] of witness.order(SPACE).entries()) {
    // A command of a later version, if the simulation has one: nobody goes further.
    if (data[0] !== KNOWN_FORMAT) break;
    const command = decodeCommand(data);
    const result = apply(state, { position: index + 1, timeMs, data });
    if (command.kind !== 'transaction') continue;
    if (command.requestId !== undefined && !results.has(command.requestId))
      results.set(command.requestId, result);
    for (const { key } of command.checks) {
      if (!key.startsWith('name/')) continue;
      const entry = state.get(key);
      const changes = holders.get(key) ?? [];
      changes.push({ from: index + 1, holder: entry && textOf(entry.value) });
      holders.set(key, changes);
    }
  }
  return { state, results, holders };
}

function verify({ history, nothing, witness }: Evidence): string[] {
  const truth = replay(witness);
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
  const expected = truth.results.get(requestId);
  if (!expected) return [`acknowledged, and not in the log: ${entry.operation} ${requestId}`];
  if (expected.position !== answer.position) {
    return [`${requestId} was answered at ${answer.position}, and is at ${expected.position}`];
  }
  if (entry.operation !== 'transaction') return [];
  const { digest } = entry.result as { digest: string };
  return digest === digestOf(expected) ? [] : [`${requestId} has another result than the replay`];
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
  const position = truth.results.get(requestId)?.position;
  return position === undefined ? [] : [{ what: requestId, ...times, position, kind: 'write' }];
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
  // Never answered and not in the log: it has not happened.
  if (entry.return === null && !truth.results.has(requestId)) return [];
  const kind = entry.operation === 'claim' ? 'claim' : 'release';
  const output = entry.return === null ? undefined : (entry.result as Answer).output;
  return [{ ...times, input: { kind, owner }, output }];
}

/** One spelling for equal results, whether they come from `apply` or out of a snapshot. */
function digestOf(result: CommandResult): string {
  const writer = new BinaryWriter();
  writeResult(writer, result);
  return Buffer.from(writer.finish()).toString('hex');
}
