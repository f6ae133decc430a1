// The log: append, compare-and-append, look at the tail, read on from where one was.

import { textOf, utf8 } from '../../src/encoding/binary.ts';
import { type AppendArguments, logFaults } from '../checker/log-history.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import {
  type ClientMemory,
  type DrawnOperation,
  type Haunted,
  LOG,
  type Outcome,
  type Server,
  type Workload,
} from './workload.ts';

export const logWorkload: Workload = {
  name: 'log',
  draw(client) {
    const { random } = client;
    const zombies = random.chance(0.12) ? client.zombies() : undefined;
    if (zombies) return waitForZombie(client, zombies);
    if (random.chance(0.5)) return append(client, undefined);
    if (random.chance(0.4)) return append(client, Math.max(0, client.tail + (random.chance(0.2) ? -1 : 0)));
    return random.chance(0.4) ? lookAtTail(client) : readOn(client);
  },
  verify({ history, nothing, witness }) {
    return logFaults({ history, nothing, order: witness.order(LOG).map((record) => textOf(record.data)) });
  },
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
      const look = await log.checkTail();
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
function waitForZombie(client: ClientMemory, { base, inMs }: Haunted): DrawnOperation {
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
