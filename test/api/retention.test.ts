// Goal: what HTTP clients see of a stream whose retention has passed: nothing that is kept is gone, and what is gone is
// said to be, with the place to go on from, by a server that has not trimmed it, too. Method: two servers on one store
// of every kind, with a clock that is set by hand; one serves, the other maintains.

import { describe, expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type OpenStore, PLACES } from '../support/places.ts';

const URL_OF_STREAM = 'http://localhost/v1/stream/s';
const JSON_TYPE = { 'content-type': 'application/json' };
const HOUR_MS = 3_600_000;
/** So large that each is a segment, of nearly 90 bytes. */
const record = (number: number) => `${number} ${'x'.repeat(60)}`;
const offsetOf = (position: number) => `${'0'.repeat(16)}_${String(position).padStart(16, '0')}`;

async function world(openStore: OpenStore, retention: Record<string, string>) {
  const clock = new ManualClock();
  const log = { clock, segmentCapBytes: 60 };
  const [serving, maintaining] = [1, 2].map(() =>
    createApp(open(openStore(), { clock, log }), admitLoopback, { longPollMs: 1 }),
  );
  const ask = async (method: string, query = '', init: RequestInit = {}) => {
    const response = await serving?.fetch(new Request(URL_OF_STREAM + query, { method, ...init }));
    return response ?? Response.error();
  };
  let count = 0;
  const created = await ask('PUT', '', { headers: { ...JSON_TYPE, ...retention } });
  expect(created.status).toBe(201);
  return {
    ask,
    async append(records: number): Promise<void> {
      for (let left = records; left > 0; left -= 1) {
        count += 1;
        const init = { headers: JSON_TYPE, body: JSON.stringify(record(count)) };
        expect((await ask('POST', '', init)).status).toBe(204);
      }
    },
    async maintainAfter(hours: number): Promise<void> {
      clock.pass(hours * HOUR_MS);
      await maintaining?.maintain();
    },
    /** All that can be read is from `earliest` to `last`. */
    async expectLeft(earliest: number, last: number): Promise<void> {
      const left = Array.from({ length: last - earliest + 1 }, (_, index) => record(earliest + index));
      expect((await ask('HEAD')).headers.get('ordinal-earliest-position')).toBe(String(earliest));
      for (const query of [
        '',
        '?offset=-1',
        `?offset=${offsetOf(earliest - 1)}`,
        '?offset=-1&live=long-poll',
      ])
        expect(await (await ask('GET', query)).json()).toEqual(left);
      if (earliest === 1) return;
      for (const query of [`?offset=${offsetOf(earliest - 2)}`, `?offset=${offsetOf(0)}&live=long-poll`]) {
        const gone = await ask('GET', query);
        expect([gone.status, gone.headers.get('ordinal-code')]).toEqual([410, 'offset-gone']);
        expect(gone.headers.get('stream-next-offset')).toBe(offsetOf(earliest - 1));
      }
    },
  };
}

describe.each(PLACES)('%s', (_name, place) => {
  test('by age', async () => {
    const stream = await world(await place(), { 'ordinal-retention-seconds': '86400' });
    await stream.append(3);
    await stream.maintainAfter(12);
    await stream.append(3);
    await stream.maintainAfter(11);
    await stream.expectLeft(1, 6);
    const { headers } = await stream.ask('GET');
    await stream.maintainAfter(1);
    await stream.expectLeft(4, 6);
    const again = await stream.ask('GET', '', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect(again.status).toBe(200);
    // An hour later the storage is given back, and clients see no difference.
    await stream.maintainAfter(2);
    await stream.expectLeft(4, 6);
    await stream.append(1);
    await stream.maintainAfter(12);
    await stream.expectLeft(7, 7);
  });

  test('by bytes, but not what is younger than an hour', async () => {
    const stream = await world(await place(), { 'ordinal-retention-bytes': '200' });
    await stream.append(6);
    await stream.maintainAfter(0);
    await stream.expectLeft(1, 6);
    await stream.maintainAfter(2);
    await stream.expectLeft(4, 6);
    await stream.append(2);
    await stream.maintainAfter(2);
    await stream.expectLeft(6, 8);
  });
});

test('what has expired is gone for every request, and its place is free', async () => {
  const [, place] = PLACES[0] ?? [];
  if (!place) throw new Error('no store');
  const stream = await world(await place(), { 'stream-ttl': '3600' });
  await stream.append(2);
  await stream.maintainAfter(0.9);
  await stream.expectLeft(1, 2);
  await stream.maintainAfter(2);
  const requests: readonly (readonly [string, string])[] = [
    ['GET', ''],
    ['GET', '?offset=now'],
    ['GET', '?offset=-1&live=long-poll'],
    ['HEAD', ''],
    ['DELETE', ''],
  ];
  for (const [method, query] of requests) expect((await stream.ask(method, query)).status).toBe(404);
  const init = { headers: JSON_TYPE, body: '1' };
  expect((await stream.ask('POST', '', init)).status).toBe(404);
  expect((await stream.ask('PUT', '', init)).status).toBe(201);
  expect(await (await stream.ask('GET')).json()).toEqual([1]);
});
