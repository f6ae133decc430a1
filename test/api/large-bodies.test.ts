// Goal: large bodies come in and go out whole, what is larger is refused, and memory is bounded. Method: a server on SQLite with
// bodies at the limits; many large bodies at once; one whose body does not end.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  APPEND_BYTES_MAX,
  LARGE_APPEND_BYTES_MAX,
  LARGE_BODIES_MAX,
  RECORD_BYTES_MAX,
} from '../../src/limits.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { serveLocally } from '../support/serve-locally.ts';
import { temporaryDirectory } from '../support/temporary.ts';

type Serving = Awaited<ReturnType<typeof serveLocally>>;

let serving: Serving;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let streams = 0;

beforeAll(async () => {
  directory = await temporaryDirectory();
  serving = await serveLocally(new SqliteStore(directory.path), { longPollMs: 300, waitMaxMs: 100 });
});
afterAll(async () => {
  await serving.close();
  await directory.remove();
});

const JSON_TYPE = { 'content-type': 'application/json' };
const BYTES_TYPE = { 'content-type': 'application/octet-stream' };

async function newStream(headers: Record<string, string>): Promise<string> {
  const url = `${serving.url}/v1/stream/large-${++streams}`;
  expect((await fetch(url, { method: 'PUT', headers })).status).toBe(201);
  return url;
}

function post(url: string, headers: Record<string, string>, body: RequestInit['body']): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
}

async function expectTooLarge(response: Response): Promise<void> {
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: 'too-large', definite: true });
}

/** A JSON text of so many bytes: a string of one letter. */
function textOf(bytes: number, letter = 'x'): string {
  return `"${letter.repeat(bytes - 2)}"`;
}

/** An array of two texts, of so many bytes in all. */
function arrayOf(bytes: number): string {
  return `[${textOf(RECORD_BYTES_MAX, 'a')},${textOf(bytes - RECORD_BYTES_MAX - 3, 'b')}]`;
}

async function pagesOf(url: string): Promise<string[]> {
  const pages: string[] = [];
  for (let offset = '-1'; ; ) {
    const response = await fetch(`${url}?offset=${offset}`);
    expect(response.status).toBe(200);
    pages.push(await response.text());
    offset = response.headers.get('stream-next-offset') ?? '';
    if (response.headers.get('stream-up-to-date') === 'true') return pages;
  }
}

describe('JSON', () => {
  test('a body of 16 MB is appended; its records come one a page, which is what a page holds', async () => {
    const url = await newStream(JSON_TYPE);
    const body = arrayOf(LARGE_APPEND_BYTES_MAX);
    expect(body.length).toBe(LARGE_APPEND_BYTES_MAX);
    const response = await post(url, JSON_TYPE, body);
    expect(response.status).toBe(204);
    expect(response.headers.get('ordinal-first-position')).toBe('1');
    expect(response.headers.get('ordinal-last-position')).toBe('2');
    const pages = await pagesOf(url);
    expect(pages.map((page) => page.length)).toEqual([
      RECORD_BYTES_MAX + 2,
      LARGE_APPEND_BYTES_MAX - RECORD_BYTES_MAX - 1,
    ]);
    expect(`${pages[0]?.slice(0, -1)},${pages[1]?.slice(1)}` === body).toBe(true);
  });

  test('a body of one byte more is refused, with its length and without', async () => {
    const url = await newStream(JSON_TYPE);
    await expectTooLarge(await post(url, JSON_TYPE, arrayOf(LARGE_APPEND_BYTES_MAX + 1)));
    await expectTooLarge(
      await post(url, JSON_TYPE, new Blob([arrayOf(LARGE_APPEND_BYTES_MAX + 1)]).stream()),
    );
    expect(await pagesOf(url)).toEqual(['[]']);
  });

  test('a record of 8 MB is taken, alone and in an array, and one byte more is not', async () => {
    const url = await newStream(JSON_TYPE);
    expect((await post(url, JSON_TYPE, textOf(RECORD_BYTES_MAX))).status).toBe(204);
    await expectTooLarge(await post(url, JSON_TYPE, textOf(RECORD_BYTES_MAX + 1)));
    await expectTooLarge(await post(url, JSON_TYPE, `[1,${textOf(RECORD_BYTES_MAX + 1)}]`));
    expect((await post(url, JSON_TYPE, `[1,${textOf(RECORD_BYTES_MAX)},2]`)).status).toBe(204);
    const pages = await pagesOf(url);
    expect(pages.join('').length).toBe(2 * RECORD_BYTES_MAX + 2 * pages.length + '12'.length);
  });

  test('many small records in a large body come in pages of about 1 MB', async () => {
    const url = await newStream(JSON_TYPE);
    const records = Array.from({ length: 10_000 }, (_, index) => textOf(500, String(index % 10)));
    expect((await post(url, JSON_TYPE, `[${records.join()}]`)).status).toBe(204);
    const pages = await pagesOf(url);
    for (const page of pages) expect(page.length).toBeLessThan(1_100_000);
    expect(pages.flatMap((page) => JSON.parse(page)).length).toBe(10_000);
  });

  test('a stream is created with a large body, and closed with one', async () => {
    const url = `${serving.url}/v1/stream/large-${++streams}`;
    const body = textOf(2 * APPEND_BYTES_MAX);
    const created = await fetch(url, { method: 'PUT', headers: JSON_TYPE, body });
    expect(created.status).toBe(201);
    expect((await post(url, { ...JSON_TYPE, 'stream-closed': 'true' }, body)).status).toBe(204);
    const live = await fetch(`${url}?offset=-1&live=sse`);
    expect((await live.text()).match(/x{2,}/g)?.map((text) => text.length)).toEqual(
      Array(2).fill(body.length - 2),
    );
  });
});

test('bytes: a record of 8 MB is one append, and one byte more is refused', async () => {
  const url = await newStream(BYTES_TYPE);
  const body = new Uint8Array(RECORD_BYTES_MAX).map((_, index) => index % 251);
  expect((await post(url, BYTES_TYPE, body)).status).toBe(204);
  await expectTooLarge(await post(url, BYTES_TYPE, new Uint8Array(RECORD_BYTES_MAX + 1)));
  const answer = await fetch(`${url}?offset=-1`);
  expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), body)).toBe(0);
});

test('of large bodies only so many at once are taken, and small ones go on', async () => {
  const url = await newStream(BYTES_TYPE);
  const endless: ReadableStreamDefaultController<Uint8Array>[] = [];
  const slow = Array.from({ length: LARGE_BODIES_MAX }, () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(APPEND_BYTES_MAX + 1));
        endless.push(controller);
      },
    });
    return post(url, BYTES_TYPE, body);
  });
  let refused: Response;
  do {
    refused = await post(url, BYTES_TYPE, new Uint8Array(APPEND_BYTES_MAX + 1));
  } while (refused.status !== 503);
  expect(await refused.json()).toMatchObject({ code: 'unavailable', definite: true });
  expect((await post(url, BYTES_TYPE, 'small')).status).toBe(204);
  for (const controller of endless) controller.close();
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual(Array(LARGE_BODIES_MAX).fill(204));
  expect((await post(url, BYTES_TYPE, new Uint8Array(APPEND_BYTES_MAX + 1))).status).toBe(204);
});
