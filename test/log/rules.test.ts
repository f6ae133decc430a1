// Goal: each of the eight rules of the design (section 2) holds. Method: the log on the memory store, with the one fault that the
// rule is there for. Every test is named after its rule.

import { describe, expect, test } from 'vitest';
import { Log } from '../../src/log/log.ts';
import type { LogOptions } from '../../src/log/options.ts';
import { chainPrefix, isFull } from '../../src/log/segment.ts';
import type { Store } from '../../src/log/store.ts';
import { StoreError } from '../../src/log/store.ts';
import { trimPointOf } from '../../src/log/trim-point.ts';
import { storeErrorOf } from '../../src/store/dynamodb/errors.ts';
import { updateExpression } from '../../src/store/dynamodb/expressions.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { entryOf } from '../contract/store-contract.ts';
import { positionsIn, records, textsIn } from '../support/bytes.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;

function logOn(store: Store, clock = new ManualClock(), options: LogOptions = {}): Log {
  return new Log(store, 'log', { clock, segmentCapBytes: 100, idleMs: HOUR_MS, ...options });
}

async function appendAll(log: Log, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    expect((await log.append(records(text))).kind).toBe('appended');
  }
}

async function allTexts(store: Store): Promise<string[]> {
  return textsIn(await logOn(store).read());
}

describe('rule 1: the cap in the segment decides, never a configured one', () => {
  test('a writer with a larger cap leaves a full segment alone, one with a smaller cap goes on filling', async () => {
    const store = new MemoryStore();
    await appendAll(logOn(store, undefined, { segmentCapBytes: 60 }), 'a', 'b', 'c');
    const { segments } = await store.range('log', 0, 10_000);
    const sizes = segments.map((segment) => segment.entries.length);
    await appendAll(logOn(store, undefined, { segmentCapBytes: 50_000 }), 'd'.repeat(40));
    await appendAll(logOn(store, undefined, { segmentCapBytes: 1 }), 'e');
    const after = (await store.range('log', 0, 10_000)).segments;
    expect(after.slice(0, -1).every(isFull)).toBe(true);
    expect(after.slice(0, sizes.length - 1).map((segment) => segment.entries.length)).toEqual(
      sizes.slice(0, -1),
    );
    expect(await allTexts(store)).toEqual(['a', 'b', 'c', 'd'.repeat(40), 'e']);
  });

  test('DynamoDB compares two attributes of the item', () => {
    const { ConditionExpression } = updateExpression({ entry: entryOf('a'), conditions: {} }, 0);
    expect(ConditionExpression).toContain('#bytes < #cap');
  });
});

describe('rule 2: a batch keeps its id across retries, and is looked for before anything else', () => {
  test('an answer lost after the effect: appended once', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    faulty.fail('update', 'lost-after');
    expect(await log.append(records('b'))).toMatchObject({ kind: 'appended', first: 2, last: 2 });
    expect(await allTexts(faulty.store)).toEqual(['a', 'b']);
  });

  test('an answer lost before the effect: appended once', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    faulty.fail('update', 'lost-before', 'lost-before', 'lost-after');
    expect(await log.append(records('b'))).toMatchObject({ kind: 'appended', first: 2 });
    expect(await allTexts(faulty.store)).toEqual(['a', 'b']);
  });

  test('a hedged append, sent twice: appended once', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    faulty.fail('update', 'duplicated');
    expect(await log.append(records('b', 'c'))).toMatchObject({ kind: 'appended', first: 2, last: 3 });
    expect(await allTexts(faulty.store)).toEqual(['a', 'b', 'c']);
  });

  test('the put of a next segment, lost after the effect or sent twice: appended once', async () => {
    for (const fault of ['lost-after', 'lost-before', 'duplicated'] as const) {
      const faulty = faultyStore(new MemoryStore());
      const log = logOn(faulty.store);
      await appendAll(log, 'x'.repeat(100));
      faulty.fail('open', fault);
      expect(await log.append(records('next'))).toMatchObject({ kind: 'appended', first: 2 });
      expect(await allTexts(faulty.store)).toEqual(['x'.repeat(100), 'next']);
    }
  });

  test('a compare-and-append whose answer was lost is a success, although the tail has moved on by itself', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    faulty.fail('update', 'lost-after');
    const result = await log.append(records('b'), { expectedTail: 1 });
    expect(result).toMatchObject({ kind: 'appended', first: 2 });
  });
});

