// The part of the API suite that is about keys.

import { describe, expect, test } from 'vitest';
import type { Answer, Tools } from './api-suite.ts';

export function keysSuite({ ask, fresh, expectProblem, positionOf, request }: Tools): void {
  describe('keys', () => {
    const keyPath = () => `/v1/keys/${fresh('key')}/ü%20`;
    const etagOf = (answer: Answer) => answer.headers.get('etag') ?? '';

    test('put bytes, and read them with all that is known of the key', async () => {
      const path = keyPath();
      const created = await ask('PUT', path, { body: 'one' });
      const modified = positionOf(created);
      expect(created).toMatchObject({
        status: 201,
        body: { value: 'one', version: 1, created: modified, modified },
      });
      expect(etagOf(created)).toBe(`"${modified}"`);
      const changed = await ask('PUT', path, { body: Uint8Array.of(0, 255) });
      expect(changed).toMatchObject({
        status: 200,
        body: { valueBase64: 'AP8=', version: 2, created: modified },
      });
      const response = await request(path);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.of(0, 255));
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'application/octet-stream',
        etag: etagOf(changed),
        'ordinal-version': '2',
        'ordinal-created': String(modified),
      });
      const json = await ask('GET', path, { headers: { accept: 'text/html;q=0.5, application/json' } });
      expect(json).toMatchObject({ status: 200, body: changed.body });
      const head = await ask('HEAD', path);
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(etagOf(head)).toBe(etagOf(changed));
      expect(await ask('DELETE', path)).toMatchObject({ status: 204, text: '' });
      expectProblem(await ask('DELETE', path), 404, 'key-not-found');
      expectProblem(await ask('GET', path), 404, 'key-not-found');
      expect(await ask('HEAD', path)).toMatchObject({ status: 404, text: '' });
    });

    test('conditions: If-Match and If-None-Match', async () => {
      const path = keyPath();
      const put = (headers: Record<string, string>) => ask('PUT', path, { body: 'x', headers });
      expectProblem(await put({ 'if-match': '"1"' }), 412, 'condition-failed');
      const created = await put({ 'if-none-match': '*' });
      expect(created.status).toBe(201);
      const again = await put({ 'if-none-match': '*' });
      expectProblem(again, 412, 'condition-failed');
      expect(again.body).toMatchObject({ entry: created.body });
      expect(positionOf(again)).toBeGreaterThan(positionOf(created));
      expect((await put({ 'if-match': etagOf(created) })).status).toBe(200);
      const headers = { 'if-match': etagOf(created) };
      expectProblem(await ask('DELETE', path, { headers }), 412, 'condition-failed');
      for (const wrong of ['1', '"x"', 'W/"1"', '*', '"1", "2"', '"99999999999999999"']) {
        expectProblem(await put({ 'if-match': wrong }), 400, 'invalid-request');
      }
      expectProblem(await put({ 'if-none-match': '"1"' }), 400, 'invalid-request');
    });

    test('a read that knows the value already is 304', async () => {
      const path = keyPath();
      const etag = etagOf(await ask('PUT', path, { body: 'x' }));
      for (const known of [etag, `W/${etag}`, `"0", ${etag}`, '*']) {
        const answer = await ask('GET', path, { headers: { 'if-none-match': known } });
        expect(answer).toMatchObject({ status: 304, text: '' });
        expect(etagOf(answer)).toBe(etag);
      }
      expect((await ask('GET', path, { headers: { 'if-none-match': '"0"' } })).text).toBe('x');
    });

    test('the past, and what comes after it', async () => {
      const path = keyPath();
      const first = positionOf(await ask('PUT', path, { body: 'one' }));
      await ask('PUT', path, { body: 'two' });
      expect((await ask('GET', `${path}?at=${first}`)).text).toBe('one');
      expectProblem(await ask('GET', `${path}?at=${first - 1}`), 404, 'key-not-found');
      expectProblem(await ask('GET', `${path}?at=8000000000000000`), 409, 'position-not-reached');
      expectProblem(await ask('GET', `${path}?at=x`), 400, 'invalid-request');
    });

    test('a list whose pages are of one moment', async () => {
      const prefix = `${fresh('list')}/ü/`;
      const put = (key: string) => ask('PUT', `/v1/keys/${encodeURI(prefix)}${key}`, { body: key });
      for (const key of ['1', '2', '3', '4', '5']) await put(key);
      const seen: string[] = [];
      let next: string | undefined = `/v1/keys?limit=2&prefix=${encodeURIComponent(prefix)}`;
      while (next !== undefined) {
        const { body } = await ask('GET', next);
        const page = body as { entries: { value: string }[]; more: boolean; next?: string };
        expect(page.more).toBe(page.next !== undefined);
        seen.push(...page.entries.map(({ value }) => value));
        ({ next } = page);
        await put('6');
      }
      expect(seen).toEqual(['1', '2', '3', '4', '5']);
    });

    test('a namespace keeps its keys to itself', async () => {
      const namespace = `/v1/namespaces/${fresh('namespace')}`;
      expect(await ask('PUT', `${namespace}/keys/a`, { body: 'x' })).toMatchObject({ status: 201 });
      expectProblem(await ask('GET', `${namespace}x/keys/a`), 404, 'key-not-found');
      const list = await ask('GET', `${namespace}/keys`);
      expect(list.body).toEqual({
        entries: [{ key: 'a', value: 'x', version: 1, created: 1, modified: 1 }],
        more: false,
        position: 1,
      });
    });

    test('what is no key, no value or no method', async () => {
      const put = (key: string, body: RequestInit['body'] = 'x', query = '') =>
        ask('PUT', `/v1/keys/${key}${query}`, { body: body ?? null });
      expectProblem(await put('x'.repeat(1001)), 400, 'invalid-request');
      expectProblem(await put(fresh('key'), 'x'.repeat(64 * 1024 + 1)), 413, 'too-large');
      expectProblem(await put(fresh('key'), 'x', '?lease=none'), 404, 'lease-not-found');
      const refused = await ask('POST', keyPath(), { body: 'x' });
      expectProblem(refused, 405, 'method-not-allowed');
      expect(refused.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE');
      expectProblem(await ask('PUT', '/v1/keys', { body: 'x' }), 405, 'method-not-allowed');
      expectProblem(await ask('GET', '/v1/keys/'), 404, 'no-such-route');
    });
  });

  describe('transactions', () => {
    const transact = (body: unknown, path = '/v1/transactions', headers: Record<string, string> = {}) =>
      ask('POST', path, { body: typeof body === 'string' ? body : JSON.stringify(body), headers });

    test('text and bytes, in checks, operations and results', async () => {
      const path = `/v1/namespaces/${fresh('namespace')}/transactions`;
      const [text, bytes] = [fresh('text'), fresh('bytes')];
      const put = await transact(
        {
          then: [
            { kind: 'put', key: text, value: 'ä' },
            { kind: 'put', key: bytes, valueBase64: '_w' },
          ],
        },
        path,
      );
      const numbers = { version: 1, created: 1, modified: 1 };
      expect(put).toMatchObject({ status: 200, body: { succeeded: true, forgotten: false } });
      expect(positionOf(put)).toBe(1);
      expect(put.body).toMatchObject({
        results: [
          { kind: 'put', entry: { key: text, value: 'ä', ...numbers } },
          { kind: 'put', entry: { key: bytes, valueBase64: '/w==', ...numbers } },
        ],
      });
      const checks = [
        { key: text, target: 'value', is: '=', to: 'ä' },
        { key: bytes, target: 'value', is: '=', toBase64: '/w==' },
        { key: bytes, target: 'version', is: '>', to: 1 },
      ];
      const checked = await transact({ checks, else: [{ kind: 'get', key: bytes }] }, path);
      expect(checked.body).toMatchObject({
        succeeded: false,
        failedCheck: 2,
        results: [{ kind: 'get', more: false, entries: [{ key: bytes, valueBase64: '/w==' }] }],
      });
    });

    test('what cannot be done changes nothing, and says which operation', async () => {
      const key = fresh('key');
      const refused = await transact({
        then: [
          { kind: 'put', key, value: 'x' },
          { kind: 'transaction', then: [{ kind: 'add', key, by: 1 }] },
        ],
      });
      expectProblem(refused, 409, 'transaction-refused');
      expect(refused.body).toMatchObject({ reason: 'not-a-counter', path: 'then[1].then[0]' });
      expect(positionOf(refused)).toBeGreaterThan(0);
      expectProblem(
        await transact({ then: [{ kind: 'put', key, value: '', lease: 'none' }] }),
        404,
        'lease-not-found',
      );
      expectProblem(await ask('GET', `/v1/keys/${key}`), 404, 'key-not-found');
    });

    test.each([
      ['no JSON', '{', 'the body'],
      ['no object', '[]', 'the body'],
      ['an unknown member', { unless: [] }, 'unless'],
      ['an unknown operation', { then: [{ kind: 'move', key: 'a' }] }, 'kind'],
      ['an operation that is none', { then: [7] }, 'then[0]'],
      ['no key', { then: [{ kind: 'put', value: '' }] }, 'then[0]'],
      ['no value', { then: [{ kind: 'put', key: 'a' }] }, 'then[0]'],
      ['two values', { then: [{ kind: 'put', key: 'a', value: '', valueBase64: '' }] }, 'then[0]'],
      ['no base64', { then: [{ kind: 'put', key: 'a', valueBase64: 'a' }] }, 'then[0]'],
      ['two places', { else: [{ kind: 'delete', key: 'a', prefix: 'a' }] }, 'else[0]'],
      ['a number as text', { checks: [{ key: 'a', target: 'version', is: '=', to: '1' }] }, 'checks[0].to'],
      [
        'a lease that is a number',
        { checks: [{ key: 'a', target: 'lease', is: '=', to: 1 }] },
        'checks[0].to',
      ],
      [
        'deep down',
        { then: [{ kind: 'transaction', else: [{ kind: 'add', key: 'a' }] }] },
        'then[0].else[0]',
      ],
    ])('%s: 400, and where', async (_what, body, where) => {
      const answer = await transact(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ definite: true, detail: expect.stringContaining(where) });
    });

    test('one inside another ten thousand times is refused', async () => {
      const depth = 10_000;
      const nested = `{"then":[${'{"kind":"transaction","then":['.repeat(depth)}${']}'.repeat(depth)}]}`;
      expectProblem(await transact(nested), 400, 'invalid-request');
    });

    test('a large body is 413', async () => {
      expectProblem(await transact(' '.repeat(512 * 1024 + 1)), 413, 'too-large');
    });
  });

  describe('watches', () => {
    const place = () => `/v1/namespaces/${fresh('namespace')}`;
    const put = (path: string, body: string) => ask('PUT', path, { body });

    test('a page of changes at once, and then one as soon as there is something', async () => {
      const namespace = place();
      await put(`${namespace}/keys/a`, 'one');
      await put(`${namespace}/keys/b`, 'two');
      const numbers = { version: 1, created: 1, modified: 1 };
      const first = await ask('GET', `${namespace}/watch?after=0&prefix=a`);
      expect(first).toMatchObject({ status: 200 });
      expect(first.body).toEqual({
        changes: [{ position: 1, key: 'a', after: { key: 'a', value: 'one', ...numbers } }],
        position: 2,
      });
      expect(positionOf(first)).toBe(2);
      const waiting = ask('GET', `${namespace}/watch?after=2`);
      await ask('DELETE', `${namespace}/keys/a`);
      expect((await waiting).body).toEqual({
        changes: [{ position: 3, key: 'a', before: { key: 'a', value: 'one', ...numbers } }],
        position: 3,
      });
    });

    test('a place that is no position', async () => {
      const namespace = place();
      expectProblem(await ask('GET', `${namespace}/watch?after=x`), 400, 'invalid-request');
      const headers = { 'last-event-id': 'x' };
      expectProblem(await ask('GET', `${namespace}/watch?after=0`, { headers }), 400, 'invalid-request');
      expectProblem(await ask('POST', `${namespace}/watch`), 405, 'method-not-allowed');
    });
  });
}
