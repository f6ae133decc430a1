// Goal: pages of the origins that the operator has named can use the server, and no others. Method: the app on
// a memory store, asked as browsers ask.

import { expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { admitSharedToken } from '../../src/access/shared-token.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { sharingWith } from '../../src/protocols/http/cors.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

const APP = 'https://app.example';
const OTHER = 'https://other.example';
const TOKEN = 'a-token-of-the-operator';

function asker(corsOrigins: '*' | string[] | undefined, admit = admitLoopback) {
  const app = createApp(open(new MemoryStore()), admit, {
    sharing: corsOrigins && sharingWith(corsOrigins),
  });
  return (method: string, origin: string | undefined, headers: Record<string, string> = {}) =>
    app.fetch(
      new Request('http://127.0.0.1/v1/stream/s', {
        method,
        headers: { 'content-type': 'text/plain', ...headers, ...(origin ? { origin } : {}) },
      }),
    );
}

const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'if-none-match, producer-id',
};

test('a page of an origin that is named may ask, write and read the headers', async () => {
  const ask = asker([APP]);
  const asked = await ask('OPTIONS', APP, PREFLIGHT);
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
  const allowed = asked.headers.get('access-control-allow-headers')?.split(', ');
  for (const name of ['authorization', 'if-none-match', 'producer-id']) expect(allowed).toContain(name);
  const created = await ask('PUT', APP);
  expect(created.status).toBe(201);
  const read = await ask('GET', APP);
  for (const response of [asked, created, read, await ask('DELETE', APP)]) {
    expect(response.headers.get('access-control-allow-origin')).toBe(APP);
    expect(response.headers.get('access-control-expose-headers')).toBe('*');
    expect(response.headers.get('vary')).toBe(response === read ? 'Accept, origin' : 'origin');
  }
});

test('a page of another origin may not, and a program without an origin may', async () => {
  const ask = asker([APP]);
  expect((await ask('OPTIONS', OTHER, PREFLIGHT)).headers.has('access-control-allow-methods')).toBe(false);
  const refused = await ask('PUT', OTHER);
  expect(refused.status).toBe(403);
  expect(refused.headers.has('access-control-allow-origin')).toBe(false);
  const answer = await ask('PUT', undefined);
  expect(answer.status).toBe(201);
  expect(answer.headers.has('access-control-allow-origin')).toBe(false);
});

test('without the setting no page may', async () => {
  const ask = asker(undefined);
  expect((await ask('OPTIONS', APP, PREFLIGHT)).status).toBe(403);
  expect((await ask('PUT', APP)).status).toBe(403);
});

test('an asterisk opens the server to every page that has the token, and not to the loopback without one', async () => {
  const ask = asker('*', admitSharedToken(TOKEN));
  expect((await ask('OPTIONS', OTHER, PREFLIGHT)).status).toBe(204);
  expect((await ask('PUT', OTHER)).status).toBe(401);
  const created = await ask('PUT', OTHER, { authorization: `Bearer ${TOKEN}` });
  expect(created.status).toBe(201);
  expect(created.headers.get('access-control-allow-origin')).toBe('*');
  expect((await asker('*')('PUT', OTHER)).status).toBe(403);
});