describe('rule 3: after an unknown outcome walk on from the segment that was tried', () => {
  test('the first try landed, and others have filled two segments since', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    faulty.fail('update', 'lost-after');
    const held = faulty.hold('update');
    const pending = log.append(records('mine'));
    await held.reached;
    held.release();
    await appendAll(logOn(inner), 'y'.repeat(100), 'z'.repeat(100), 'tail');
    const result = await pending;
    const texts = await allTexts(inner);
    expect(texts.filter((text) => text === 'mine').length).toBe(1);
    expect(result).toMatchObject({ kind: 'appended', first: texts.indexOf('mine') + 1 });
  });

  test('the tried segment was filled by others: not here, for ever, so the next one is tried', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    faulty.fail('update', 'lost-before');
    const pending = log.append(records('mine'));
    await appendAll(logOn(inner), 'y'.repeat(100), 'z');
    expect((await pending).kind).toBe('appended');
    const texts = await allTexts(inner);
    expect(texts.filter((text) => text === 'mine').length).toBe(1);
  });
});

describe('rule 4: a tried segment that is gone means an unknown outcome', () => {
  test('lost answer, then trimmed: an indefinite failure, no second try', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const clock = new ManualClock();
    const log = logOn(faulty.store, clock);
    await appendAll(log, 'a');
    faulty.fail('update', 'lost-after');
    const retried = faulty.hold('update');
    const second = faulty.hold('update');
    const pending = log.append(records('mine'));
    await retried.reached;
    retried.release();
    await second.reached;
    await appendAll(logOn(inner), 'y'.repeat(100), 'z'.repeat(100));
    await trimAway(inner, clock);
    second.release();
    expect(await pending).toMatchObject({ kind: 'failed', definite: false });
    expect(await tailOf(inner)).toBe(4);
  });

  test('refused by a trimmed segment with no try outstanding: nothing happened, so it is appended at the tail', async () => {
    const inner = new MemoryStore();
    const clock = new ManualClock();
    const log = logOn(inner, clock);
    await appendAll(log, 'a');
    await appendAll(logOn(inner), 'y'.repeat(100), 'z'.repeat(100));
    await trimAway(inner, clock, 0);
    expect(await log.append(records('late'))).toMatchObject({ kind: 'appended', first: 4 });
  });
});

describe('rule 5: a range read is not one snapshot', () => {
  test('two segments caught at different moments: only the chained prefix is shown, then the rest', async () => {
    const inner = new MemoryStore();
    await appendAll(logOn(inner), 'a');
    const [early] = (await inner.range('log', 0, 10_000)).segments;
    await appendAll(logOn(inner), 'b'.repeat(100), 'c');
    let torn = true;
    const store = new InterceptedStore(inner, async (method, run) => {
      const answer = await run();
      if (method !== 'range' || !torn || !early) return answer;
      torn = false;
      const { segments } = await inner.range('log', 0, 10_000);
      return { segments: [early, ...segments.slice(1)], complete: true } as typeof answer;
    });
    const log = logOn(store);
    const first = await log.read(0);
    expect(positionsIn(first)).toEqual([1]);
    if (first.kind !== 'records') return;
    expect(positionsIn(await log.read(first.cursor))).toEqual([2, 3]);
  });

  test('the prefix ends at the first mismatch', () => {
    const segment = (base: number, tail: number) => ({
      base,
      tail,
      entries: [],
      bytes: 0,
      cap: 1,
      metadata: { incarnation: 0 },
    });
    const chain = chainPrefix([segment(0, 3), segment(3, 5), segment(6, 9), segment(9, 10)]);
    expect(chain.map(({ base }) => base)).toEqual([0, 3]);
  });
});

