// The log: append, compare-and-append, look at the tail, read on from where one was.

import { textOf, utf8 } from '../../src/log/binary.ts';
import type { HistoryEntry } from '../checker/history.ts';
import { type CheckedOperation, isLinearizable } from '../checker/linearizability.ts';
import { type LogInput, type LogOutput, logModel } from '../checker/models.ts';
import { type PositionedOperation, positionOrderFaults } from '../checker/position-order.ts';
import type { SeededRandom } from './seeded-random.ts';
import {
  type ClientMemory,
  type DrawnOperation,
  type Evidence,
  type Haunted,
  LOG,
  type Outcome,
  type Server,
  type Workload,
} from './workload.ts';

interface AppendArguments {
  readonly texts: readonly string[];
  readonly expectedTail?: number | undefined;
}

type AppendAnswer = { kind: 'appended'; first: number } | { kind: 'refused'; tail: number };

interface ReadAnswer {
  readonly records: readonly { position: number; text: string }[];
  /** The tail, when the read reached it. */
  readonly tail: number | undefined;
}

export const logWorkload: Workload = {
  name: 'log',
  draw(client) {
    const { random } = client;
    const haunted = random.chance(0.12) ? client.haunted() : undefined;
    if (haunted) return waitForGhost(client, haunted);
    if (random.chance(0.5)) return append(client, undefined);
    if (random.chance(0.4)) return append(client, Math.max(0, client.tail + (random.chance(0.2) ? -1 : 0)));
    return random.chance(0.4) ? lookAtTail(client) : readOn(client);
  },
  verify,
};

function append(client: ClientMemory, expectedTail: number | undefined): DrawnOperation {
  const { id, random, operations } = client;
  const texts = Array.from({ length: 1 + random.below(3) }, (_, index) => `c${id}.${operations}.${index}`);
  return {
    operation: 'append',
    arguments: { texts, expectedTail } satisfies AppendArguments,
    async run({ log }): Promise<Outcome> {
      const result = await log.append(texts.map(utf8), { expectedTail });
      if (result.kind === 'failed') return result.definite ? 'nothing' : 'unknown';
      client.tail = result.kind === 'appended' ? result.last : result.tail;
      if (result.kind === 'appended') return { result: { kind: 'appended', first: result.first } };
      if (result.reason !== 'tail-mismatch') throw new Error(`refused: ${result.reason}`);
      return { result: { kind: 'refused', tail: result.tail } };
    },
  };
}

function lookAtTail(client: ClientMemory): DrawnOperation {
  return {
    operation: 'tail',
    arguments: {},
    async run({ log }): Promise<Outcome> {
      const look = await log.end();
      client.tail = look.kind === 'end' ? look.segment.tail : 0;
      return { result: { tail: client.tail } };
    },
  };
}

function readOn(client: ClientMemory): DrawnOperation {
  // On from where it was, or anew from somewhere before the tail.
  const somewhere = Math.max(0, client.tail - client.random.below(12));
  const from = client.random.chance(0.5) ? client.readUpTo : somewhere;
  return read(client, from, { recordsMax: 3, pause: shortPause });
}

/** Into that segment, and there a pause until it has been swept, perhaps, and the put has brought it back. */
function waitForGhost(client: ClientMemory, { base, inMs }: Haunted): DrawnOperation {
  return read(client, base, { recordsMax: 1, pause: (random) => inMs() + random.below(10_000) });
}

interface Pace {
  readonly recordsMax: number;
  /** How long a reader takes before it asks for the next page, in milliseconds. */
  readonly pause: (random: SeededRandom) => number;
}

function read(client: ClientMemory, from: number | undefined, pace: Pace): DrawnOperation {
  return {
    operation: 'read',
    arguments: { from: from ?? null },
    run: (server) => readAll(client, server, from, pace),
  };
}

/** Page by page with cursors, as a follower does, until the tail or a few pages. */
async function readAll(
  client: ClientMemory,
  { log, process }: Server,
  from: number | undefined,
  { recordsMax, pause }: Pace,
): Promise<Outcome> {
  const records: { position: number; text: string }[] = [];
  let result = await log.read(from, { recordsMax });
  for (let pages = 1; ; pages += 1) {
    if (result.kind === 'missing') return { result: { records, tail: from === undefined ? 0 : undefined } };
    if (result.kind === 'beyond-tail') throw new Error(`${from} is beyond the tail ${result.tail}`);
    if (result.kind === 'trimmed') {
      client.readUpTo = result.first - 1;
      return { result: { records, tail: undefined } };
    }
    records.push(...result.records.map(({ position, data }) => ({ position, text: textOf(data) })));
    client.readUpTo = result.cursor.after;
    const tail = result.upToDate ? result.cursor.after : undefined;
    if (result.upToDate || pages === 4) return { result: { records, tail } };
    await process.clock.sleep(pause(client.random));
    result = await log.read(result.cursor, { recordsMax });
  }
}

/** A reader may take its time between two pages. */
function shortPause(random: SeededRandom): number {
  return random.chance(0.3) ? random.below(2_700_000) : 0;
}

function verify({ history, nothing, witness }: Evidence): string[] {
  const order = witness.order(LOG).map((record) => textOf(record.data));
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
  // The search can take very long where there is nothing to be found, so only what all else has passed goes there.
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
