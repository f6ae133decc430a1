// The part of the API suite about reads record by record, and about the forms of a read.

import { describe, expect, test } from 'vitest';
import type { Answer, Tools } from './api-suite.ts';

const RECORDS = 'application/vnd.ordinal.records+json';
const JSON_TYPE = { 'content-type': 'application/json' };
const AS_RECORDS = { accept: RECORDS };

interface Told {
  readonly position: number;
  readonly timeMs: number;
  readonly value?: unknown;
  readonly valueBase64?: string;
}

const recordsIn = (answer: Answer) => (answer.body as { records: Told[] }).records;

export function recordsSuite({ ask, fresh, expectProblem }: Tools): void {
  async function filled(contentType: string, ...bodies: (string | Uint8Array<ArrayBuffer>)[]) {
    const stream = `/v1/stream/${fresh('records')}`;
    const headers = { 'content-type': contentType };
    expect((await ask('PUT', stream, { headers })).status).toBe(201);
    for (const body of bodies) expect((await ask('POST', stream, { headers, body })).status).toBe(204);
    return stream;
  }

  describe('reads record by record', () => {
    test('JSON values are as they were appended, each with its position and its time', async () => {
      const stream = await filled('application/json', '[{"a": 1.0}, 12345678901234567890]', '"[,]\\""');
      const read = await ask('GET', stream, { headers: AS_RECORDS });
      expect(read.status).toBe(200);
      expect(read.headers.get('content-type')).toBe(RECORDS);
      expect(read.headers.get('ordinal-content-type')).toBe('application/json');
      expect(read.headers.get('stream-next-offset')).toMatch(/_0*3$/);
      expect(read.headers.get('stream-up-to-date')).toBe('true');
      const records = recordsIn(read);
      expect(records.map(({ position }) => position)).toEqual([1, 2, 3]);
      for (const text of ['"value":{"a": 1.0}}', '"value":12345678901234567890}', '"value":"[,]\\""}'])
        expect(read.text).toContain(text);
      // The records of one append have one time, and it is a recent one.
      const [first, second, third] = records.map(({ timeMs }) => timeMs);
      expect(first).toBe(second);
      for (const time of [first, third]) expect(time).toBeGreaterThan(Date.UTC(2025, 0));
    });

    test('other values are text where they are UTF-8, and base64 otherwise', async () => {
      const some: (string | Uint8Array<ArrayBuffer>)[] = [
        'text "quoted"\n',
        'ä\uFEFF\u0000',
        Uint8Array.of(0xff, 0x00),
        Uint8Array.of(0xe4),
      ];
      const told = [
        { value: 'text "quoted"\n' },
        { value: 'ä\uFEFF\u0000' },
        { valueBase64: '/wA=' },
        { valueBase64: '5A==' },
      ];
      // A function's URL hands on a text as text, and bytes that are none would get lost on the way.
      for (const [contentType, count] of [
        ['text/plain', 2],
        ['application/octet-stream', 4],
      ] as const) {
        const stream = await filled(contentType, ...some.slice(0, count));
        const read = await ask('GET', stream, { headers: AS_RECORDS });
        expect(read.headers.get('ordinal-content-type')).toBe(contentType);
        const records = told.slice(0, count).map((value, index) => ({ position: index + 1, ...value }));
        expect(recordsIn(read)).toEqual(records.map((one) => ({ ...one, timeMs: expect.any(Number) })));
      }
    });

    test('from any place, and none where there is none', async () => {
      const stream = await filled('text/plain', 'a', 'b', 'c');
      const at = (query: string) => ask('GET', `${stream}?${query}`, { headers: AS_RECORDS });
      const positions = async (query: string) => recordsIn(await at(query)).map(({ position }) => position);
      expect(await positions('offset=-1')).toEqual([1, 2, 3]);
      expect(await positions(`offset=0000000000000000_${'2'.padStart(16, '0')}`)).toEqual([3]);
      expect(await positions('offset=now')).toEqual([]);
      expect(await positions('from-time=1999-01-01T00:00:00Z')).toEqual([1, 2, 3]);
      expectProblem(await at('offset=0000000000000000_0000000000000009'), 416, 'offset-beyond-tail');
      expectProblem(await ask('GET', `${stream}-none`, { headers: AS_RECORDS }), 404, 'stream-not-found');
    });

    test('a long-poll, too, with records and without', async () => {
      const stream = await filled('text/plain', 'a');
      const poll = (query: string) =>
        ask('GET', `${stream}?live=long-poll&${query}`, { headers: AS_RECORDS });
      const there = await poll('offset=-1');
      expect(recordsIn(there)).toMatchObject([{ position: 1, value: 'a' }]);
      expect(there.headers.get('cache-control')).toBe('no-store');
      const nothing = await poll('offset=now');
      expect(nothing).toMatchObject({ status: 204, text: '' });
      expect(nothing.headers.get('ordinal-content-type')).toBe('text/plain');
    });

    test.each([
      [undefined, false],
      ['*/*', false],
      ['application/json', false],
      ['application/*', false],
      [`${RECORDS};q=0`, false],
      [RECORDS.toUpperCase(), true],
      [`text/html, ${RECORDS}; q=0.5`, true],
    ])('Accept: %s', async (accept, asked) => {
      const stream = await filled('application/json', '[1]');
      const headers = accept === undefined ? {} : { accept };
      const { text } = await ask('GET', stream, { headers });
      expect(text.startsWith('{"records":')).toBe(asked);
      if (!asked) expect(text).toBe('[1]');
    });
  });

  describe('what caches may keep of a read', () => {
    test('the two forms have two ETags, and say that they depend on Accept', async () => {
      const stream = await filled('application/json', '[1]');
      const plain = await ask('GET', stream);
      const records = await ask('GET', stream, { headers: AS_RECORDS });
      const [etag, other] = [plain, records].map(({ headers }) => headers.get('etag') ?? '');
      expect(etag).not.toBe(other);
      for (const { headers } of [plain, records])
        expect([headers.get('vary'), headers.get('cache-control')]).toEqual(['Accept', 'no-cache']);
      const again = (tag = '', headers = {}) =>
        ask('GET', stream, { headers: { 'if-none-match': tag, ...headers } });
      const unchanged = await again(other, AS_RECORDS);
      expect(unchanged).toMatchObject({ status: 304, text: '' });
      expect([unchanged.headers.get('vary'), unchanged.headers.get('etag')]).toEqual(['Accept', other]);
      expect((await again(etag)).status).toBe(304);
      expect((await again(`W/${etag}`)).status).toBe(304);
      expect((await again(`"x", ${etag}`)).status).toBe(304);
      // Neither form is the other.
      expect((await again(etag, AS_RECORDS)).status).toBe(200);
      expect((await again(other)).status).toBe(200);
    });

    test.each([{}, AS_RECORDS])(
      'an ETag is over with the next record, with the end, and with a trimming: %j',
      async (form) => {
        const stream = await filled('application/json', '[1,2]');
        const read = (tag?: string) =>
          ask('GET', stream, {
            headers: { ...form, ...(tag === undefined ? {} : { 'if-none-match': tag }) },
          });
        let tag = (await read()).headers.get('etag') ?? '';
        const changes: [string, RequestInit][] = [
          ['POST', { headers: JSON_TYPE, body: '3' }],
          ['PATCH', { headers: JSON_TYPE, body: '{"before":2}' }],
          ['POST', { headers: { 'stream-closed': 'true' } }],
        ];
        for (const [method, init] of changes) {
          expect((await read(tag)).status).toBe(304);
          await ask(method, stream, init);
          const changed = await read(tag);
          expect(changed.status).toBe(200);
          tag = changed.headers.get('etag') ?? '';
        }
        await ask('DELETE', stream);
        await ask('PUT', stream, { headers: JSON_TYPE, body: '[1,2]' });
        expect((await read(tag)).status).toBe(200);
      },
    );

    test('nothing of any other answer', async () => {
      const stream = await filled('application/json', '[1]');
      const kept = async (method: string, path: string, init: RequestInit = {}) => {
        const { headers } = await ask(method, path, init);
        return [headers.get('cache-control'), headers.get('etag')];
      };
      const nothing = ['no-store', null];
      expect(await kept('GET', `${stream}?offset=now`)).toEqual(nothing);
      expect(await kept('GET', `${stream}?offset=-1&live=long-poll`)).toEqual(nothing);
      expect(await kept('HEAD', stream)).toEqual(nothing);
      expect(await kept('GET', `${stream}-none`)).toEqual(nothing);
      expect(await kept('GET', `${stream}?offset=0000000000000000_0000000000000009`)).toEqual(nothing);
      await ask('PATCH', stream, { headers: JSON_TYPE, body: '{"before":2}' });
      expect(await kept('GET', `${stream}?offset=0000000000000000_0000000000000000`)).toEqual(nothing);
      await ask('POST', stream, { headers: { 'stream-closed': 'true' } });
      // A stream of events may pass a cache that asks each time.
      expect(await kept('GET', `${stream}?offset=-1&live=sse`)).toEqual([
        expect.stringMatching(/^no-(cache|store)$/),
        null,
      ]);
    });
  });
}