describe('rule 6: trimming does not free an old key', () => {
  test('a writer frozen before its put, whose segment was trimmed, does not believe that it has appended', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const clock = new ManualClock();
    const log = logOn(faulty.store, clock);
    await appendAll(log, 'x'.repeat(100));
    const frozen = faulty.hold('open');
    const pending = log.append(records('zombie'));
    await frozen.reached;
    await appendAll(logOn(inner), 'y'.repeat(100), 'z'.repeat(100), 'w');
    await trimAway(inner, clock);
    expect((await inner.range('log', 0, 10_000)).segments[0]?.base).toBeGreaterThan(1);
    frozen.release();
    expect(await pending).toMatchObject({ kind: 'failed', definite: false });
    expect(await tailOf(inner)).toBe(4);
  });

  test('the same for a sandbox whose monotonic clock stood still', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const clock = new ManualClock();
    const log = logOn(faulty.store, clock);
    await appendAll(log, 'x'.repeat(100));
    const frozen = faulty.hold('open');
    const pending = log.append(records('zombie'));
    await frozen.reached;
    await appendAll(logOn(inner), 'y'.repeat(100), 'z'.repeat(100), 'w');
    await trimAway(inner, new ManualClock());
    clock.freeze(2 * HOUR_MS);
    frozen.release();
    expect(await pending).toMatchObject({ kind: 'failed', definite: false });
  });

  test('a writer that walks on into a brought-back segment is not deceived either', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const clock = new ManualClock();
    const log = logOn(faulty.store, clock);
    await appendAll(log, 'x'.repeat(100));
    const frozen = faulty.hold('open');
    const pending = log.append(records('late'));
    await frozen.reached;
    await appendAll(logOn(inner), 'y'.repeat(100), 'z'.repeat(100), 'w');
    await trimAway(inner, clock);
    // Another frozen writer was quicker.
    const zombie = {
      base: 1,
      tail: 2,
      entries: [entryOf('g')],
      bytes: 30,
      cap: 100,
      metadata: { incarnation: 0 },
    };
    expect((await inner.open('log', zombie)).kind).toBe('opened');
    frozen.release();
    // The zombie is not believed, and this writer has no other try outstanding: it goes to the true end.
    expect(await pending).toMatchObject({ kind: 'appended', first: 5 });
    expect(textsIn(await logOn(inner, clock).read())).toEqual(['late']);
  });

  test('a reader with an old cursor does not see a segment that was brought back', async () => {
    const inner = new MemoryStore();
    const clock = new ManualClock();
    const log = logOn(inner, clock);
    await appendAll(log, 'x'.repeat(100));
    const first = await log.read(0);
    await appendAll(log, 'y'.repeat(100), 'z'.repeat(100), 'w');
    await trimAway(inner, clock);
    await inner.open('log', {
      base: 1,
      tail: 2,
      entries: [entryOf('g')],
      bytes: 30,
      cap: 100,
      metadata: { incarnation: 0 },
    });
    if (first.kind !== 'records') throw new Error(first.kind);
    expect(await log.read(first.cursor)).toEqual({ kind: 'trimmed', first: 5 });
    expect(await log.read(1)).toEqual({ kind: 'trimmed', first: 5 });
  });

  test('nothing younger than the age is removed, and the trim point is written before the first removal', async () => {
    const inner = new MemoryStore();
    const clock = new ManualClock();
    const sweptTo: number[] = [];
    const store = new InterceptedStore(inner, async (method, run) => {
      if (method === 'remove')
        sweptTo.push(trimPointOf(await inner.metadataRecord('log', 'trim-point')).sweptTo);
      return run();
    });
    const log = logOn(store, clock);
    await appendAll(log, 'x'.repeat(100), 'y'.repeat(100), 'z');
    expect(await log.trim(2)).toMatchObject({ first: 3, segmentsRemoved: 0, pending: true });
    clock.pass(HOUR_MS - 1);
    expect(await log.trim(2)).toMatchObject({ segmentsRemoved: 0, pending: true });
    clock.pass(1);
    expect(await log.trim(2)).toMatchObject({ segmentsRemoved: 2, pending: false });
    expect(sweptTo).toEqual([2, 2]);
    expect(await log.read(1)).toEqual({ kind: 'trimmed', first: 3 });
    expect(textsIn(await log.read())).toEqual(['z']);
  });

  test('a writer whose segment is young asks for no trim point: no round trip more', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = logOn(faulty.store);
    await appendAll(log, 'x'.repeat(100), 'y');
    expect(faulty.calls).toEqual(['last', 'open', 'open']);
  });
});

