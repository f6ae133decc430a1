// Goal: a client's appends share requests, and each still gets its own true result: once, in order, at its own
// position. Method: the real app behind a transport that counts, delays, loses and repeats requests; the log decides.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import type { AppendResult } from '../../src/api/streams.ts';
import { AppendQueues } from '../../src/client/append-queues.ts';
import { type ConnectOptions, connect } from '../../src/client/client.ts';
import { Sender } from '../../src/client/sender.ts';
import { NotSentError, type Transport } from '../../src/client/transport.ts';
import { APPEND_BYTES_MAX } from '../../src/limits.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { deferred } from '../support/deferred.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

interface Sent {
  readonly body: string;
  readonly producer: string | undefined;
}

type App = ReturnType<typeof createApp>;

/** A server with a stream `s`, and a client whose appends are noted down. `intercept` may answer instead. */
async function world(
  options: ConnectOptions & {
    intercept?: (request: Request, app: App) => Promise<Response | undefined>;
  } = {},
) {
  const { intercept, ...rest } = options;
  const app = createApp(open(new MemoryStore()), admitOperator, { longPollMs: 10 });
  const sent: Sent[] = [];
  const transport: Transport = async (request) => {
    const { headers, method } = request;
    if (method === 'POST') {
      const numbers = ['producer-epoch', 'producer-seq'].map((name) => headers.get(name)).join('/');
      const producer = headers.has('producer-id') ? numbers : undefined;
      sent.push({ body: await request.clone().text(), producer });
    }
    return (await intercept?.(request.clone(), app)) ?? app.fetch(request);
  };
  const client = connect(transport, {
    clock: new ManualClock(),
    random: new SeededRandom(1),
    timeoutMs: 2000,
    ...rest,
  });
  const reliable = connect((request) => Promise.resolve(app.fetch(request)), { clock: new ManualClock() });
  await reliable.stream('s').create();
  const values = async (path = 's'): Promise<unknown[]> => {
    const read = await reliable.stream(path).read();
    return read.kind === 'data' ? JSON.parse(Buffer.from(read.body).toString()) : [];
  };
  return { app, client, reliable, sent, values };
}

const positions = (results: readonly AppendResult[]) =>
  results.map((result) => (result.kind === 'appended' ? [result.first, result.last] : result));

function problem(code: string, status = 400): Response {
  return Response.json({ code, detail: code, definite: true }, { status, headers: { 'ordinal-code': code } });
}

