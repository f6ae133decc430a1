// Goal: what was acknowledged survives `kill -9`, nothing happens twice, and several servers on one store keep the same promises
// together. Method: real server processes under load, killed in the middle; then an audit of everything that clients were told.

import { describe, expect, test } from 'vitest';
import { audit, type Load, STREAM, startLoad } from '../support/load.ts';
import { SERVER_PLACES } from '../support/server-places.ts';

async function createStream(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/stream/${STREAM}`, { method: 'PUT', headers });
  expect(response.status).toBe(201);
}

/** Resolves when `load` has been told of so many more claims and appends. */
async function progress(load: Load, more: number): Promise<void> {
  const size = () => load.told.claims.size + load.told.appends.size;
  const goal = size() + more;
  while (size() < goal) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each(SERVER_PLACES)('%s', (_name, place) => {
  test('kill -9 in the middle, several times: everything acknowledged is there, none twice', {
    timeout: 120_000,
  }, async () => {
    const { start, store } = await place();
    const told = [];
    let server = await start();
    await createStream(server.url);
    for (let round = 0; round < 3; round += 1) {
      const load = startLoad(() => [server.url], 16, `round-${round}`);
      await progress(load, 200);
      expect(await server.end('SIGKILL')).toBe('SIGKILL');
      await load.stop();
      told.push(load.told);
      server = await start();
    }
    await audit(server.url, store(), told);
  });

  test('two servers at once, one of them killed: the same promises together', {
    timeout: 120_000,
  }, async () => {
    const { start, store } = await place();
    const [first, second] = await Promise.all([start(), start()]);
    await createStream(first.url);
    const both = startLoad(() => [first.url, second.url], 16, 'both');
    await progress(both, 300);
    await first.end('SIGKILL');
    await progress(both, 100);
    await both.stop();
    await audit(second.url, store(), [both.told]);
  });

  test('what one server has acknowledged, the other shows at once', async () => {
    const { start } = await place();
    const [first, second] = await Promise.all([start(), start()]);
    for (let index = 0; index < 25; index += 1) {
      const [one, other] = index % 2 === 0 ? [first, second] : [second, first];
      const body = JSON.stringify({ owner: 'me' });
      const claimed = await fetch(`${one.url}/v1/names/n${index}`, { method: 'PUT', body });
      expect(claimed.status).toBe(201);
      expect((await fetch(`${other.url}/v1/names/n${index}`)).status).toBe(200);
      const after = claimed.headers.get('ordinal-position');
      const local = await fetch(`${other.url}/v1/names/n${index}?consistency=local&after=${after}`);
      expect(local.status).toBe(200);
    }
  });

  test('a live reader of one server sees what is appended through the other', {
    timeout: 120_000,
  }, async () => {
    const { start } = await place();
    const [first, second] = await Promise.all([start(), start()]);
    await createStream(first.url);
    const poll = fetch(`${first.url}/v1/stream/${STREAM}?offset=now&live=long-poll`);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${second.url}/v1/stream/${STREAM}`, { method: 'POST', headers, body: '"hello"' });
    const answer = await poll;
    expect(await answer.text()).toMatch(/^(\["hello"\])?$/);
    const all = await fetch(`${first.url}/v1/stream/${STREAM}`);
    expect(await all.json()).toEqual(['hello']);
  });
});