describe('rule 7: only strongly consistent reads, and no transactions', () => {
  test('every read command of the DynamoDB store asks for consistency', async () => {
    const sent: { name: string; input: Record<string, unknown> }[] = [];
    const { DynamoDbStore } = await import('../../src/store/dynamodb/store.ts');
    const { dynamoDbClient } = await import('../../src/store/dynamodb/client.ts');
    const client = dynamoDbClient({ region: 'us-east-1' });
    client.middlewareStack.add(
      (_next, context) => async (args) => {
        sent.push({ name: String(context.commandName), input: { ...args.input } });
        return { output: { $metadata: {}, Items: [] }, response: {} };
      },
      { step: 'initialize' },
    );
    const store = new DynamoDbStore({ client, table: 'table' });
    await store.last('log');
    await store.last('log', 7);
    await store.range('log', 0, 1000);
    await store.metadataRecord('log', 'trim-point');
    await store.blob('key');
    expect(sent.map(({ name }) => name)).toEqual([
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'GetItemCommand',
      'GetItemCommand',
    ]);
    expect(sent.every(({ input }) => input['ConsistentRead'] === true)).toBe(true);
  });
});

describe('rule 8: every error says whether it is definite', () => {
  test('throttled to the end: definite, and nothing was written', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    faulty.fail('update', ...Array.from({ length: 100 }, () => 'throttled' as const));
    expect(await log.append(records('b'))).toMatchObject({ kind: 'failed', definite: true });
    expect(await allTexts(inner)).toEqual(['a']);
  });

  test('one time-out among the throttles: indefinite', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const log = logOn(faulty.store);
    await appendAll(log, 'a');
    const throttles = Array.from({ length: 100 }, () => 'throttled' as const);
    faulty.fail('update', 'throttled', 'lost-after', ...throttles);
    expect(await log.append(records('b'))).toMatchObject({ kind: 'failed', definite: false });
  });

  test("DynamoDB's errors are told apart", () => {
    const named = (name: string, status?: number) =>
      Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
    const coded = (code: string) => Object.assign(new Error(code), { code });
    const judge = (error: unknown, wrote = true) => {
      const { definite, retryable } = storeErrorOf(error, 'UpdateItem', wrote);
      return `${definite ? 'definite' : 'indefinite'}, ${retryable ? 'retryable' : 'final'}`;
    };
    expect(judge(named('ThrottlingException', 400))).toBe('definite, retryable');
    expect(judge(named('ProvisionedThroughputExceededException', 400))).toBe('definite, retryable');
    expect(judge(named('ReplicatedWriteConflictException', 400))).toBe('definite, retryable');
    expect(judge(coded('ECONNREFUSED'))).toBe('definite, retryable');
    expect(judge(named('ValidationException', 400))).toBe('definite, final');
    expect(judge(named('ResourceNotFoundException', 400))).toBe('definite, final');
    expect(judge(named('TimeoutError'))).toBe('indefinite, retryable');
    expect(judge(coded('ECONNRESET'))).toBe('indefinite, retryable');
    expect(judge(named('InternalServerError', 500))).toBe('indefinite, retryable');
    expect(judge(coded('ECONNRESET'), false)).toBe('definite, retryable');
    expect(storeErrorOf(named('TimeoutError'), 'UpdateItem', true)).toBeInstanceOf(StoreError);
  });
});

/** Removes everything before the last segment, as a trimmer does that comes back after the age. */
async function trimAway(store: Store, clock: ManualClock, passMs = 2 * HOUR_MS): Promise<void> {
  const own = new ManualClock();
  const trimmer = logOn(store, own);
  const tail = await tailOf(store);
  await trimmer.trim(tail);
  own.pass(2 * HOUR_MS);
  clock.pass(passMs);
  await trimmer.trim(tail);
}

async function tailOf(store: Store): Promise<number> {
  return (await store.last('log')).segment?.tail ?? 0;
}
