// The incarnation of a log: append to it, seal it, fence it, delete it, create it anew. On a log of its own,
// since the others are never ended.

import { textOf, utf8 } from '../../src/encoding/binary.ts';
import type { AppendResult, Changed, Failed, ReadResult, Refused } from '../../src/log/results.ts';
import type { LogMetadata } from '../../src/log/segment.ts';
import type { IncarnationInput, IncarnationOutput } from '../checker/incarnation-model.ts';
import type { ClientMemory, DrawnOperation, Outcome, Server } from './workload.ts';

/** `texts` are those of the records of an append: by them it can be told later whether it has happened. */
export interface IncarnationArguments {
  readonly input: IncarnationInput;
  readonly texts: readonly string[];
  readonly from?: number;
}

export interface IncarnationAnswer {
  /** Missing when a read has not reached the tail: then it says nothing about the end of the log. */
  readonly output?: IncarnationOutput;
  readonly records?: readonly { position: number; text: string }[];
}

export function drawIncarnationOperation(client: ClientMemory): DrawnOperation {
  const { random, incarnation } = client;
  const dice = random.fraction();
  if (!incarnation && dice < 0.4) return create(client);
  if (incarnation?.ended && dice < 0.3) return remove(client);
  if (dice < 0.5) return append(client, false);
  if (dice < 0.53) return append(client, true);
  if (dice < 0.61) return seal(client);
  if (dice < 0.73) return fence(client);
  if (dice < 0.77) return remove(client);
  if (dice < 0.8) return create(client);
  return dice < 0.9 ? look(client) : read(client);
}

function append(client: ClientMemory, seals: boolean): DrawnOperation {
  const { random, incarnation, incarnationTail } = client;
  const texts = textsOf(client, 1 + random.below(2));
  const conditions = {
    expectedTail: random.chance(0.2) ? incarnationTail : undefined,
    incarnation: incarnation && random.chance(0.3) ? incarnation.incarnation : undefined,
  };
  const token = tokenOf(client);
  const create = random.chance(0.5) ? 'never' : 'if-missing';
  const input: IncarnationInput = {
    kind: 'append',
    count: texts.length,
    create,
    seal: seals,
    token,
    type: null,
    ...conditions,
  };
  return operation(client, 'incarnation-append', { input, texts }, ({ incarnations }) =>
    incarnations.append(texts.map(utf8), { ...conditions, create, seal: seals, fencingToken: token }),
  );
}

function create(client: ClientMemory): DrawnOperation {
  const { random } = client;
  const texts = textsOf(client, random.below(3));
  const seals = random.chance(0.1);
  const type = `type${random.below(3)}`;
  const input: IncarnationInput = {
    kind: 'append',
    count: texts.length,
    create: 'must-be-new',
    seal: seals,
    type,
  };
  return operation(client, 'incarnation-create', { input, texts }, ({ incarnations }) =>
    incarnations.create({ records: texts.map(utf8), seal: seals, contentType: type }),
  );
}

function seal(client: ClientMemory): DrawnOperation {
  const { random, incarnation, incarnationTail } = client;
  const conditions = {
    expectedTail: random.chance(0.1) ? incarnationTail : undefined,
    incarnation: incarnation && random.chance(0.3) ? incarnation.incarnation : undefined,
  };
  const token = tokenOf(client);
  const input: IncarnationInput = { kind: 'seal', token, ...conditions };
  return operation(client, 'incarnation-seal', { input, texts: [] }, ({ incarnations }) =>
    incarnations.seal({ ...conditions, fencingToken: token }),
  );
}

function fence(client: ClientMemory): DrawnOperation {
  const token = Math.max(0, (client.incarnation?.fence ?? 0) + client.random.below(4) - 1);
  const input: IncarnationInput = { kind: 'fence', token };
  return operation(client, 'incarnation-fence', { input, texts: [] }, ({ incarnations }) =>
    incarnations.fence(token),
  );
}

function remove(client: ClientMemory): DrawnOperation {
  const incarnation = client.random.chance(0.5) ? client.incarnation?.incarnation : undefined;
  return operation(
    client,
    'incarnation-delete',
    { input: { kind: 'delete', incarnation }, texts: [] },
    ({ incarnations }) => incarnations.delete(incarnation),
  );
}

function look(client: ClientMemory): DrawnOperation {
  return {
    operation: 'incarnation-look',
    arguments: { input: { kind: 'look' }, texts: [] } satisfies IncarnationArguments,
    async run({ incarnations }): Promise<Outcome> {
      const found = await incarnations.checkTail();
      if (found.kind === 'missing') return answered(client, { kind: 'missing' }, undefined);
      const { tail, metadata } = found.segment;
      return answered(client, there(tail, metadata), metadata);
    },
  };
}

/** Two pages, with time between them for the incarnation to end and another to begin. */
function read(client: ClientMemory): DrawnOperation {
  const { random } = client;
  const from = Math.max(0, client.incarnationTail - random.below(6));
  const pauseMs = random.below(3000);
  return {
    operation: 'incarnation-read',
    arguments: { input: { kind: 'look' }, texts: [], from } satisfies IncarnationArguments,
    async run({ incarnations, process }): Promise<Outcome> {
      const first = await incarnations.read(from, { recordsMax: 2 });
      if (first.kind !== 'records') return { result: answerOf(first) };
      await process.clock.sleep(pauseMs);
      const { records = [] } = answerOf(first);
      const second = answerOf(await incarnations.read(first.cursor, { recordsMax: 4 }));
      return { result: { ...second, records: [...records, ...(second.records ?? [])] } };
    },
  };
}

function answerOf(result: ReadResult): IncarnationAnswer {
  if (result.kind === 'missing') return { output: { kind: 'missing' } };
  if (result.kind !== 'records') return {};
  const records = result.records.map(({ position, data }) => ({ position, text: textOf(data) }));
  return result.upToDate ? { records, output: there(result.cursor.after, result.metadata) } : { records };
}

function operation(
  client: ClientMemory,
  name: string,
  args: IncarnationArguments,
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
          client.incarnationTail = result.last;
          return answered(
            client,
            { kind: 'appended', first: result.first, incarnation: result.metadata.incarnation },
            result.metadata,
          );
        case 'changed':
          client.incarnationTail = result.tail;
          return answered(
            client,
            { kind: 'changed', tail: result.tail, incarnation: result.metadata.incarnation },
            result.metadata,
          );
        case 'refused': {
          const { reason, tail } = result;
          client.incarnationTail = tail;
          return answered(client, { kind: 'refused', reason, tail }, result.metadata);
        }
      }
    },
  };
}

function answered(
  client: ClientMemory,
  output: IncarnationOutput,
  metadata: LogMetadata | undefined,
): Outcome {
  client.incarnation = metadata?.ended === 'deleted' ? undefined : metadata;
  if (output.kind === 'there') client.incarnationTail = output.tail;
  return { result: { output } satisfies IncarnationAnswer };
}

function there(tail: number, metadata: LogMetadata): IncarnationOutput {
  const sealed = metadata.ended === 'sealed';
  return {
    kind: 'there',
    tail,
    incarnation: metadata.incarnation,
    sealed,
    fence: metadata.fence ?? null,
    type: metadata.contentType ?? null,
  };
}

/** Mostly the one that was last seen in force; others have gone on since, perhaps. */
function tokenOf({ random, incarnation }: ClientMemory): number | undefined {
  return random.chance(0.9) ? incarnation?.fence : undefined;
}

function textsOf({ id, operations }: ClientMemory, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `l${id}.${operations}.${index}`);
}
