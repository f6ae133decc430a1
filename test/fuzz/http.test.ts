// Goal: whatever is sent, the API answers what its OpenAPI document says, never with a 5xx, and a request
// that is refused changes nothing. Method: requests made from the document itself, and the same ones bent out
// of shape, against the app in this process; and valid sequences on names, through two servers that share a
// store, against a Map. Each with a fixed seed and a fresh one.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { App } from '../../src/protocols/http/app.ts';
import { bent } from './bent-requests.ts';
import { nameStep, replayOnNames } from './names-model.ts';
import {
  allOperations,
  type Draft,
  described,
  document,
  encoded,
  fitting,
  NAMESPACES,
  newApp,
  requestOf,
  STREAMS,
  validatorOf,
} from './open-api.ts';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly definite: boolean;
}

const STATE_CODES = new Set([
  'name-taken',
  'name-not-yours',
  'name-not-held',
  'position-not-reached',
  'key-not-found',
  'condition-failed',
  'gone',
  'lease-not-found',
  'lock-held',
  'lock-not-held',
  'holders-mismatch',
  'no-leader',
  'not-elected',
  'not-leader',
  'not-candidate',
  'not-member',
]);
const POSITIONED = /^\/v1\/(namespaces\/[^/]+\/)?(names|keys|leases|locks|elections|groups|sequences)(\/|$)/;

/**
 * Sends the request and holds the answer against all that is promised of any answer; undefined if it cannot
 * be sent.
 */
async function send(app: App, draft: Draft, fits: boolean): Promise<Response | undefined> {
  const request = requestOf(draft);
  if (!request) return undefined;
  const { pathname } = new URL(request.url);
  const response = await app.fetch(request);
  const { status, headers } = response;
  const text = await response.text();
  const type = headers.get('content-type') ?? '';
  expect(status).toBeLessThan(500);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  let code = '';
  if (status >= 400) {
    expect(type).toBe('application/problem+json');
    if (request.method !== 'HEAD') {
      const problem = JSON.parse(text) as Problem;
      validatorOf('Problem').parse(problem);
      expect(problem).toMatchObject({ status, definite: true, type: `urn:ordinal:problem:${problem.code}` });
      code = problem.code;
    }
  }
  if (status === 405) expect(headers.get('allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  if (POSITIONED.test(pathname) && (status < 300 || STATE_CODES.has(code))) {
    expect(headers.get('ordinal-position')).toMatch(/^\d+$/);
  }
  const expectedTail = /^"0{16}_(\d{16})"$/.exec(request.headers.get('if-match') ?? '')?.[1];
  const first = headers.get('ordinal-first-position');
  if (request.method === 'POST' && expectedTail && first)
    expect(Number(first)).toBe(Number(expectedTail) + 1);
  if (fits) {
    const answer = described(draft.operation)[status];
    expect(answer, `${status} is not in the document`).toBeDefined();
    const schema = (answer?.content?.[type] ?? answer?.content?.['*/*'])?.schema;
    expect(undescribed(headers, answer?.headers ?? {})).toEqual([]);
    if (schema?.$ref && text !== '') validatorOf(schema.$ref).parse(JSON.parse(text));
    if (answer?.content && request.method !== 'HEAD') expect(schema).toBeDefined();
  }
  return response;
}

/** Headers that say something of this API, and that the document does not. */
function undescribed(headers: Headers, known: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(known).map((name) => name.toLowerCase());
  const ours = [...headers.keys()].filter((name) => /^(stream-|ordinal-|etag$|location$|allow$)/.test(name));
  return ours.filter((name) => name !== 'ordinal-code' && !names.includes(name));
}

/** All that can be seen without changing anything: names and their owners, keys, and where streams are. */
async function seenIn(app: App): Promise<unknown> {
  const places = ['/v1', ...NAMESPACES.map((namespace) => `/v1/namespaces/${namespace}`)];
  const paths = places.flatMap((place) => [`${place}/names`, `${place}/keys`]);
  const lists = paths.map(async (path) => {
    const response = await app.fetch(new Request(`http://fuzz${path}?limit=1000`));
    expect(response.status).toBe(200);
    const { position: _, ...seen } = (await response.json()) as Record<string, unknown>;
    return seen;
  });
  const heads = STREAMS.map(async (name) => {
    const url = `http://fuzz/v1/stream/${encoded('path', name)}`;
    const { status, headers } = await app.fetch(new Request(url, { method: 'HEAD' }));
    const told = ['ordinal-earliest-position', 'stream-next-offset', 'stream-closed', 'content-type'];
    return [name, status, ...told.map((header) => headers.get(header))];
  });
  return Promise.all([...lists, ...heads]);
}

/** Something of everything, so that the first request already finds something. */
async function furnished(): Promise<App> {
  const app = newApp();
  const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const init = { method, headers: { 'content-type': 'application/json', ...headers } };
    const response = await app.fetch(new Request(`http://fuzz${path}`, body ? { ...init, body } : init));
    expect(response.ok).toBe(true);
  };
  await ask('PUT', '/v1/names/alice', '{"owner":"ann"}');
  await ask('PUT', '/v1/namespaces/s1/names/bob', '{"owner":"ben"}');
  await ask('PUT', '/v1/keys/k', 'one');
  await ask('PUT', '/v1/namespaces/s2/keys/k/1', 'two');
  await ask('PUT', '/v1/stream/a', '[1,2]');
  await ask('PUT', '/v1/stream/closed', '"last"', { 'stream-closed': 'true' });
  await ask('PUT', '/v1/stream/gone', '[1]');
  await ask('DELETE', '/v1/stream/gone');
  return app;
}