describe('appends share a request', () => {
  test('that are called together, through whichever object: each gets its own positions', async () => {
    const { client, sent, values } = await world();
    const results = await Promise.all([
      client.stream('s').append('{"a": 1}'),
      client.stream('s').append('[2, [3], "[4,]"]'),
      client.stream('s').append(Buffer.from(' 1234567890.10 ')),
      client.stream('s').append(' [ {"b":"ü"} ] '),
    ]);
    expect(positions(results)).toEqual([
      [1, 1],
      [2, 4],
      [5, 5],
      [6, 6],
    ]);
    expect(sent.map(({ body }) => body)).toEqual(['[{"a": 1},2, [3], "[4,]", 1234567890.10 , {"b":"ü"} ]']);
    expect(await values()).toEqual([{ a: 1 }, 2, [3], '[4,]', 1234567890.1, { b: 'ü' }]);
  });

  test('that are called while another is on its way: they go with the next one', async () => {
    const onItsWay = deferred();
    const arrived = deferred();
    const { client, sent, values } = await world({
      intercept: async () => {
        arrived.resolve();
        await onItsWay.promise;
        return undefined;
      },
    });
    const first = client.stream('s').append('1');
    await arrived.promise;
    const others = [2, 3, 4].map((value) => client.stream('s').append(`${value}`));
    onItsWay.resolve();
    expect(positions(await Promise.all([first, ...others]))).toEqual([1, 2, 3, 4].map((at) => [at, at]));
    expect(sent).toEqual([
      { body: '1', producer: undefined },
      { body: '[2,3,4]', producer: '0/0' },
    ]);
    expect(await values()).toEqual([1, 2, 3, 4]);
  });

  test('up to the bytes and the records of one append', async () => {
    const { client, sent } = await world();
    const half = JSON.stringify('x'.repeat(APPEND_BYTES_MAX / 2 - 4));
    const many = JSON.stringify(Array.from({ length: 6000 }, () => 0));
    const results = await Promise.all(
      [half, half, '1', many, many].map((body) => client.stream('s').append(body)),
    );
    expect(results.map(({ kind }) => kind)).toEqual(results.map(() => 'appended'));
    // The second half does not fit behind the first, nor the second many behind the first many.
    expect(sent).toHaveLength(3);
    for (const { body } of sent) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(APPEND_BYTES_MAX);
  });

  test('of a stream of bytes go one by one, in order, each once', async () => {
    const { client, reliable, sent } = await world();
    const contentType = 'text/plain';
    await reliable.stream('bytes').create({ contentType });
    const bodies = ['a', 'b', 'c', 'd'];
    const results = await Promise.all(
      bodies.map((body) => client.stream('bytes').append(body, { contentType })),
    );
    expect(positions(results)).toEqual([1, 2, 3, 4].map((at) => [at, at]));
    expect(sent).toEqual(bodies.map((body, index) => ({ body, producer: `0/${index}` })));
  });

  test('two streams do not wait for each other', async () => {
    const stuck = deferred();
    const { client, reliable } = await world({
      intercept: async ({ url, method }) => {
        if (method === 'POST' && url.endsWith('/stuck')) await stuck.promise;
        return undefined;
      },
    });
    await reliable.stream('stuck').create();
    const waiting = client.stream('stuck').append('1');
    expect(await client.stream('s').append('1')).toMatchObject({ kind: 'appended' });
    stuck.resolve();
    expect(await waiting).toMatchObject({ kind: 'appended' });
  });
});

