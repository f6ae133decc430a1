// The API suite: what a client may rely on, said against anything that answers requests: the app in this
// process, a server on any store, or a deployed endpoint. Names and streams are fresh for each run, so it can
// be run again on the same data.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RECORD_BYTES_MAX } from '../../src/limits.ts';
import { documentSuite } from './document-suite.ts';
import { keysSuite } from './keys-suite.ts';
import { listsSuite } from './lists-suite.ts';
import { orderSuite } from './order-suite.ts';
import { recordsSuite } from './records-suite.ts';
import { timesSuite } from './times-suite.ts';
import { trimmingSuite } from './trimming-suite.ts';

export interface Target {
  request(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly text: string;
}

/** What the parts of the suite ask with. */
export interface Tools extends Pick<Target, 'request'> {
  ask(method: string, path: string, init?: RequestInit): Promise<Answer>;
  /** A word that no other test has. */
  fresh(word: string): string;
  positionOf(answer: Answer): number;
  expectProblem(answer: Answer, status: number, code: string, definite?: boolean): void;
}

export interface SuiteOptions {
  /**
   * False where answers come in one piece: an event stream then ends at once, and its reader comes back.
   * Default: true.
   */
  readonly streams?: boolean;
  /** How many requests at once the other side can bear. Default: 100. */
  readonly concurrency?: number;
}

export function apiSuite(
  name: string,
  start: () => Promise<Target>,
  { streams = true, concurrency = 100 }: SuiteOptions = {},
): void {
  describe(`API: ${name}`, () => {
    let target: Target;
    const run = randomUUID().slice(0, 8);
    let count = 0;
    const fresh = (word: string) => `${word}-${run}-${++count}`;

    beforeAll(async () => {
      target = await start();
    });
    afterAll(() => target.stop());

    async function ask(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
      const response = await target.request(path, { method, ...init });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson ? JSON.parse(text) : undefined,
      };
    }

    const claim = (word: string, owner: string, headers: Record<string, string> = {}) =>
      ask('PUT', `/v1/names/${encodeURIComponent(word)}`, { body: JSON.stringify({ owner }), headers });
    const release = (word: string, owner: string) =>
      ask('DELETE', `/v1/names/${encodeURIComponent(word)}`, { body: JSON.stringify({ owner }) });
    const look = (word: string, query = '') => ask('GET', `/v1/names/${encodeURIComponent(word)}${query}`);
    const positionOf = (answer: Answer) => Number(answer.headers.get('ordinal-position'));

    function expectProblem(answer: Answer, status: number, code: string, definite = true): void {
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ status, code, definite, type: `urn:ordinal:problem:${code}` });
      expect(answer.status).toBe(status);
    }

