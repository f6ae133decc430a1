// Goal: a producer's request is carried out once, in its order, whichever servers it is sent to and whenever they are
// killed; and a producer that begins anew ends the one before it on every server. Method: real servers on one store,
// killed in the middle; requests without an answer go to the other server, and some that were answered, too.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SERVER_PLACES } from '../support/server-places.ts';
import type { ServerProcess } from '../support/server-process.ts';

/** No measure of anything: on a busy machine, processes take long to start. */
const HANGS_AFTER_MS = 180_000;
const PRODUCERS = 6;
const KILLS = 3;
/** Requests that are answered between two kills. */
const REQUESTS_PER_KILL = 60;
const PATH = '/v1/stream/produced';
const JSON_TYPE = { 'content-type': 'application/json' };

interface Request {
  readonly id: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** Undefined: no answer. */
function send(url: string, { id, epoch, sequence }: Request): Promise<Response | undefined> {
  const producer = { 'producer-id': id, 'producer-epoch': `${epoch}`, 'producer-seq': `${sequence}` };
  const body = JSON.stringify(textOf({ id, epoch, sequence }));
  const init = { method: 'POST', headers: { ...JSON_TYPE, ...producer }, body };
  return fetch(url + PATH, init).catch(() => undefined);
}

const textOf = ({ id, epoch, sequence }: Request) => `${id} ${epoch} ${sequence}`;
const positionIn = (response: Response) => Number(response.headers.get('ordinal-first-position'));

/** Where each request is that was answered. */
type Produced = Map<string, number>;

/**
 * Sends one request after the other until `isOver`, each to another server than the one before, and again until
 * it is answered.
 */
async function produce(
  id: string,
  urls: () => readonly string[],
  produced: Produced,
  isOver: () => boolean,
): Promise<void> {
  let turn = 0;
  const nextUrl = () => {
    turn += 1;
    return urls()[turn % urls().length] ?? '';
  };
  for (let sequence = 0; !isOver(); sequence += 1) {
    const request = { id, epoch: 0, sequence };
    let response: Response | undefined;
    while (response?.status !== 200 && response?.status !== 204) {
      response = await send(nextUrl(), request);
      const code = response?.headers.get('ordinal-code');
      // Nothing else stands between a producer and its next request.
      expect([null, undefined, 'unavailable', 'outcome-unknown']).toContain(code);
      if (!response || code) await sleep(10);
    }
    const isRepeated = response.headers.get('ordinal-repeated') === 'true';
    expect(response.status).toBe(isRepeated ? 204 : 200);
    produced.set(textOf(request), positionIn(response));
    if (sequence % 5 === 0) await expectRepeated(nextUrl(), request, positionIn(response));
  }
}

/** As after an answer that was lost on its way. */
async function expectRepeated(url: string, request: Request, position: number): Promise<void> {
  const again = await send(url, request);
  if (!again || again.status === 503 || again.headers.has('ordinal-code')) return;
  expect([again.status, again.headers.get('ordinal-repeated')]).toEqual([204, 'true']);
  expect(positionIn(again)).toBe(position);
}

async function recordsAt(url: string): Promise<string[]> {
  const records: string[] = [];
  for (let offset = '-1'; ; ) {
    const response = await fetch(`${url}${PATH}?offset=${offset}`);
    expect(response.status).toBe(200);
    records.push(...((await response.json()) as string[]));
    offset = response.headers.get('stream-next-offset') ?? '';
    if (response.headers.get('stream-up-to-date') === 'true') return records;
  }
}

describe.each(SERVER_PLACES)('%s', (_name, place) => {
  test('each request once, in its order, through servers that are killed', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const { start } = await place();
    const servers: ServerProcess[] = await Promise.all([start(), start()]);
    await fetch(`${servers[0]?.url}${PATH}`, { method: 'PUT', headers: JSON_TYPE });
    const produced: Produced = new Map();
    let isOver = false;
    const producers = Array.from({ length: PRODUCERS }, (_, index) =>
      produce(
        `p${index}`,
        () => servers.map(({ url }) => url),
        produced,
        () => isOver,
      ),
    );
    const all = Promise.all(producers);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const goal = produced.size + REQUESTS_PER_KILL;
      while (produced.size < goal) await Promise.race([sleep(5), all]);
      const index = kill % servers.length;
      await servers[index]?.end('SIGKILL');
      servers[index] = await start();
    }
    isOver = true;
    await all;
    for (const { url } of servers) {
      const records = await recordsAt(url);
      expect(new Set(records).size).toBe(records.length);
      expect(records.length).toBe(produced.size);
      for (const [text, position] of produced) expect(records[position - 1]).toBe(text);
      for (let index = 0; index < PRODUCERS; index += 1) {
        const own = records.filter((text) => text.startsWith(`p${index} `));
        expect(own).toEqual(own.map((_, sequence) => textOf({ id: `p${index}`, epoch: 0, sequence })));
      }
    }
  });

  test('a producer that begins anew at one server is obeyed by the other, also after a restart', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const { start } = await place();
    const [one, other] = await Promise.all([start(), start()]);
    await fetch(one.url + PATH, { method: 'PUT', headers: JSON_TYPE });
    const old = { id: 'p', epoch: 0, sequence: 0 };
    expect((await send(one.url, old))?.status).toBe(200);
    expect((await send(other.url, { ...old, sequence: 1 }))?.status).toBe(200);
    expect((await send(other.url, { ...old, epoch: 1 }))?.status).toBe(200);
    const again = async (url: string) => {
      const stale = await send(url, { ...old, sequence: 2 });
      expect([stale?.status, stale?.headers.get('producer-epoch')]).toEqual([403, '1']);
      const gap = await send(url, { ...old, epoch: 1, sequence: 2 });
      expect([gap?.status, gap?.headers.get('producer-expected-seq')]).toEqual([409, '1']);
      const repeated = await send(url, { ...old, epoch: 1 });
      expect([repeated?.status, repeated && positionIn(repeated)]).toEqual([204, 3]);
    };
    await again(one.url);
    await again(other.url);
    await Promise.all([one.end('SIGKILL'), other.end('SIGKILL')]);
    const restarted = await start();
    await again(restarted.url);
    expect((await send(restarted.url, { ...old, epoch: 1, sequence: 1 }))?.status).toBe(200);
    expect(await recordsAt(restarted.url)).toEqual(['p 0 0', 'p 0 1', 'p 1 0', 'p 1 1']);
  });
});
