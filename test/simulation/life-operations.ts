// The life of a log: append to it, seal it, fence it, delete it, create it anew. On a log of its own, since the others are never ended.

import { textOf, utf8 } from '../../src/log/binary.ts';
import type { AppendResult, Changed, Failed, ReadResult, Refused } from '../../src/log/results.ts';
import type { LogRules } from '../../src/log/segment.ts';
import type { LifeInput, LifeOutput } from '../checker/life-model.ts';
import type { ClientMemory, DrawnOperation, Outcome, Server } from './workload.ts';

/** `texts` are those of the records of an append: by them it can be told later whether it has happened. */
export interface LifeArguments {
  readonly input: LifeInput;
  readonly texts: readonly string[];
  readonly from?: number;
}

export interface LifeAnswer {
  /** Missing when a read has not reached the tail: then it says nothing about the end of the log. */
  readonly output?: LifeOutput;
  readonly records?: readonly { position: number; text: string }[];
}

export function drawLifeOperation(client: ClientMemory): DrawnOperation {
  const { random, life } = client;
  const dice = random.fraction();
  if (!life && dice < 0.4) return create(client);
  if (life?.ended && dice < 0.3) return remove(client);
  if (dice < 0.5) return append(client, false);
  if (dice < 0.53) return append(client, true);
  if (dice < 0.61) return seal(client);
  if (dice < 0.73) return fence(client);
  if (dice < 0.77) return remove(client);
  if (dice < 0.8) return create(client);
  return dice < 0.9 ? look(client) : read(client);
}

function append(client: ClientMemory, seals: boolean): DrawnOperation {
  const { random, life, lifeTail } = client;
  const texts = textsOf(client, 1 + random.below(2));
  const conditions = {
    expectedTail: random.chance(0.2) ? lifeTail : undefined,
    start: life && random.chance(0.3) ? life.start : undefined,
  };
  const token = tokenOf(client);
  const create = random.chance(0.5) ? 'never' : 'if-missing';
  const input: LifeInput = {
    kind: 'append',
    count: texts.length,
    create,
    seal: seals,
    token,
    type: null,
    ...conditions,
  };
  return operation(client, 'life-append', { input, texts }, ({ lives }) =>
    lives.append(texts.map(utf8), { ...conditions, create, seal: seals, fencingToken: token }),
  );
}

function create(client: ClientMemory): DrawnOperation {
  const { random } = client;
  const texts = textsOf(client, random.below(3));
  const seals = random.chance(0.1);
  const type = `type${random.below(3)}`;
  const input: LifeInput = { kind: 'append', count: texts.length, create: 'must-be-new', seal: seals, type };
  return operation(client, 'life-create', { input, texts }, ({ lives }) =>
    lives.create({ records: texts.map(utf8), seal: seals, contentType: type }),
  );
}

function seal(client: ClientMemory): DrawnOperation {
  const { random, life, lifeTail } = client;
  const conditions = {
    expectedTail: random.chance(0.1) ? lifeTail : undefined,
    start: life && random.chance(0.3) ? life.start : undefined,
  };
  const token = tokenOf(client);
  const input: LifeInput = { kind: 'seal', token, ...conditions };
  return operation(client, 'life-seal', { input, texts: [] }, ({ lives }) =>
    lives.seal({ ...conditions, fencingToken: token }),
  );
}

function fence(client: ClientMemory): DrawnOperation {
  const token = Math.max(0, (client.life?.fence ?? 0) + client.random.below(4) - 1);
  const input: LifeInput = { kind: 'fence', token };
  return operation(client, 'life-fence', { input, texts: [] }, ({ lives }) => lives.fence(token));
}

function remove(client: ClientMemory): DrawnOperation {
  const start = client.random.chance(0.5) ? client.life?.start : undefined;
  return operation(client, 'life-delete', { input: { kind: 'delete', start }, texts: [] }, ({ lives }) =>
    lives.delete(start),
  );
}

function look(client: ClientMemory): DrawnOperation {
  return {
    operation: 'life-look',
    arguments: { input: { kind: 'look' }, texts: [] } satisfies LifeArguments,
    async run({ lives }): Promise<Outcome> {
      const found = await lives.end();
      if (found.kind === 'missing') return answered(client, { kind: 'missing' }, undefined);
      const { tail, rules } = found.segment;
      return answered(client, there(tail, rules), rules);
    },
  };
}

/** Two pages, with time between them for the life to end and another to begin. */
function read(client: ClientMemory): DrawnOperation {
  const { random } = client;
  const from = Math.max(0, client.lifeTail - random.below(6));
  const pauseMs = random.below(3000);
  return {
    operation: 'life-read',
    arguments: { input: { kind: 'look' }, texts: [], from } satisfies LifeArguments,
    async run({ lives, process }): Promise<Outcome> {
      const first = await lives.read(from, { recordsMax: 2 });
      if (first.kind !== 'records') return { result: answerOf(first) };
      await process.clock.sleep(pauseMs);
      const { records = [] } = answerOf(first);
      const second = answerOf(await lives.read(first.cursor, { recordsMax: 4 }));
      return { result: { ...second, records: [...records, ...(second.records ?? [])] } };
    },
  };
}

function answerOf(result: ReadResult): LifeAnswer {
  if (result.kind === 'missing') return { output: { kind: 'missing' } };
  if (result.kind !== 'records') return {};
  const records = result.records.map(({ position, data }) => ({ position, text: textOf(data) }));
  return result.upToDate ? { records, output: there(result.cursor.after, result.rules) } : { records };
}

function operation(
  client: ClientMemory,
  name: string,
  args: LifeArguments,
  write: (server: Server) => Promise<AppendResult | Changed | Refused | Failed>,
): DrawnOperation {
  return {
    operation: name,
    arguments: args,
    async run(server): Promise<Outcome> {
      const result = await write(server);
      switch (result.kind) {
        case 'failed':
          return result.definite ? 'nothing' : 'unknown';
        case 'appended':
          client.lifeTail = result.last;
          return answered(
            client,
            { kind: 'appended', first: result.first, start: result.rules.start },
            result.rules,
          );
        case 'changed':
          client.lifeTail = result.tail;
          return answered(
            client,
            { kind: 'changed', tail: result.tail, start: result.rules.start },
            result.rules,
          );
        case 'refused': {
          const { reason, tail } = result;
          client.lifeTail = tail;
          return answered(client, { kind: 'refused', reason, tail }, result.rules);
        }
      }
    },
  };
}

function answered(client: ClientMemory, output: LifeOutput, rules: LogRules | undefined): Outcome {
  client.life = rules?.ended === 'deleted' ? undefined : rules;
  if (output.kind === 'there') client.lifeTail = output.tail;
  return { result: { output } satisfies LifeAnswer };
}

function there(tail: number, rules: LogRules): LifeOutput {
  const sealed = rules.ended === 'sealed';
  return {
    kind: 'there',
    tail,
    start: rules.start,
    sealed,
    fence: rules.fence ?? null,
    type: rules.contentType ?? null,
  };
}

/** Mostly the one that was last seen in force; others have gone on since, perhaps. */
function tokenOf({ random, life }: ClientMemory): number | undefined {
  return random.chance(0.9) ? life?.fence : undefined;
}

function textsOf({ id, operations }: ClientMemory, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `l${id}.${operations}.${index}`);
}