describe('which requests are of a producer', () => {
  test('those of several appends, and what follows them; lone appends before are not', async () => {
    const { client, sent } = await world();
    const stream = client.stream('s');
    await stream.append('1');
    await stream.append('2');
    await Promise.all([stream.append('3'), stream.append('4')]);
    await stream.append('5');
    expect(sent.map(({ producer }) => producer)).toEqual([undefined, undefined, '0/0', '0/1']);
  });

  test('all, where the client is told so', async () => {
    const { client, sent } = await world({ idempotentAppends: 'all' });
    await client.stream('s').append('1');
    await client.stream('s').append('2');
    expect(sent.map(({ producer }) => producer)).toEqual(['0/0', '0/1']);
  });

  test('what has conditions, a sequence text, a producer of its own or closes goes by itself', async () => {
    const { client, sent } = await world();
    const stream = client.stream('s');
    const own = { id: 'own', epoch: 3, sequence: 0 };
    const results = await Promise.all([
      stream.append('1', { expectedTail: 0 }),
      stream.append('2', { producer: own }),
      stream.append('3', { sequence: 'a' }),
      stream.append('4', { fencingToken: 1 }),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(results.map(() => 'appended'));
    expect(sent.map(({ body, producer }) => [body, producer])).toEqual([
      ['1', undefined],
      ['2', '3/0'],
      ['3', undefined],
      ['4', undefined],
    ]);
  });

  test('a close comes after the appends that were called before it', async () => {
    for (const close of ['close', 'append'] as const) {
      const { client, values } = await world();
      const stream = client.stream('s');
      const [first, second, closed] = await Promise.all([
        stream.append('1'),
        stream.append('2'),
        close === 'close' ? stream.close() : stream.append('3', { close: true }),
      ]);
      expect([first, second, closed]).toMatchObject([{ first: 1 }, { first: 2 }, { closed: true }]);
      expect((await values()).slice(0, 2)).toEqual([1, 2]);
    }
  });
});

describe('one that is refused fails alone', () => {
  test('because it is no JSON, or holds nothing', async () => {
    const { client, values } = await world();
    const bodies = ['1', '{broken', '2', '[]', Uint8Array.of(0x22, 0xff, 0x22), '3'];
    const results = await Promise.all(bodies.map((body) => client.stream('s').append(body)));
    expect(results).toMatchObject([
      { kind: 'appended', first: 1 },
      { kind: 'rejected', code: 'malformed-request' },
      { kind: 'appended', first: 2 },
      { kind: 'rejected', code: 'invalid-request' },
      { kind: 'rejected', code: 'malformed-request' },
      { kind: 'appended', first: 3 },
    ]);
    expect(await values()).toEqual([1, 2, 3]);
  });

  test('because the server refuses it, with the others that went with it', async () => {
    const { client, values } = await world({
      intercept: async (request) =>
        (await request.text()).includes('poison') ? problem('malformed-request') : undefined,
    });
    const bodies = Array.from({ length: 9 }, (_, index) => (index === 5 ? '"poison"' : `${index}`));
    const results = await Promise.all(bodies.map((body) => client.stream('s').append(body)));
    expect(results.map(({ kind }) => kind)).toEqual(
      bodies.map((body) => (body.includes('poison') ? 'rejected' : 'appended')),
    );
    expect(await values()).toEqual([0, 1, 2, 3, 4, 6, 7, 8]);
  });

  test('what holds for all is told to all, after one request', async () => {
    const { client, reliable, sent } = await world();
    await reliable.stream('s').close();
    const append = (path: string) =>
      Promise.all(['1', '2', '3'].map((body) => client.stream(path).append(body)));
    for (const result of await append('s'))
      expect(result).toMatchObject({ code: 'stream-closed', end: { tail: 0 } });
    for (const result of await append('nowhere')) expect(result).toEqual({ kind: 'missing' });
    expect(sent).toHaveLength(2);
  });
});

describe('when answers are lost', () => {
  /** The first time, the request is carried out and its answer lost. */
  const loseFirstAnswer = () => {
    let isFirst = true;
    return async (request: Request, app: App) => {
      if (!isFirst) return undefined;
      isFirst = false;
      await app.fetch(request);
      throw new TypeError('fetch failed');
    };
  };

  test('a batch is repeated, and is there once', async () => {
    const { client, sent, values } = await world({ intercept: loseFirstAnswer() });
    const stream = client.stream('s');
    const results = await Promise.all([stream.append('1'), stream.append('2')]);
    expect(positions(results)).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(sent).toEqual([1, 2].map(() => ({ body: '[1,2]', producer: '0/0' })));
    expect(await values()).toEqual([1, 2]);
    await stream.append('3');
    expect(sent.at(-1)?.producer).toBe('0/1');
  });

  test('of a batch that is repeated when its positions are not known any more: it is there, once', async () => {
    let tries = 0;
    const { client, values } = await world({
      intercept: async (request, app) => {
        tries += 1;
        const answer = await app.fetch(request);
        if (tries === 1) throw new TypeError('fetch failed');
        const headers = new Headers(answer.headers);
        for (const name of ['ordinal-first-position', 'ordinal-last-position']) headers.delete(name);
        return new Response(null, { status: answer.status, headers });
      },
    });
    const stream = client.stream('s');
    const results = await Promise.all([stream.append('1'), stream.append('2')]);
    for (const result of results) expect(result).toMatchObject({ kind: 'repeated', tail: 2 });
    expect(await values()).toEqual([1, 2]);
  });

  test('after an unknown outcome the next request has a greater epoch, so a late one is refused', async () => {
    const late: Request[] = [];
    const { app, client, sent, values } = await world({
      intercept: async (request) => {
        if ((await request.clone().text()) !== '[1,2]') return undefined;
        late.push(request);
        throw new TypeError('fetch failed');
      },
    });
    const stream = client.stream('s');
    const lost = await Promise.all([stream.append('1'), stream.append('2')]);
    for (const result of lost) expect(result).toMatchObject({ kind: 'failed', definite: false });
    expect(positions(await Promise.all([stream.append('3'), stream.append('4')]))).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(sent.at(-1)).toEqual({ body: '[3,4]', producer: '1/0' });
    for (const request of late) expect((await app.fetch(request)).status).toBe(403);
    expect(await values()).toEqual([3, 4]);
  });

  test('a number is used again only where the request that had it has certainly not happened', async () => {
    let unsent = 100;
    const { client, sent } = await world({
      intercept: async () => {
        unsent -= 1;
        if (unsent > 0) throw new NotSentError('no route');
        return undefined;
      },
    });
    const stream = client.stream('s');
    const failed = await Promise.all([stream.append('1'), stream.append('2')]);
    for (const result of failed) expect(result).toMatchObject({ kind: 'failed', definite: true });
    unsent = 0;
    await stream.append('3');
    expect(sent.at(-1)).toEqual({ body: '3', producer: '0/0' });
  });

  test('a stream that was created anew: the producer begins anew, and nobody notices', async () => {
    const { client, reliable, sent } = await world();
    const pair = () => Promise.all(['1', '2'].map((body) => client.stream('s').append(body)));
    await pair();
    await reliable.stream('s').delete();
    await reliable.stream('s').create();
    expect(positions(await pair())).toEqual([
      [4, 4],
      [5, 5],
    ]);
    expect(sent.map(({ producer }) => producer)).toEqual(['0/0', '0/1', '1/0']);
  });

  test('a stream that was created anew after a try that may have landed: nobody knows', async () => {
    let lose = false;
    const { client, reliable, sent, values } = await world({
      intercept: async (request, app) => {
        if (!lose) return undefined;
        lose = false;
        await app.fetch(request);
        await reliable.stream('s').delete();
        await reliable.stream('s').create();
        throw new TypeError('fetch failed');
      },
    });
    const pair = () => Promise.all(['1', '2'].map((body) => client.stream('s').append(body)));
    await pair();
    lose = true;
    for (const result of await pair()) expect(result).toMatchObject({ kind: 'failed', definite: false });
    expect(await values()).toEqual([]);
    await pair();
    expect(sent.at(-1)?.producer).toBe('1/0');
    expect(await values()).toEqual([1, 2]);
  });

  test('appends that wait during an outage do not wait for the time-outs of each other', async () => {
    const clock = new ManualClock();
    const { client, reliable, sent } = await world({
      clock,
      intercept: () => Promise.reject(new TypeError('fetch failed')),
    });
    const contentType = 'text/plain';
    await reliable.stream('bytes').create({ contentType });
    const bodies = Array.from({ length: 50 }, (_, index) => `${index}`);
    const results = await Promise.all(
      bodies.map((body) => client.stream('bytes').append(body, { contentType })),
    );
    expect(results[0]).toMatchObject({ kind: 'failed', definite: false });
    for (const result of results.slice(2)) expect(result).toMatchObject({ kind: 'failed', definite: true });
    expect(new Set(sent.map(({ body }) => body)).size).toBeLessThanOrEqual(2);
  });
});

describe('the client', () => {
  test('is closed when nothing waits any more', async () => {
    const { client, values } = await world();
    const results = Array.from({ length: 20 }, (_, index) => client.stream('s').append(`${index}`));
    await client.close();
    expect(await values()).toHaveLength(20);
    await Promise.all(results);
  });

  test('forgets streams that have no producer of it, and keeps few of the others, with a greater epoch', async () => {
    const sender = new Sender({ transport: fetch, url: 'http://nowhere.invalid', clock: new ManualClock() });
    const queues = new AppendQueues(sender);
    const epochs = new Map<string, number | undefined>();
    const appendTo = (path: string, count: number) => {
      const queue = queues.of(path, async (_body, { producer }) => {
        epochs.set(path, producer?.epoch);
        return { result: { kind: 'appended', first: 1, last: count, closed: false }, lostAnswer: false };
      });
      return Promise.all(Array.from({ length: count }, () => queue.append('1', 'application/json')));
    };
    for (let index = 0; index < 50; index += 1) await appendTo(`lone ${index}`, 1);
    await queues.idle();
    expect(queues.size).toBe(0);
    for (let index = 0; index < 1500; index += 1) await appendTo(`${index}`, 2);
    await queues.idle();
    expect(queues.size).toBe(1000);
    const before = new Map(epochs);
    await appendTo('0', 2);
    expect(epochs.get('0')).toBeGreaterThan(before.get('0') ?? Number.NaN);
    await appendTo('1499', 2);
    expect(epochs.get('1499')).toBe(before.get('1499'));
  });
});

type Fate = 'fine' | 'not sent' | 'lost before' | 'lost after' | 'late' | 'twice' | 'throttled';
const FATES: readonly Fate[] = [
  'fine',
  'not sent',
  'lost before',
  'lost after',
  'late',
  'twice',
  'throttled',
];

/** Appends as calls in turns, over a network with these fates. What is late arrives before a later request. */
async function underFire(turns: readonly number[], fates: readonly Fate[], options: ConnectOptions) {
  const late: Request[] = [];
  const left = [...fates];
  const there = await world({
    ...options,
    timeoutMs: 400,
    intercept: async (request, app) => {
      const fate = left.shift() ?? 'fine';
      const deliver = (one: Request) => app.fetch(one);
      if (fate === 'late') late.push(request);
      if (fate === 'not sent') throw new NotSentError('no route');
      if (fate === 'throttled') return new Response('{"Message":"Too many"}', { status: 429 });
      if (fate === 'lost after' || fate === 'twice') await deliver(request.clone());
      if (fate === 'twice' || fate === 'fine') return deliver(request);
      if (left.length % 3 === 0) for (const one of late.splice(0)) await deliver(one);
      throw new TypeError('fetch failed');
    },
  });
  const stream = there.client.stream('s');
  const results: Promise<AppendResult>[] = [];
  for (const count of turns) {
    const calls = Array.from({ length: count }, (_, index) => stream.append(`${results.length + index}`));
    results.push(...calls);
    await Promise.race([calls.at(-1), new Promise((resolve) => setTimeout(resolve))]);
  }
  const settled = await Promise.all(results);
  for (const one of late) await there.app.fetch(one);
  return { settled, values: await there.values() };
}

describe('whatever is lost, late or repeated', () => {
  const turns = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });

  for (const idempotentAppends of ['batches', 'all'] as const) {
    // Nothing recognizes a lone append without a producer that the network delivers twice.
    const possible = idempotentAppends === 'all' ? FATES : FATES.filter((fate) => fate !== 'twice');
    const fates = fc.array(fc.constantFrom(...possible), { maxLength: 30 });
    test(`each append is there once at most, where its result says (${idempotentAppends})`, async () => {
      await fc.assert(
        fc.asyncProperty(turns, fates, async (calls, all) => {
          const { settled, values } = await underFire(calls, all, { idempotentAppends });
          expect(new Set(values).size).toBe(values.length);
          if (idempotentAppends === 'all')
            expect(values).toEqual(values.toSorted((a, b) => Number(a) - Number(b)));
          for (const [index, result] of settled.entries()) {
            if (result.kind === 'appended') expect(values[result.first - 1]).toBe(index);
            else expect(result).toMatchObject({ kind: 'failed' });
            if (result.kind === 'failed' && result.definite) expect(values).not.toContain(index);
          }
        }),
        { numRuns: 150 },
      );
    });
  }
});
