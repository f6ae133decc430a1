// Goal: appends of several producers share a write, and each is told what it would have been told alone. Method: what
// is sent together is compared with the same sent one by one; faults and other processes come in between.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/encoding/binary.ts';
import { PRODUCERS_PER_BATCH_MAX } from '../../src/limits.ts';
import { Log } from '../../src/log/log.ts';
import type { ProducerRequest } from '../../src/log/producers.ts';
import type { AppendResult } from '../../src/log/results.ts';
import type { Store } from '../../src/log/store.ts';
import { updateExpression } from '../../src/store/dynamodb/expressions.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';

const OPTIONS = { readTimeoutMs: 50, writeTimeoutMs: 50, segmentCapBytes: 400 };

function logOn(store: Store, segmentCapBytes = OPTIONS.segmentCapBytes): Log {
  return new Log(store, 'log', { ...OPTIONS, segmentCapBytes });
}

interface Sent {
  readonly texts: readonly string[];
  readonly producer?: ProducerRequest | undefined;
}

const send = (log: Log, { texts, producer }: Sent) => log.append(texts.map(utf8), { producer });
const by = (id: string, sequence: number, epoch = 0, texts = [`${id}${epoch}.${sequence}`]): Sent => ({
  texts,
  producer: { id, epoch, sequence },
});
const plain = (...texts: string[]): Sent => ({ texts });

/** What a caller sees of it. */
function told(result: AppendResult): unknown[] {
  if (result.kind === 'appended') return [result.first, result.last];
  return [result.kind, result.kind === 'refused' ? result.reason : result.definite];
}

async function textsIn(store: Store): Promise<string[]> {
  const read = await logOn(store).read();
  return read.kind === 'records' ? read.records.map(({ data }) => Buffer.from(data).toString()) : [];
}

const writes = ({ calls }: { calls: readonly string[] }) =>
  calls.filter((call) => call === 'update' || call === 'open').length;

describe('one write', () => {
  test('takes the requests of several producers, and plain appends between them', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    const all = [by('p', 0), plain('x', 'y'), by('q', 0, 3, ['q', 'r']), by('r', 0), plain('z')];
    const results = await Promise.all(all.map((one) => send(log, one)));
    expect(results.map(told)).toEqual([
      [1, 1],
      [2, 3],
      [4, 5],
      [6, 6],
      [7, 7],
    ]);
    expect(writes(faulty)).toBe(1);
    const other = logOn(faulty.store);
    expect(await send(other, by('q', 0, 3))).toMatchObject({ reason: 'repeated' });
    expect(await log.positionsOf({ id: 'q', epoch: 3, sequence: 0 }, 0)).toEqual({ first: 4, last: 5 });
    expect(await log.positionsOf({ id: 'r', epoch: 0, sequence: 0 }, 0)).toEqual({ first: 6, last: 6 });
    expect(await send(other, by('q', 1, 3))).toMatchObject({ kind: 'appended', first: 8 });
  });

  test('takes one request of each producer: the next ones follow, in order', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    const all = [0, 1, 2].flatMap((sequence) => ['p', 'q', 'r'].map((id) => by(id, sequence)));
    const results = await Promise.all(all.map((one) => send(log, one)));
    expect(results.map(({ kind }) => kind)).toEqual(all.map(() => 'appended'));
    expect(await textsIn(faulty.store)).toEqual(all.flatMap(({ texts }) => texts));
    expect(writes(faulty)).toBeLessThan(all.length);
  });

  test('takes as many producers as a condition can name', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store, 60_000);
    const all = Array.from({ length: 2 * PRODUCERS_PER_BATCH_MAX }, (_, index) => by(`p${index}`, 0));
    const results = await Promise.all(all.map((one) => send(log, one)));
    expect(results.map(told)).toEqual(all.map((_, index) => [index + 1, index + 1]));
    // The first write takes as many as it can, and the next ones half of the rest each.
    expect(writes(faulty)).toBeGreaterThan(1);
    expect(writes(faulty)).toBeLessThan(12);
  });

  test('says in the expressions of DynamoDB no more than they may hold', () => {
    const entry = new Uint8Array(20).fill(4);
    entry[0] = 1;
    for (const sequence of [0, 1]) {
      const producers = Array.from({ length: PRODUCERS_PER_BATCH_MAX }, (_, index) => ({
        ...{ id: `${index}`.padStart(256, 'x'), epoch: Number.MAX_SAFE_INTEGER, sequence },
      }));
      const conditions = { producers, incarnation: 7, fencingToken: 9 };
      const said = updateExpression({ entry, renewAtMs: 5, conditions }, 1);
      for (const text of [said.ConditionExpression, said.UpdateExpression]) {
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
        const operators = text.match(/\bAND\b|\bOR\b|\bNOT\b|<=|<|=|\+|\b[a-z_]+\(/g) ?? [];
        expect(operators.length).toBeLessThanOrEqual(300);
      }
    }
  });
});

