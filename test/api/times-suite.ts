// The part of the API suite about reads that begin at a time. It cannot set the clocks of servers, so it asks for
// times long ago and long to come.

import { describe, expect, test } from 'vitest';
import type { Tools } from './api-suite.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const LONG_AGO = 'from-time=1999-12-31T23:59:59.5Z';
const TO_COME = 'from-time=9999-12-31T23:59:59Z';

export function timesSuite({ ask, fresh, expectProblem, request }: Tools): void {
  async function filled(): Promise<string> {
    const stream = `/v1/stream/${fresh('times')}`;
    expect((await ask('PUT', stream, { headers: JSON_TYPE, body: '[1,2,3]' })).status).toBe(201);
    return stream;
  }

  describe('reads from a time', () => {
    test('all of it, or nothing so far', async () => {
      const stream = await filled();
      expect((await ask('GET', `${stream}?${LONG_AGO}`)).body).toEqual([1, 2, 3]);
      const offset = encodeURIComponent('2000-01-01T01:00:00+01:00');
      expect((await ask('GET', `${stream}?from-time=${offset}`)).body).toEqual([1, 2, 3]);
      const later = await ask('GET', `${stream}?${TO_COME}`);
      expect(later).toMatchObject({ status: 200, body: [] });
      expect(later.headers.get('stream-up-to-date')).toBe('true');
      expect(later.headers.get('stream-next-offset')).toMatch(/_0*3$/);
    });

    test('live reads, too', async () => {
      const stream = await filled();
      expect((await ask('GET', `${stream}?${LONG_AGO}&live=long-poll`)).body).toEqual([1, 2, 3]);
      const waiting = ask('GET', `${stream}?${TO_COME}&live=long-poll`);
      await ask('POST', stream, { headers: { ...JSON_TYPE, 'stream-closed': 'true' }, body: '4' });
      expect([200, 204]).toContain((await waiting).status);
      const events = await (await request(`${stream}?${LONG_AGO}&live=sse`)).text();
      expect(events).toContain('data:[1,2,3,4]\n');
    });

    test('after a trimming it is what is left', async () => {
      const stream = await filled();
      await ask('PATCH', stream, { headers: JSON_TYPE, body: '{"before":3}' });
      expect((await ask('GET', `${stream}?${LONG_AGO}`)).body).toEqual([3]);
    });

    test('what is no time is refused, and so is a time beside an offset', async () => {
      const stream = await filled();
      for (const time of [
        '',
        '0',
        '1700000000000',
        '2026-01-01',
        '2026-13-01T00:00:00Z',
        '1969-01-01T00:00:00Z',
      ])
        expectProblem(await ask('GET', `${stream}?from-time=${time}`), 400, 'invalid-request');
      for (const query of [`${LONG_AGO}&offset=-1`, `${LONG_AGO}&${LONG_AGO}`])
        expectProblem(await ask('GET', `${stream}?${query}`), 400, 'invalid-request');
      const none = `/v1/stream/${fresh('none')}`;
      expectProblem(await ask('GET', `${none}?${LONG_AGO}`), 404, 'stream-not-found');
    });
  });
}
