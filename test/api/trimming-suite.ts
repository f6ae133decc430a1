// The part of the API suite about streams that are trimmed.

import { describe, expect, test } from 'vitest';
import type { Answer, SuiteOptions, Tools } from './api-suite.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const at = (position: number) => `0000000000000000_${String(position).padStart(16, '0')}`;

export function trimmingSuite(
  { ask, fresh, expectProblem, request }: Tools,
  { streams }: Pick<SuiteOptions, 'streams'>,
): void {
  const trim = (stream: string, body: unknown, headers: Record<string, string> = {}) =>
    ask('PATCH', stream, { headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });

  /** With the records 1 to `count` at the positions 1 to `count`. */
  async function filled(count: number): Promise<string> {
    const stream = `/v1/stream/${fresh('trimmed')}`;
    const body = JSON.stringify(Array.from({ length: count }, (_, index) => index + 1));
    expect((await ask('PUT', stream, { headers: JSON_TYPE, body })).status).toBe(201);
    return stream;
  }

  function expectGone(answer: Answer, earliest: number): void {
    expectProblem(answer, 410, 'offset-gone');
    expect(answer.headers.get('ordinal-earliest-position')).toBe(String(earliest));
    expect(answer.headers.get('stream-next-offset')).toBe(at(earliest - 1));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({ earliest, streamNextOffset: at(earliest - 1) });
  }

  describe('retention', () => {
    test('is told by the headers of PUT and HEAD, and is part of what the stream is', async () => {
      const stream = `/v1/stream/${fresh('kept')}`;
      const kept = { 'ordinal-retention-seconds': '86400', 'ordinal-retention-bytes': '1000000' };
      const headers = { ...JSON_TYPE, ...kept };
      const told = (answer: Answer) =>
        Object.fromEntries(Object.keys(kept).map((name) => [name, answer.headers.get(name)]));
      const created = await ask('PUT', stream, { headers });
      expect([created.status, told(created)]).toEqual([201, kept]);
      const again = await ask('PUT', stream, { headers });
      expect([again.status, told(again)]).toEqual([200, kept]);
      expect(told(await ask('HEAD', stream))).toEqual(kept);
      expectProblem(await ask('PUT', stream, { headers: JSON_TYPE }), 409, 'stream-exists');
      const other = { ...headers, 'ordinal-retention-bytes': '5' };
      expectProblem(await ask('PUT', stream, { headers: other }), 409, 'stream-exists');
    });

    test.each([
      { 'ordinal-retention-seconds': '0' },
      { 'ordinal-retention-seconds': '-1' },
      { 'ordinal-retention-seconds': '1.5' },
      { 'ordinal-retention-bytes': '0' },
      { 'ordinal-retention-bytes': '1e3' },
      { 'ordinal-retention-bytes': '' },
    ])('no stream is kept so: %j', async (headers) => {
      const stream = `/v1/stream/${fresh('kept')}`;
      expectProblem(
        await ask('PUT', stream, { headers: { ...JSON_TYPE, ...headers } }),
        400,
        'invalid-request',
      );
      expectProblem(await ask('GET', stream), 404, 'stream-not-found');
    });
  });

  describe('trimming', () => {
    test('an offset before the first record that is left is 410, and says where to restart', async () => {
      const stream = await filled(5);
      const trimmed = await trim(stream, { before: 4 });
      expect(trimmed).toMatchObject({ status: 204, text: '' });
      expect(trimmed.headers.get('ordinal-earliest-position')).toBe('4');
      for (const query of [`offset=${at(0)}`, `offset=${at(2)}`, `offset=${at(0)}&live=long-poll`])
        expectGone(await ask('GET', `${stream}?${query}`), 4);
      expectGone(await ask('GET', `${stream}?offset=${at(1)}&live=sse`), 4);
      const gone = await ask('GET', `${stream}?offset=${at(2)}`);
      const restart = gone.headers.get('stream-next-offset');
      expect((await ask('GET', `${stream}?offset=${restart}`)).body).toEqual([4, 5]);
    });

    test('the beginning is the first record that is left, in every kind of read', async () => {
      const stream = await filled(5);
      await trim(stream, { before: 4 });
      expect((await ask('GET', stream)).body).toEqual([4, 5]);
      expect((await ask('GET', `${stream}?offset=-1`)).body).toEqual([4, 5]);
      expect((await ask('GET', `${stream}?offset=-1&live=long-poll`)).body).toEqual([4, 5]);
      await ask('POST', stream, { headers: { 'stream-closed': 'true' } });
      const events = await (await request(`${stream}?offset=-1&live=sse`)).text();
      expect(events).toContain('data:[4,5]\n');
      if (streams) expect(events).toContain('"streamClosed":true');
      const head = await ask('HEAD', stream);
      expect(head.headers.get('ordinal-earliest-position')).toBe('4');
      expect(head.headers.get('stream-next-offset')).toBe(at(5));
    });

    test('beyond the end it is the end; to trim again, or less, changes nothing', async () => {
      const stream = await filled(3);
      const earliest = async (before: number) =>
        (await trim(stream, { before })).headers.get('ordinal-earliest-position');
      expect([await earliest(3), await earliest(2), await earliest(1), await earliest(3)]).toEqual([
        '3',
        '3',
        '3',
        '3',
      ]);
      expect([await earliest(1000), await earliest(4)]).toEqual(['4', '4']);
      expect((await ask('GET', `${stream}?offset=-1`)).body).toEqual([]);
      await ask('POST', stream, { headers: JSON_TYPE, body: '4' });
      expect((await ask('GET', `${stream}?offset=-1`)).body).toEqual([4]);
    });

    test('what cannot be is refused, and trims nothing', async () => {
      const stream = await filled(2);
      const bodies = [
        {},
        { before: 0 },
        { before: -1 },
        { before: 1.5 },
        { before: '2' },
        { before: 2, x: 1 },
      ];
      for (const body of [...bodies, { before: 9e15 + 2 }, null])
        expectProblem(await trim(stream, body), 400, 'invalid-request');
      expectProblem(await ask('PATCH', stream, { body: '{' }), 400, 'malformed-request');
      expectProblem(await ask('PATCH', stream), 400, 'malformed-request');
      const fenced = await trim(stream, { before: 2 }, { 'ordinal-fencing-token': '1' });
      expectProblem(fenced, 400, 'not-supported');
      expect((await ask('GET', stream)).body).toEqual([1, 2]);
      expectProblem(await trim(`/v1/stream/${fresh('none')}`, { before: 1 }), 404, 'stream-not-found');
    });
  });
}