    describe('names', () => {
      test('claim, claim again, be refused, look up, release, claim anew', async () => {
        const word = fresh('name');
        const first = await claim(word, 'ann');
        expect(first).toMatchObject({ status: 201, body: { name: word, owner: 'ann' } });
        const claimedAt = positionOf(first);
        expect(first.body).toMatchObject({ claimedAt });
        expect(await claim(word, 'ann')).toMatchObject({ status: 200, body: { claimedAt } });
        const refused = await claim(word, 'bob');
        expectProblem(refused, 409, 'name-taken');
        expect(refused.body).toMatchObject({ holder: { owner: 'ann', claimedAt } });
        expect(await look(word)).toMatchObject({ status: 200, body: { owner: 'ann', claimedAt } });
        expectProblem(await release(word, 'bob'), 409, 'name-not-yours');
        expect(await release(word, 'ann')).toMatchObject({ status: 204, text: '' });
        expectProblem(await release(word, 'ann'), 404, 'name-not-held');
        expectProblem(await look(word), 404, 'name-not-held');
        const second = await claim(word, 'bob');
        expect(second.status).toBe(201);
        expect(positionOf(second)).toBeGreaterThan(claimedAt);
      });

      test('one canonical form for all spellings', async () => {
        const word = fresh('user');
        const wide = word.replace(/[a-z]/g, (letter) =>
          String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0),
        );
        expect(await claim(word.toUpperCase(), 'ann')).toMatchObject({ status: 201, body: { name: word } });
        expectProblem(await claim(wide, 'bob'), 409, 'name-taken');
        expect(await look(wide)).toMatchObject({ status: 200, body: { name: word, owner: 'ann' } });
      });

      test('of many concurrent claims one wins, and everybody agrees which', async () => {
        const word = fresh('race');
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) => claim(word, `owner-${index}`)),
        );
        const winners = answers.filter((answer) => answer.status === 201);
        expect(winners.length).toBe(1);
        const { owner } = (await look(word)).body as { owner: string };
        expect(winners[0]?.body).toMatchObject({ owner });
        for (const answer of answers.filter((one) => one.status !== 201)) {
          expect(answer.body).toMatchObject({ holder: { owner } });
        }
      });

      test('the three kinds of read, and after', async () => {
        const word = fresh('read');
        const position = positionOf(await claim(word, 'ann'));
        for (const query of [
          '',
          '?consistency=linearizable',
          '?consistency=sequenced',
          `?consistency=local&after=${position}`,
        ]) {
          const answer = await look(word, query);
          expect(answer).toMatchObject({ status: 200, body: { owner: 'ann' } });
          expect(positionOf(answer)).toBeGreaterThanOrEqual(position);
        }
      });

      test('a position that does not exist yet: 409 after a bounded wait', async () => {
        const answer = await look(fresh('future'), '?after=8000000000000000');
        expectProblem(answer, 409, 'position-not-reached');
        expect(positionOf(answer)).toBeGreaterThanOrEqual(0);
      });

      test('list by prefix, in pages', async () => {
        const prefix = fresh('list');
        const words = Array.from({ length: 7 }, (_, index) => `${prefix}-${index}`);
        await Promise.all(words.map((word) => claim(word, 'ann')));
        const seen: string[] = [];
        for (let cursor: string | undefined = ''; cursor !== undefined; ) {
          const query = `prefix=${prefix.toUpperCase()}&limit=3${cursor && `&cursor=${cursor}`}`;
          const page = (await ask('GET', `/v1/names?${query}`)).body as {
            names: { name: string }[];
            cursor?: string;
          };
          expect(page.names.length).toBeLessThanOrEqual(3);
          seen.push(...page.names.map((one) => one.name));
          cursor = page.cursor;
        }
        expect(seen).toEqual(words);
      });

      test('an idempotency key gets the first answer again, whatever happened since', async () => {
        const word = fresh('once');
        const headers = { 'idempotency-key': fresh('key') };
        const first = await claim(word, 'ann', headers);
        await release(word, 'ann');
        await claim(word, 'bob');
        const again = await claim(word, 'ann', headers);
        expect({ status: again.status, body: again.body }).toEqual({
          status: first.status,
          body: first.body,
        });
        expect(await look(word)).toMatchObject({ body: { owner: 'bob' } });
      });

      test('an idempotency key with another request is refused, and the first one stands', async () => {
        const word = fresh('key');
        const headers = { 'idempotency-key': fresh('key') };
        await claim(word, 'ann', headers);
        const other = await claim(fresh('other'), 'ann', headers);
        expectProblem(other, 422, 'idempotency-key-reused');
        expect(positionOf(other)).toBeGreaterThan(0);
        const body = JSON.stringify({ owner: 'ann' });
        expectProblem(
          await ask('DELETE', `/v1/names/${word}`, { body, headers }),
          422,
          'idempotency-key-reused',
        );
        expect(await look(word)).toMatchObject({ body: { owner: 'ann' } });
      });

      test('namespaces are apart', async () => {
        const word = fresh('apart');
        const namespace = fresh('namespace');
        const path = `/v1/namespaces/${namespace}/names/${word}`;
        await claim(word, 'ann');
        expectProblem(await ask('GET', path), 404, 'name-not-held');
        const own = await ask('PUT', path, { body: '{"owner":"bob"}' });
        expect(own).toMatchObject({ status: 201, body: { claimedAt: 1 } });
        expect(await look(word)).toMatchObject({ body: { owner: 'ann' } });
        const list = await ask('GET', `/v1/namespaces/${namespace}/names`);
        expect(list.body).toEqual({ names: [{ name: word, owner: 'bob', claimedAt: 1 }] });
      });
    });

    const tools: Tools = {
      ask,
      fresh,
      expectProblem,
      positionOf,
      request: (...asked) => target.request(...asked),
    };
    keysSuite(tools);
    listsSuite(tools);
    documentSuite(tools);
    trimmingSuite(tools, { streams });
    timesSuite(tools);
    recordsSuite(tools);
    orderSuite(tools, streams);

    describe('bad input is a 4xx problem and changes nothing', () => {
      test.each([
        ['malformed JSON', '{"owner":', 'malformed-request'],
        ['no body', '', 'malformed-request'],
        ['not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe]), 'malformed-request'],
        ['another type', '[]', 'invalid-request'],
        ['a missing owner', '{}', 'invalid-request'],
        ['a wrong type', '{"owner":7}', 'invalid-request'],
        ['an unknown member', '{"owner":"ann","force":true}', 'invalid-request'],
        ['an empty owner', '{"owner":""}', 'invalid-request'],
        ['a control character', '{"owner":"a\\u0000b"}', 'invalid-request'],
        ['half a character', '{"owner":"\\ud800"}', 'invalid-request'],
        ['a long owner', JSON.stringify({ owner: 'x'.repeat(257) }), 'invalid-request'],
      ])('claim with %s', async (_what, body, code) => {
        const word = fresh('bad');
        expectProblem(await ask('PUT', `/v1/names/${word}`, { body }), 400, code);
        expectProblem(await look(word), 404, 'name-not-held');
      });

      test('a huge body is 413', async () => {
        const word = fresh('huge');
        const body = JSON.stringify({ owner: 'x'.repeat(70_000) });
        expectProblem(await ask('PUT', `/v1/names/${word}`, { body }), 413, 'too-large');
        expectProblem(await look(word), 404, 'name-not-held');
      });

      test.each([
        ['%00', 'a NUL'],
        ['a%20b', 'a namespace'],
        ['%E2%80%AEevil', 'a bidi override'],
        ['%D7%A9abc', 'mixed directions'],
        ['%07', 'a control character'],
        ['x'.repeat(300), 'too long'],
        ['%F0%9F%99%82', 'an emoji'],
        ['%FF', 'a broken encoding'],
        ['%C3%28', 'broken UTF-8'],
      ])('the name %s (%s)', async (encoded) => {
        const answer = await ask('PUT', `/v1/names/${encoded}`, { body: '{"owner":"ann"}' });
        expect(answer.status).toBe(400);
        expect(answer.body).toMatchObject({ status: 400, definite: true });
      });

      test.each([
        '?consistency=eventual',
        '?after=-1',
        '?after=x',
        '?after=99999999999999999999',
        '?after=9999999999999999',
      ])('a look-up with %s', async (query) => {
        expectProblem(await look(fresh('q'), query), 400, 'invalid-request');
      });

      test.each(['?limit=0', '?limit=1001', '?limit=x', '?cursor=%FF%FE', '?cursor=__8'])(
        'a list with %s',
        async (query) => {
          expect((await ask('GET', `/v1/names${query}`)).status).toBe(400);
        },
      );

      test.each(['', 'a b', '.x', 'x'.repeat(129), 'ä'])('the namespace "%s"', async (namespace) => {
        const answer = await ask('GET', `/v1/namespaces/${encodeURIComponent(namespace)}/names`);
        expect([400, 404]).toContain(answer.status);
      });

      test('unknown routes are 404, wrong methods 405 with Allow', async () => {
        for (const path of ['/', '/v1', '/v1/nothing', '/v2/names/x', '/v1/names/x/y']) {
          expectProblem(await ask('GET', path), 404, 'no-such-route');
        }
        const answer = await ask('POST', '/v1/names/x', { body: '{}' });
        expectProblem(answer, 405, 'method-not-allowed');
        expect(answer.headers.get('allow')).toBe('GET, PUT, DELETE');
        expectProblem(await ask('PATCH', '/v1/names/x', { body: 'x' }), 405, 'method-not-allowed');
      });

      test('an idempotency key that is none', async () => {
        const headers = { 'idempotency-key': 'x'.repeat(129) };
        expectProblem(await claim(fresh('key'), 'ann', headers), 400, 'invalid-request');
      });
    });

    describe('streams', () => {
      const path = () => `/v1/stream/${fresh('stream')}`;
      const plain = { 'content-type': 'text/plain' };
      const json = { 'content-type': 'application/json' };
      const at = (position: number) => `0000000000000000_${String(position).padStart(16, '0')}`;
      const header = (answer: Answer, name: string) => answer.headers.get(name);

      test('create, append, read, describe, delete', async () => {
        const stream = path();
        const created = await ask('PUT', stream, { headers: plain });
        expect(created.status).toBe(201);
        expect(header(created, 'location')).toMatch(new RegExp(`^https?://.*${stream}$`));
        expect(header(created, 'stream-next-offset')).toBe(at(0));
        expect((await ask('PUT', stream, { headers: plain })).status).toBe(200);
        expectProblem(await ask('PUT', stream, { headers: json }), 409, 'stream-exists');
        for (const [index, body] of ['one', 'two', 'three'].entries()) {
          const answer = await ask('POST', stream, { headers: plain, body });
          expect(answer.status).toBe(204);
          expect(header(answer, 'ordinal-first-position')).toBe(String(index + 1));
          expect(header(answer, 'ordinal-last-position')).toBe(String(index + 1));
          expect(header(answer, 'stream-next-offset')).toBe(at(index + 1));
        }
        const all = await ask('GET', stream);
        expect(all.text).toBe('onetwothree');
        expect(header(all, 'content-type')).toBe('text/plain');
        expect(header(all, 'stream-up-to-date')).toBe('true');
        expect((await ask('GET', `${stream}?offset=${at(1)}`)).text).toBe('twothree');
        expect((await ask('GET', `${stream}?offset=-1`)).text).toBe('onetwothree');
        expect((await ask('GET', `${stream}?offset=now`)).text).toBe('');
        const head = await ask('HEAD', stream);
        expect(head).toMatchObject({ status: 200, text: '' });
        expect(header(head, 'stream-next-offset')).toBe(at(3));
        expect((await ask('DELETE', stream)).status).toBe(204);
        for (const method of ['GET', 'POST', 'DELETE']) {
          const init = method === 'POST' ? { headers: plain, body: 'x' } : {};
          expectProblem(await ask(method, stream, init), 404, 'stream-not-found');
        }
        expect((await ask('HEAD', stream)).status).toBe(404);
      });

      test('created anew after a delete: another type, none of the old records, old offsets are gone', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: plain, body: 'old' });
        await ask('DELETE', stream);
        const created = await ask('PUT', stream, { headers: json, body: '[1,2]' });
        expect(created.status).toBe(201);
        expect((await ask('GET', stream)).body).toEqual([1, 2]);
        expectProblem(await ask('POST', stream, { headers: plain, body: 'x' }), 409, 'content-type-mismatch');
        expect((await ask('POST', stream, { headers: json, body: '3' })).status).toBe(204);
        expectProblem(await ask('GET', `${stream}?offset=${at(0)}`), 410, 'offset-gone');
      });

      test('JSON mode: one record per element, texts as they were sent', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: json });
        const answer = await ask('POST', stream, {
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: ' [ {"a":"],["}, 12345678901234567890 , [1,[2]], "\\"", null ] ',
        });
        expect(header(answer, 'ordinal-last-position')).toBe('5');
        await ask('POST', stream, { headers: json, body: ' {"b":1.0} ' });
        expect((await ask('GET', stream)).text).toBe(
          '[{"a":"],["},12345678901234567890,[1,[2]],"\\"",null,{"b":1.0}]',
        );
        expect((await ask('GET', `${stream}?offset=now`)).text).toBe('[]');
        for (const body of ['[', '{"a"}', '', '[]']) {
          expect((await ask('POST', stream, { headers: json, body })).status).toBe(400);
        }
        expect(header(await ask('HEAD', stream), 'stream-next-offset')).toBe(at(6));
      });

      test('bytes come back as they went in', async () => {
        const stream = path();
        const body = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256);
        await ask('PUT', stream, { body });
        const response = await target.request(stream);
        expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), Buffer.from(body))).toBe(0);
        expect(response.headers.get('content-type')).toBe('application/octet-stream');
      });

      test('compare-and-append by If-Match', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: plain });
        const append = (position: number) =>
          ask('POST', stream, { headers: { ...plain, 'if-match': `"${at(position)}"` }, body: 'x' });
        expect((await append(0)).status).toBe(204);
        const refused = await append(0);
        expectProblem(refused, 412, 'tail-mismatch');
        expect(header(refused, 'stream-next-offset')).toBe(at(1));
        expect((await append(1)).status).toBe(204);
        const answer = await ask('POST', stream, { headers: { ...plain, 'if-match': '*' }, body: 'x' });
        expectProblem(answer, 400, 'invalid-request');
      });

      test('closing, alone and with the last record', async () => {
        for (const body of ['', 'last']) {
          const stream = path();
          const closing = { ...plain, 'stream-closed': 'true' };
          await ask('PUT', stream, { headers: plain, body: 'first' });
          const closed = await ask('POST', stream, { headers: closing, body });
          expect(closed.status).toBe(204);
          expect(header(closed, 'stream-closed')).toBe('true');
          const refused = await ask('POST', stream, { headers: plain, body: 'more' });
          expectProblem(refused, 409, 'stream-closed');
          expect(header(refused, 'stream-closed')).toBe('true');
          const all = await ask('GET', stream);
          expect(all.text).toBe(`first${body}`);
          expect(header(all, 'stream-closed')).toBe('true');
          const poll = await ask(
            'GET',
            `${stream}?offset=${header(all, 'stream-next-offset')}&live=long-poll`,
          );
          expect(poll.status).toBe(204);
          expect(header(poll, 'stream-closed')).toBe('true');
          expect((await ask('DELETE', stream)).status).toBe(204);
        }
      });

      test('conditional reads: an ETag that changes with what there is to read', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: plain, body: 'a' });
        const etag = header(await ask('GET', stream), 'etag') ?? '';
        expect((await ask('GET', stream, { headers: { 'if-none-match': etag } })).status).toBe(304);
        await ask('POST', stream, { headers: { ...plain, 'stream-closed': 'true' } });
        expect((await ask('GET', stream, { headers: { 'if-none-match': etag } })).status).toBe(200);
      });

      test('a long-poll at once when there is something, when something comes, and 204 when nothing does', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: plain, body: 'a' });
        const poll = (position: number) => ask('GET', `${stream}?offset=${at(position)}&live=long-poll`);
        expect(await poll(0)).toMatchObject({ status: 200, text: 'a' });
        const waiting = poll(1);
        await ask('POST', stream, { headers: plain, body: 'b' });
        const answer = await waiting;
        expect(answer).toMatchObject({ status: 200, text: 'b' });
        expect(header(answer, 'stream-cursor')).toMatch(/^\d+$/);
        const nothing = await poll(2);
        expect(nothing).toMatchObject({ status: 204, text: '' });
        expect(header(nothing, 'stream-next-offset')).toBe(at(2));
        expectProblem(await ask('GET', `${stream}?live=long-poll`), 400, 'invalid-request');
      });

      test('server-sent events: what was there, what comes, and the end', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: plain, body: 'line 1\nline 2' });
        // What is there has been read once the answer begins.
        const following = follow(stream, await live(stream, '-1'));
        await ask('POST', stream, { headers: plain, body: 'later' });
        await ask('POST', stream, { headers: { ...plain, 'stream-closed': 'true' } });
        const { events, answers } = await following;
        expect(events[0]).toBe('event: data\ndata:line 1\ndata:line 2');
        expect(events.filter((event) => event.startsWith('event: data')).join()).toContain('data:later');
        const last = JSON.parse(events.at(-1)?.split('data:')[1] ?? '');
        expect(last).toEqual({ streamNextOffset: at(2), streamClosed: true, upToDate: true });
        if (streams) expect(answers).toBe(1);
      });

      const live = (stream: string, offset: string) => target.request(`${stream}?offset=${offset}&live=sse`);

      /** Reads events until the stream is closed, coming back as often as it is sent home. */
      async function follow(stream: string, first: Response): Promise<{ events: string[]; answers: number }> {
        const events: string[] = [];
        for (let answers = 1, response = first; ; answers += 1) {
          expect(response.headers.get('content-type')).toBe('text/event-stream');
          const text = await response.text();
          events.push(...text.split('\n\n').filter((event) => event.startsWith('event')));
          const control = JSON.parse(events.at(-1)?.split('data:')[1] ?? '');
          if (control.streamClosed) return { events, answers };
          response = await live(stream, control.streamNextOffset);
        }
      }

      test('server-sent events of bytes are base64', async () => {
        const stream = path();
        await ask('PUT', stream, {
          headers: { 'stream-closed': 'true' },
          body: new Uint8Array([0, 255, 10]),
        });
        const response = await target.request(`${stream}?offset=-1&live=sse`);
        expect(response.headers.get('stream-sse-data-encoding')).toBe('base64');
        expect(response.headers.get('cache-control')).toBe('no-cache');
        expect(await response.text()).toContain('data:AP8K\n');
      });

      test('many writers on one stream: every append once, positions dense', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: json });
        const answers = await Promise.all(
          Array.from({ length: concurrency }, (_, index) =>
            ask('POST', stream, { headers: json, body: String(index) }),
          ),
        );
        const records = (await ask('GET', stream)).body as number[];
        for (const [index, answer] of answers.entries()) {
          expect(records[Number(header(answer, 'ordinal-first-position')) - 1]).toBe(index);
        }
        expect(records.length).toBe(concurrency);
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
      });

      test('bad requests', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: plain, body: 'a' });
        for (const offset of [
          '',
          'x',
          '1',
          '0_1',
          `${at(1)}0`,
          '0000000000000001_0000000000000001',
          'a%20b',
          '%00',
        ]) {
          expect((await ask('GET', `${stream}?offset=${offset}`)).status).toBe(400);
        }
        expect((await ask('GET', `${stream}?offset=-1&offset=-1`)).status).toBe(400);
        expect((await ask('GET', `${stream}?offset=-1&live=maybe`)).status).toBe(400);
        const future = await ask('GET', `${stream}?offset=${at(2)}`);
        expectProblem(future, 416, 'offset-beyond-tail');
        expect(header(future, 'stream-next-offset')).toBe(at(1));
        expect((await ask('POST', stream, { headers: plain })).status).toBe(400);
        expect(
          (await ask('POST', stream, { headers: { 'content-type': 'nonsense' }, body: 'x' })).status,
        ).toBe(400);
        expectProblem(await ask('POST', stream, { headers: json, body: '1' }), 409, 'content-type-mismatch');
        const large = new Uint8Array(RECORD_BYTES_MAX + 1);
        expectProblem(await ask('POST', stream, { headers: plain, body: large }), 413, 'too-large');
        for (const unsupported of ['stream-forked-from', 'stream-fork-offset', 'stream-fork-sub-offset']) {
          const answer = await ask('POST', stream, { headers: { ...plain, [unsupported]: '1' }, body: 'x' });
          expectProblem(answer, 400, 'not-supported');
        }
        expect((await ask('GET', stream)).text).toBe('a');
        expectProblem(await ask('GET', path()), 404, 'stream-not-found');
      });

      test('the largest body', async () => {
        const stream = path();
        await ask('PUT', stream, { headers: plain });
        const body = 'x'.repeat(256 * 1024);
        expect((await ask('POST', stream, { headers: plain, body })).status).toBe(204);
        expect((await ask('GET', stream)).text.length).toBe(body.length);
      });
    });

    describe('what is wrong with a request is said in a line of plain text', () => {
      test.each([
        ['PUT', '/v1/names/x', {}, '{"owner":7}', /^owner: /],
        ['PUT', '/v1/names/x', {}, '7', /^the body: /],
        ['PUT', '/v1/names/x', {}, '{"owner":"a","more":1}', /^the body: .*"more"/],
        [
          'PUT',
          '/v1/names/x',
          { 'idempotency-key': 'a b' },
          '{"owner":"a"}',
          /^Idempotency-Key: must be visible ASCII/,
        ],
        ['GET', '/v1/names?limit=0', {}, undefined, /^limit: must be a number from 1 to 1000$/],
        ['GET', '/v1/names?limit=many', {}, undefined, /^limit: must be a number from 1 to 1000$/],
        [
          'GET',
          '/v1/names/x?consistency=strong',
          {},
          undefined,
          /^consistency: must be linearizable, sequenced, local$/,
        ],
        ['GET', '/v1/names?limit=0&after=x', {}, undefined, /^after: must be a whole number.*; limit: /],
        ['GET', '/v1/namespaces/-/names', {}, undefined, /^the namespace: must be letters/],
      ])('%s %s %j %s', async (method, path, headers, body, detail) => {
        const answer = await ask(method, path, body === undefined ? { headers } : { headers, body });
        expect(answer.status).toBe(400);
        expect((answer.body as { detail: string }).detail).toMatch(detail);
        expect((answer.body as { detail: string }).detail).toMatch(/^[ -~]+$/);
      });
    });

    describe('the server itself', () => {
      test.each(['/healthz', '/livez'])('%s', async (probe) => {
        expect(await ask('GET', probe)).toMatchObject({ status: 200, body: { status: 'ok' } });
      });

      test('every answer is marked as what it is', async () => {
        for (const path of ['/healthz', '/v1/nothing', '/v1/names']) {
          expect((await ask('GET', path)).headers.get('x-content-type-options')).toBe('nosniff');
        }
      });
    });
  });
}