const sent = fc.oneof(
  fc.record({
    texts: fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 }),
    producer: fc.record({
      id: fc.constantFrom('p', 'q', 'r', 's'),
      epoch: fc.nat(1),
      sequence: fc.nat(2),
    }),
  }),
  fc.record({ texts: fc.constantFrom(['x'], ['x', 'y']) }),
);
const rounds = fc.array(fc.array(sent, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 });

describe('each is told what it would have been told alone', () => {
  test('whichever requests come together, and wherever a segment ends', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, fc.constantFrom(60, 4000), async (all, cap) => {
        const [together, alone] = [new MemoryStore(), new MemoryStore()];
        const [one, other] = [logOn(together, cap), logOn(alone, cap)];
        for (const round of all) {
          const results = await Promise.all(round.map((request) => send(one, request)));
          const expected: AppendResult[] = [];
          for (const request of round) expected.push(await send(other, request));
          expect(results.map(told)).toEqual(expected.map(told));
        }
        expect(await textsIn(together)).toEqual(await textsIn(alone));
      }),
      { numRuns: 200 },
    );
  });

  test('also when answers are lost on the way to the store', async () => {
    const faults = fc.array(fc.constantFrom('lost-before' as const, 'lost-after' as const), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(rounds, faults, faults, async (all, updates, opens) => {
        const faulty = faultyStore(new MemoryStore());
        const alone = new MemoryStore();
        const one = new Log(faulty.store, 'log', { segmentCapBytes: 60 });
        const other = logOn(alone, 60);
        faulty.fail('update', ...updates);
        faulty.fail('open', ...opens);
        for (const round of all) {
          const results = await Promise.all(round.map((request) => send(one, request)));
          const expected: AppendResult[] = [];
          for (const request of round) expected.push(await send(other, request));
          expect(results.map(told)).toEqual(expected.map(told));
        }
        expect(await textsIn(faulty.store)).toEqual(await textsIn(alone));
      }),
      { numRuns: 30 },
    );
  });

  test('when another process has carried out one of them after a lost try', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await send(log, plain('first'));
    faulty.fail('update', 'lost-before');
    const together = Promise.all(
      [by('p', 0), plain('x'), by('q', 0), by('r', 0)].map((one) => send(log, one)),
    );
    expect(await send(logOn(faulty.store), by('q', 0, 0, ['q elsewhere']))).toMatchObject({ first: 2 });
    expect((await together).map(told)).toEqual([
      [3, 3],
      [4, 4],
      ['refused', 'repeated'],
      [5, 5],
    ]);
    expect(await textsIn(faulty.store)).toEqual(['first', 'q elsewhere', 'p0.0', 'x', 'r0.0']);
  });

  test('when the log is sealed: but for the one that is repeated', async () => {
    const store = new MemoryStore();
    const log = logOn(store);
    await send(log, by('p', 0));
    await log.seal();
    const all = [by('q', 0), by('p', 0), by('p', 5), plain('x')];
    const results = await Promise.all(all.map((one) => send(log, one)));
    expect(results.map(told)).toEqual(
      ['sealed', 'repeated', 'sealed', 'sealed'].map((reason) => ['refused', reason]),
    );
  });

  test('when the incarnation is over, whatever the next one knows of the producers', async () => {
    const log = logOn(new MemoryStore());
    await send(log, plain('first'));
    await log.delete();
    await send(log, by('p', 0));
    const late = { incarnation: 0, create: 'never' } as const;
    const results = await Promise.all(
      ['p', 'q'].map((id) =>
        log.append([utf8('late')], { ...late, producer: { id, epoch: 0, sequence: 0 } }),
      ),
    );
    expect(results.map(told)).toEqual([0, 1].map(() => ['refused', 'missing']));
  });

  test('when no answer comes: nobody knows, and a repetition shows which it was', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await send(log, plain('first'));
    for (const [fault, sequence, reason] of [
      ['lost-after', 0, 'repeated'],
      ['lost-before', 1, undefined],
    ] as const) {
      const both = () => Promise.all(['p', 'q'].map((id) => send(log, by(id, sequence))));
      faulty.fail('update', ...Array.from({ length: 100 }, () => fault));
      for (const result of await both()) expect(result).toMatchObject({ kind: 'failed', definite: false });
      faulty.forgive('update');
      for (const result of await both())
        expect(result).toMatchObject(reason ? { kind: 'refused', reason } : { kind: 'appended' });
    }
    expect(await textsIn(faulty.store)).toEqual(['first', 'p0.0', 'q0.0', 'p0.1', 'q0.1']);
  });
});
