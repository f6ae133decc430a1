// The operations of a client of the soak, over HTTP: on a stream, and on the names of a namespace.

import type { Consistency } from '../../src/api/common.ts';
import type { AppendArguments, ReadAnswer } from '../checker/log-history.ts';
import type { LookUpArguments, NameArguments } from '../checker/namespace-history.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Asked, Chapter, Outcome } from './chapter.ts';
import { type Answer, ask, otherwise } from './requests.ts';

/** What a client remembers of a chapter. */
export interface Memory {
  readonly id: number;
  readonly random: SeededRandom;
  readonly chapter: Chapter;
  operations: number;
  /** Of the stream, as it was last told. */
  tail: number;
  /** Of the namespace: the last position that it was told. */
  position: number;
}

export interface Drawn extends Asked {
  /** The request may be sent again after an unknown outcome. */
  readonly repeatable: boolean;
  run(url: string): Promise<Outcome>;
}

const NAMES = 10;
const OWNERS = 4;
const JSON_TYPE = { 'content-type': 'application/json' };

export function draw(memory: Memory): Drawn {
  const { random } = memory;
  memory.operations += 1;
  if (random.chance(0.35)) return append(memory, undefined);
  if (random.chance(0.15)) return append(memory, memory.tail);
  if (random.chance(0.15)) return lookAtTail(memory);
  if (random.chance(0.2)) return read(memory);
  if (random.chance(0.5)) return lookUp(memory);
  return random.chance(0.7) ? changeName(memory, 'claim') : changeName(memory, 'release');
}

function append(memory: Memory, expectedTail: number | undefined): Drawn {
  const { id, random, operations, chapter } = memory;
  const texts = Array.from({ length: 1 + random.below(3) }, (_, index) => `c${id}.${operations}.${index}`);
  const condition = expectedTail === undefined ? {} : { 'if-match': `"${offsetOf(expectedTail)}"` };
  const body = JSON.stringify(texts);
  return {
    operation: 'append',
    arguments: { texts, expectedTail } satisfies AppendArguments,
    repeatable: false,
    async run(url) {
      const headers = { ...JSON_TYPE, ...condition };
      const answered = await ask(`${url}/v1/stream/${chapter.name}`, 'POST', { headers, body });
      if (typeof answered === 'string') return otherwise(answered);
      if (answered.status === 204) {
        memory.tail = tailIn(answered);
        return {
          result: { kind: 'appended', first: Number(answered.headers.get('ordinal-first-position')) },
        };
      }
      if (answered.status !== 412) return otherwise(answered);
      memory.tail = tailIn(answered);
      return { result: { kind: 'refused', tail: memory.tail } };
    },
  };
}

function lookAtTail(memory: Memory): Drawn {
  return {
    operation: 'tail',
    arguments: {},
    repeatable: false,
    async run(url) {
      const answered = await ask(`${url}/v1/stream/${memory.chapter.name}`, 'HEAD');
      if (typeof answered === 'string' || answered.status !== 200) return otherwise(answered);
      memory.tail = tailIn(answered);
      return { result: { tail: memory.tail } };
    },
  };
}

function read(memory: Memory): Drawn {
  const from = Math.max(0, memory.tail - memory.random.below(30));
  return {
    operation: 'read',
    arguments: { from },
    repeatable: false,
    async run(url) {
      const answered = await ask(`${url}/v1/stream/${memory.chapter.name}?offset=${offsetOf(from)}`, 'GET');
      if (typeof answered === 'string' || answered.status !== 200) return otherwise(answered);
      const result = readAnswer(from, answered);
      memory.tail = Math.max(memory.tail, result.tail ?? 0);
      return { result };
    },
  };
}

function readAnswer(from: number, answer: Answer): ReadAnswer {
  const records = (answer.body as string[]).map((text, index) => ({ position: from + 1 + index, text }));
  const upToDate = answer.headers.get('stream-up-to-date') === 'true';
  return { records, tail: upToDate ? tailIn(answer) : undefined };
}

function changeName(memory: Memory, kind: 'claim' | 'release'): Drawn {
  const { random, id, operations, chapter } = memory;
  const name = `name${random.below(NAMES)}`;
  const owner = `owner${id % OWNERS}`;
  const requestId = random.chance(0.5) ? `r${id}.${operations}` : undefined;
  const key = requestId === undefined ? {} : { 'idempotency-key': requestId };
  const headers = { ...JSON_TYPE, ...key };
  return {
    operation: kind,
    arguments: { name, owner, requestId } satisfies NameArguments,
    repeatable: requestId !== undefined,
    async run(url) {
      const method = kind === 'claim' ? 'PUT' : 'DELETE';
      const body = JSON.stringify({ owner });
      const answered = await ask(nameUrl(url, chapter, name), method, { headers, body });
      const output = typeof answered === 'string' ? undefined : changeOutput(kind, answered);
      return output && typeof answered !== 'string'
        ? positioned(memory, answered, output)
        : otherwise(answered);
    },
  };
}

function changeOutput(kind: 'claim' | 'release', { status, headers, body }: Answer): object | undefined {
  const code = headers.get('ordinal-code');
  if (kind === 'claim' && status === 201) return { kind: 'claimed' };
  if (kind === 'claim' && status === 200) return { kind: 'already-yours' };
  if (kind === 'release' && status === 204) return { kind: 'released' };
  if (code === 'name-not-held') return { kind: 'not-held' };
  if (code !== 'name-taken' && code !== 'name-not-yours') return undefined;
  const { holder } = body as { holder: { owner: string } };
  return { kind: code === 'name-taken' ? 'taken' : 'not-yours', holder: holder.owner };
}

function lookUp(memory: Memory): Drawn {
  const { random, chapter } = memory;
  const name = `name${random.below(NAMES)}`;
  const consistency = random.pick<Consistency>(['linearizable', 'linearizable', 'sequenced', 'local']);
  const after = consistency === 'local' ? memory.position : undefined;
  const query = `consistency=${consistency}${after === undefined ? '' : `&after=${after}`}`;
  return {
    operation: 'look-up',
    arguments: { name, consistency, after } satisfies LookUpArguments,
    repeatable: true,
    async run(url) {
      const answered = await ask(`${nameUrl(url, chapter, name)}?${query}`, 'GET');
      if (typeof answered === 'string') return otherwise(answered);
      const held = answered.status === 200;
      if (!held && answered.headers.get('ordinal-code') !== 'name-not-held') return otherwise(answered);
      const holder = held ? (answered.body as { owner: string }).owner : undefined;
      return positioned(memory, answered, { kind: 'held-by', holder });
    },
  };
}

function positioned(memory: Memory, { headers }: Answer, output: object): Outcome {
  const position = Number(headers.get('ordinal-position'));
  memory.position = Math.max(memory.position, position);
  return { result: { position, output } };
}

function nameUrl(url: string, chapter: Chapter, name: string): string {
  return `${url}/v1/namespaces/${chapter.name}/names/${name}`;
}

function tailIn({ headers }: Answer): number {
  return Number(headers.get('stream-next-offset')?.split('_')[1]);
}

function offsetOf(position: number): string {
  return `${'0'.repeat(16)}_${String(position).padStart(16, '0')}`;
}
