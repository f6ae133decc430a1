// Goal: server-sent events of a watch lose nothing, whenever a connection ends, and a reader that is slow takes
// no memory. Method: the app in this process, and readers that leave, come back, or do not read.

import { describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { type AppOptions, createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

function served(options: AppOptions = {}) {
  const service = open(new MemoryStore());
  const app = createApp(service, admitOperator, options);
  const watch = (query: string, headers: Record<string, string> = {}) =>
    app.fetch(
      new Request(`http://localhost/v1/watch?${query}`, {
        headers: { accept: 'text/event-stream', ...headers },
      }),
    );
  return { app, watch, namespace: service.namespace() };
}

/** Reads until there are so many events, and leaves. */
async function take(response: Response, count: number): Promise<string[]> {
  let text = '';
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString();
    if (text.split('\n\n').length > count) break;
  }
  return text.split('\n\n').slice(0, count);
}

const put = (key: string) => ({ kind: 'put', key, value: key }) as const;

describe('events of a watch', () => {
  test('the last change of a position has its id, and no other', async () => {
    const { watch, namespace } = served();
    await namespace.transact({ then: [put('a'), put('b')] });
    await namespace.keys.put('c', new Uint8Array([255]));
    const response = await watch('after=0');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'ordinal-position': '0',
    });
    const numbers = (at: number) => `"version":1,"created":${at},"modified":${at}`;
    const data = (at: number, key: string, value: string) =>
      `data: {"position":${at},"key":"${key}","after":{"key":"${key}",${numbers(at)},${value}}}`;
    expect(await take(response, 4)).toEqual([
      'event: progress\nid: 0\ndata: {"position":0}',
      `event: change\n${data(1, 'a', '"value":"a"')}`,
      `event: change\nid: 1\n${data(1, 'b', '"value":"b"')}`,
      `event: change\nid: 2\n${data(2, 'c', '"valueBase64":"/w=="')}`,
    ]);
  });

  test('Last-Event-ID goes before what the URL says', async () => {
    const { watch, namespace } = served();
    for (const key of ['a', 'b', 'c']) await namespace.keys.put(key, key);
    const [, next] = await take(await watch('after=0', { 'last-event-id': '2' }), 2);
    expect(next).toMatch(/^event: change\nid: 3\ndata: \{"position":3,"key":"c"/);
  });

  test('a place that is compacted is gone', async () => {
    const { watch, namespace } = served();
    for (const key of ['a', 'b', 'c']) await namespace.keys.put(key, key);
    await namespace.kernel.transact({ kind: 'compact', position: 2 });
    for (const headers of [{}, { accept: 'application/json' }]) {
      const gone = await watch('after=1', headers);
      expect(gone.status).toBe(410);
      expect(await gone.json()).toMatchObject({ code: 'gone', earliest: 2, definite: true });
    }
  });

  test('one that comes back again and again, each time for a moment, sees every change once', async () => {
    const { watch, namespace } = served({ eventStreamMs: 0 });
    const seen: string[] = [];
    let lastId = '0';
    for (let round = 0; round < 30; round += 1) {
      if (round < 20)
        await namespace.transact({ then: [put(`${round}`), { kind: 'delete', key: `${round}` }] });
      const text = await (await watch('after=0', { 'last-event-id': lastId })).text();
      for (const event of text.split('\n\n')) {
        lastId = /^id: (\d+)$/m.exec(event)?.[1] ?? lastId;
        const change = /"position":(\d+),"key":"(\d+)","(before|after)"/.exec(event);
        if (change) seen.push(change.slice(1).join());
      }
    }
    const all = Array.from({ length: 20 }, (_, index) => [
      `${index + 1},${index},after`,
      `${index + 1},${index},before`,
    ]);
    expect(seen).toEqual(all.flat());
  });

  test('a reader that does not read holds up nobody, and is told all of it when it does', async () => {
    const { watch, namespace } = served();
    const slow = await watch('after=0');
    const reader = slow.body?.getReader();
    for (let count = 1; count <= 300; count += 1) await namespace.keys.put('a', `${count}`);
    let text = '';
    while (!text.includes('id: 300\n')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(text.match(/^event: change$/gm)).toHaveLength(300);
    await reader?.cancel();
  });

  test('ends when the server shuts down', async () => {
    const { app, watch } = served();
    const response = await watch('');
    const text = response.text();
    app.beginClosing();
    expect(await text).toBe('event: progress\nid: 0\ndata: {"position":0}\n\n');
  });
});

describe('pages of changes', () => {
  test('a place that is trimmed is gone, at a server that has nothing of it in memory', async () => {
    const store = new MemoryStore();
    const log = { trimAgeMinMs: 0, segmentCapBytes: 1 };
    const writer = open(store, { log, snapshotEvery: 5 });
    for (let count = 1; count <= 20; count += 1) {
      await writer.namespace().keys.put('a', `${count}`);
      await writer.idle();
    }
    await writer.maintain();
    const cold = createApp(open(store, { log }), admitOperator, { longPollMs: 20 });
    const page = (after: number) => cold.fetch(new Request(`http://localhost/v1/watch?after=${after}`));
    const gone = await page(3);
    expect(gone.status).toBe(410);
    expect(await gone.json()).toMatchObject({ code: 'gone', earliest: 15, definite: true });
    expect(await (await page(15)).json()).toMatchObject({ position: 20 });
  });

  test('empty when the time is over, from the same place on', async () => {
    const { watch, namespace } = served({ longPollMs: 20 });
    await namespace.keys.put('a', 'x');
    for (const query of ['', 'after=1', 'after=0&prefix=b']) {
      const answer = await watch(query, { accept: '*/*' });
      expect(await answer.json()).toEqual({ changes: [], position: 1 });
    }
  });

  test('as much as an answer may hold, and whole positions only', async () => {
    const { watch, namespace } = served();
    const large = (key: string) => ({ kind: 'put', key, value: new Uint8Array(60_000) }) as const;
    for (let count = 0; count < 5; count += 1) await namespace.transact({ then: [large('a'), large('b')] });
    const counts: number[] = [];
    for (let after = 0; after < 5; ) {
      const answer = await watch(`after=${after}`, { accept: '*/*' });
      const { changes, position } = (await answer.json()) as { changes: unknown[]; position: number };
      counts.push(changes.length);
      after = position;
    }
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(10);
    expect(counts.every((one) => one % 2 === 0 && one <= 6)).toBe(true);
  });
});
