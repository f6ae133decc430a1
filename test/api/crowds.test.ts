// Goal: a stream is there for everybody from the moment at which anybody has been told that it was created, also when
// many are created at once under many writers; and no append is lost or doubled. Method: two servers on one store, up to
// 64 streams with 64 writers each, all at the same time.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { deferred } from '../support/deferred.ts';
import { PLACES } from '../support/places.ts';

/** An emulator of DynamoDB, on a busy machine, bears a few hundred requests at once. */
const sizeOn = (place: string) => (place === 'DynamoDB' ? 16 : 64);
/** So long does a writer rest that was told to try again. */
const PAUSE_MS = 50;
/** Two of so many do not wait until they are told that the stream is there. */
const EARLY_WRITERS = 8;
const JSON_TYPE = { 'content-type': 'application/json' };

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

function serverOn(store: Parameters<typeof open>[0]): Ask {
  const app = createApp(open(store), admitLoopback);
  return (path, init) => app.fetch(new Request(`http://localhost/v1${path}`, init));
}

/** Again where the store has too much to do, so that nothing has happened, or nobody knows. */
async function untilKnown(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await send();
    const code = response.headers.get('ordinal-code');
    if (code !== 'unavailable' && code !== 'outcome-unknown') return response;
    await sleep(PAUSE_MS);
  }
}

/** Two create it at once, and all write as soon as they can. Answers where each writer's record is. */
async function crowd(servers: readonly Ask[], path: string, writers: number): Promise<number[]> {
  const created = deferred();
  let isTold = false;
  const create = async (ask: Ask): Promise<void> => {
    const { status } = await untilKnown(() => ask(path, { method: 'PUT', headers: JSON_TYPE }));
    expect([200, 201]).toContain(status);
    isTold = true;
    created.resolve();
  };
  const write = async (writer: number): Promise<number> => {
    const ask = servers[writer % servers.length];
    if (!ask) throw new Error('no server');
    // So that it can be sent again.
    const producer = { 'producer-id': `w${writer}`, 'producer-epoch': '0', 'producer-seq': '0' };
    const init = { method: 'POST', headers: { ...JSON_TYPE, ...producer }, body: String(writer) };
    if (writer % EARLY_WRITERS > 1) await created.promise;
    for (;;) {
      let wasTold = isTold;
      const { status, headers } = await untilKnown(() => {
        wasTold = isTold;
        return ask(path, init);
      });
      if (status === 200 || status === 204) return Number(headers.get('ordinal-first-position'));
      expect([status, wasTold]).toEqual([404, false]);
      await created.promise;
    }
  };
  const positions = Array.from({ length: writers }, (_, writer) => write(writer));
  await Promise.all(servers.map(create));
  return Promise.all(positions);
}

describe.each(PLACES)('%s', (name, place) => {
  const size = sizeOn(name);

  test(`${size} streams with ${size} writers each`, { timeout: 180_000 }, async () => {
    const openStore = await place();
    const servers = [serverOn(openStore()), serverOn(openStore())];
    const paths = Array.from({ length: size }, (_, index) => `/stream/s${10 + index}`);
    const told = await Promise.all(paths.map((path) => crowd(servers, path, size)));
    for (const [index, path] of paths.entries()) {
      const response = await servers[index % 2]?.(path);
      const records = (await response?.json()) as number[];
      expect(records.length).toBe(size);
      expect(told[index]?.map((position) => records[position - 1])).toEqual([...records.keys()]);
    }
    for (const ask of servers) {
      const { streams } = (await (await ask('/streams')).json()) as { streams: { name: string }[] };
      expect(streams.map(({ name }) => `/stream/${name}`)).toEqual(paths);
    }
  });
});