async function exchange(drafts: readonly Draft[], fits: boolean): Promise<void> {
  const app = await furnished();
  let before = await seenIn(app);
  for (const draft of drafts) {
    const response = await send(app, draft, fits);
    // Reads change nothing, or the next look shows it.
    if (['GET', 'HEAD', 'OPTIONS'].includes(draft.method)) continue;
    const refused = !response || response.status >= 400;
    const after = await seenIn(app);
    if (refused) expect(after).toEqual(before);
    before = after;
  }
  expect(await seenIn(app)).toEqual(before);
  await app.idle();
}

describe.each([
  ['the fixed seed', { seed: 20_250_101 }],
  ['a fresh seed', {}],
])('fuzzing with %s', (_seed, parameters) => {
  const options = { ...parameters, interruptAfterTimeLimit: 2300 };

  test('requests that fit the OpenAPI document are answered as it says', async () => {
    const drafts = fc.array(fitting, { minLength: 1, maxLength: 12, size: 'max' });
    await fc.assert(
      fc.asyncProperty(drafts, (some) => exchange(some, true)),
      { ...options, numRuns: 150 },
    );
  });

  test('requests bent out of shape are refused and change nothing', async () => {
    const drafts = fc.array(bent, { minLength: 1, maxLength: 12, size: 'max' });
    await fc.assert(
      fc.asyncProperty(drafts, (some) => exchange(some, false)),
      { ...options, numRuns: 200 },
    );
  });

  test('names through two servers, restarts and repeated requests are those of a Map', async () => {
    const steps = fc.array(nameStep, { maxLength: 40, size: 'max' });
    await fc.assert(fc.asyncProperty(steps, replayOnNames), { ...options, numRuns: 150 });
  });
});

describe('the document', () => {
  test('says where the server is, and what any operation may come to', () => {
    expect(document.servers).toEqual([{ url: '/' }]);
    expect(allOperations.length).toBeGreaterThan(10);
    for (const { operationId } of allOperations) {
      expect(Object.keys(described(operationId))).toEqual(expect.arrayContaining(['405', '431', '500']));
    }
  });

  test('demands an owner, and numbers where there are numbers', () => {
    expect(document.components.schemas['Owner']).toMatchObject({
      required: ['owner'],
      properties: { owner: { type: 'string', minLength: 1, maxLength: 256 } },
      additionalProperties: false,
    });
    const list = allOperations.find(({ operationId }) => operationId === 'listNames');
    const schemaOf = (name: string) => list?.parameters.find((one) => one.name === name)?.schema;
    expect(schemaOf('limit')).toMatchObject({ type: 'integer', minimum: 1, maximum: 1000, default: 100 });
    expect(schemaOf('after')).toMatchObject({ type: 'integer', minimum: 0 });
  });

  test.each([
    ['GET', 'live=sse', 400],
    ['GET', 'live=long-poll', 400],
    ['GET', 'offset=1', 400],
    ['GET', `offset=${'0'.repeat(16)}_${'0'.repeat(16)}`, 200],
  ])('%s ?%s is %i, as its patterns and words say', async (method, query, status) => {
    const app = await furnished();
    const answer = await app.fetch(new Request(`http://fuzz/v1/stream/a?${query}`, { method }));
    expect(answer.status).toBe(status);
  });
});

// What the properties above steer clear of. Each is marked as failing, and the mark fails once it is mended.
describe('known gaps', () => {
  const ask = async (app: App, method: string, path: string, owner: string, key: string) => {
    const init = { method, headers: { 'idempotency-key': key }, body: JSON.stringify({ owner }) };
    return app.fetch(new Request(`http://fuzz/v1/names/${path}`, init));
  };
  const look = (app: App, name: string) => app.fetch(new Request(`http://fuzz/v1/names/${name}`));

  test('a claim with the key of another claim is not answered as done', async () => {
    const app = newApp();
    await ask(app, 'PUT', 'alice', 'ann', 'k');
    const second = await ask(app, 'PUT', 'bob', 'ben', 'k');
    expect([second.ok, (await look(app, 'bob')).status]).not.toEqual([true, 404]);
  });

  test('a release with the key of a claim is not answered as done', async () => {
    const app = newApp();
    await ask(app, 'PUT', 'alice', 'ann', 'k');
    const second = await ask(app, 'DELETE', 'alice', 'ann', 'k');
    expect([second.ok, (await look(app, 'alice')).status]).not.toEqual([true, 200]);
  });

  test('a claim with the key of a release that found nothing is no error of the server', async () => {
    const app = newApp();
    await ask(app, 'DELETE', 'alice', 'ann', 'k');
    expect((await ask(app, 'PUT', 'alice', 'ann', 'k')).status).toBeLessThan(500);
  });

  test('every reference in the document leads somewhere', () => {
    const references = JSON.stringify(document).match(/(?<="\$ref":"#\/)[^"]+/g) ?? [];
    for (const reference of new Set(references)) expect(document).toHaveProperty(reference.split('/'));
  });

  test('a line break in the name of a stream is a character like others, or refused as documented', async () => {
    const response = await newApp().fetch(new Request('http://fuzz/v1/stream/a%0Ab', { method: 'PUT' }));
    expect(Object.keys(described('createStream'))).toContain(String(response.status));
  });

  test.each([
    ['HEAD', 'describeStream'],
    ['DELETE', 'deleteStream'],
  ])('%s of a stream documents its 400', async (method, operation) => {
    const headers = { 'stream-forked-from': '/a' };
    const response = await newApp().fetch(new Request('http://fuzz/v1/stream/a', { method, headers }));
    expect(response.status).toBe(400);
    expect(Object.keys(described(operation))).toContain('400');
  });
});
