// Goal: whoever may not is refused with the right status, and nothing is written. Method: the app on a memory
// store whose writes are counted.

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { admitJwt } from '../../src/access/json-web-token.ts';
import { admitLoopback, isLoopback } from '../../src/access/loopback.ts';
import type { Admit } from '../../src/access/principal.ts';
import { admitSharedToken } from '../../src/access/shared-token.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore, type StoreMethod } from '../support/intercepted-store.ts';
import { bearer, type Issuer, startIssuer } from '../support/issuer.ts';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly definite: boolean;
}

const WRITING: readonly StoreMethod[] = [
  'update',
  'open',
  'remove',
  'setMetadataRecord',
  'putBlob',
  'removeBlob',
];

let app: App;
let writes: number;
let calls: number;

function serveWith(admit: Admit): void {
  writes = 0;
  calls = 0;
  const store = new InterceptedStore(new MemoryStore(), (method, run) => {
    calls += 1;
    if (WRITING.includes(method)) writes += 1;
    return run();
  });
  app = createApp(open(store, { waitMaxMs: 50 }), admit);
}

function ask(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return app.fetch(new Request(`http://127.0.0.1${path}`, { method, ...init }));
}

async function refused(answer: Promise<Response>, status: number, code: string): Promise<Response> {
  const before = writes;
  const response = await answer;
  expect((await response.clone().json()) as Problem).toMatchObject({ status, code, definite: true });
  expect(response.status).toBe(status);
  expect(writes).toBe(before);
  return response;
}

const WRITES: readonly [method: string, path: string, body: string | undefined][] = [
  ['PUT', '/v1/names/eve', '{"owner":"eve"}'],
  ['DELETE', '/v1/names/ann', '{"owner":"ann"}'],
  ['PUT', '/v1/leases/eve', '{"ttlMs":1000}'],
  ['POST', '/v1/leases/renew', '{"leases":["ann"]}'],
  ['DELETE', '/v1/leases/ann', undefined],
  ['PUT', '/v1/locks/l', '{"ttlMs":1000}'],
  ['DELETE', '/v1/locks/l', '{"lease":"ann"}'],
  ['PUT', '/v1/elections/e', '{"ttlMs":1000}'],
  ['PATCH', '/v1/elections/e', '{"lease":"ann","value":"x"}'],
  ['DELETE', '/v1/elections/e', '{"lease":"ann"}'],
  ['PUT', '/v1/groups/g/m', '{"ttlMs":1000}'],
  ['DELETE', '/v1/groups/g/m', '{"lease":"ann"}'],
  ['POST', '/v1/sequences/s', '{}'],
  ['PUT', '/v1/namespaces/other/names/eve', '{"owner":"eve"}'],
  ['PUT', '/v1/keys/a/b', 'x'],
  ['DELETE', '/v1/keys/a/b', undefined],
  ['PUT', '/v1/namespaces/other/keys/a', 'x'],
  ['POST', '/v1/transactions', '{"then":[{"kind":"put","key":"a","value":"x"}]}'],
  ['PUT', '/v1/stream/orders', undefined],
  ['POST', '/v1/stream/orders', 'x'],
  ['PATCH', '/v1/stream/orders', '{"before":2}'],
  ['DELETE', '/v1/stream/orders', undefined],
];
const READS: readonly [method: string, path: string, body: undefined][] = [
  ['GET', '/v1/names/ann', undefined],
  ['GET', '/v1/names/ann?consistency=sequenced', undefined],
  ['GET', '/v1/names', undefined],
  ['GET', '/v1/keys/a/b', undefined],
  ['HEAD', '/v1/keys/a/b', undefined],
  ['GET', '/v1/keys/a/b?consistency=sequenced', undefined],
  ['GET', '/v1/keys?prefix=a', undefined],
  ['GET', '/v1/watch?after=0&prefix=a', undefined],
  ['GET', '/v1/leases/ann', undefined],
  ['GET', '/v1/leases', undefined],
  ['GET', '/v1/namespaces/other', undefined],
  ['GET', '/v1/streams', undefined],
  ['GET', '/v1/diagnostics', undefined],
  ['GET', '/v1/diagnostics?log=stream/orders', undefined],
  ['GET', '/v1/history?prefix=a', undefined],
  ['GET', '/v1/locks?consistency=sequenced', undefined],
  ['GET', '/v1/elections', undefined],
  ['GET', '/v1/groups?prefix=a', undefined],
  ['GET', '/v1/sequences', undefined],
  ['GET', '/v1/locks/l?consistency=sequenced', undefined],
  ['GET', '/v1/elections/e?live=sse', undefined],
  ['GET', '/v1/groups/g?live=sse', undefined],
  ['GET', '/v1/sequences/s', undefined],
  ['GET', '/v1/stream/orders', undefined],
  ['HEAD', '/v1/stream/orders', undefined],
  ['GET', '/v1/stream/orders?offset=-1&live=sse', undefined],
];
const TEXT = { 'content-type': 'text/plain' };

describe('a shared token', () => {
  const token = 'a-token-of-twenty-one';
  beforeEach(() => serveWith(admitSharedToken(token)));

  test.each([...WRITES, ...READS, ['GET', '/healthz', undefined], ['GET', '/v1/openapi.json', undefined]])(
    '%s %s without it, with another and with a part of it',
    async (method, path, body) => {
      const init = body === undefined ? {} : { body };
      const nothing = await ask(method, path, init);
      expect(nothing.status).toBe(401);
      expect(nothing.headers.get('www-authenticate')).toBe('Bearer realm="ordinal"');
      for (const wrong of ['x', token.slice(0, -1), `${token}x`, token.toUpperCase()]) {
        const answer = await ask(method, path, { ...init, headers: bearer(wrong) });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
      }
      expect(writes).toBe(0);
    },
  );

  test('whether the process is alive is told without it, and nothing else', async () => {
    for (const method of ['GET', 'HEAD']) expect((await ask(method, '/livez')).status).toBe(200);
    expect(await (await ask('GET', '/livez')).json()).toEqual({ status: 'ok' });
    expect(calls).toBe(0);
    expect((await ask('POST', '/livez')).status).toBe(401);
    for (const path of [
      '/livez/',
      '/livez/healthz',
      '/v1/stream/livez',
      '/v1/names/livez',
      '/healthz?/livez',
    ]) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 401]);
    }
  });

  test('with it, everything; not in the URL, nor as another scheme', async () => {
    expect(
      (await ask('PUT', '/v1/names/ann', { body: '{"owner":"ann"}', headers: bearer(token) })).status,
    ).toBe(201);
    await refused(ask('GET', `/v1/names/ann?access_token=${token}`), 401, 'unauthenticated');
    const basic = { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` };
    await refused(ask('GET', '/v1/names/ann', { headers: basic }), 401, 'unauthenticated');
  });
});

describe('the loopback', () => {
  beforeEach(() => serveWith(admitLoopback));

  test('a web page that lets its own name resolve to this machine', async () => {
    const request = new Request('http://evil.example:4437/v1/names/eve', {
      method: 'PUT',
      body: '{"owner":"eve"}',
    });
    await refused(app.fetch(request), 403, 'forbidden');
  });

  test('a web page that posts across sites', async () => {
    for (const origin of ['https://evil.example', 'null', 'https://localhost.evil.example']) {
      const headers = { ...TEXT, origin };
      await refused(ask('POST', '/v1/stream/orders', { headers, body: 'x' }), 403, 'forbidden');
    }
  });

  test('an image on a web page, which has no origin', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
      const path = '/v1/namespaces/r1/names/x?consistency=sequenced';
      await refused(ask('GET', path, { headers }), 403, 'forbidden');
    }
    for (const site of ['none', 'same-origin']) {
      expect((await ask('GET', '/v1/names', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
    }
  });

  test.each([
    ['localhost', true],
    ['app.localhost:80', true],
    ['127.0.0.1', true],
    ['127.9.9.9:1', true],
    ['::1', true],
    ['[::1]', true],
    ['[::1]:4437', true],
    ['0.0.0.0', false],
    ['::', false],
    ['[::]:80', false],
    ['[::1].evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example', false],
    ['', false],
    [undefined, false],
  ])('%s is the loopback: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });

  const asked = (url: string, headers: Record<string, string>) =>
    app.fetch(new Request(url, { method: 'POST', headers: { ...TEXT, ...headers }, body: 'x' }));

  test('a page of another server of this machine', async () => {
    await app.fetch(new Request('http://localhost:4437/v1/stream/orders', { method: 'PUT', headers: TEXT }));
    for (const origin of [
      'http://localhost:3000',
      'http://localhost',
      'https://localhost:4437',
      'http://127.0.0.1:4437',
      'http://[::1]:4437',
      'http://app.localhost:4437',
    ]) {
      await refused(asked('http://localhost:4437/v1/stream/orders', { origin }), 403, 'forbidden');
    }
    // The port that a scheme stands for is not written.
    const origin = 'https://localhost';
    await refused(asked('http://localhost/v1/stream/orders', { origin }), 403, 'forbidden');
  });

  test('programs, and pages of this very server', async () => {
    await app.fetch(new Request('http://localhost:4437/v1/stream/orders', { method: 'PUT', headers: TEXT }));
    for (const host of ['localhost:4437', '[::1]:4437', '127.0.0.1', 'LocalHost:4437']) {
      const origin = `http://${host.toLowerCase()}`;
      const answer = await asked(`http://${host}/v1/stream/orders`, { host, origin });
      expect([host, answer.status]).toEqual([host, 204]);
    }
    expect((await asked('http://localhost:4437/v1/stream/orders', {})).status).toBe(204);
  });
});

describe('JSON Web Tokens', () => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.stop());
  beforeEach(() => serveWith(admitJwt({ issuer: issuer.url, audience: 'ordinal' })));

  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const all = { scope: 'names:read:* names:write:* logs:read:* logs:write:*' };
  const withToken = async (scope: string, init: RequestInit = {}, sub = 'ann'): Promise<RequestInit> => ({
    ...init,
    headers: {
      ...TEXT,
      ...(init.headers as Record<string, string>),
      ...bearer(await issuer.token({ scope, sub })),
    },
  });

  test.each([...WRITES, ...READS])('%s %s with a token that has no scopes', async (method, path, body) => {
    const init = await withToken('openid profile', body === undefined ? {} : { body });
    const answer = await ask(method, path, init);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('ordinal-code')).toBe('forbidden');
    expect(writes).toBe(0);
  });

  const payload = () => ({ iss: issuer.url, aud: 'ordinal', sub: 'ann', exp: 2_000_000_000_000, ...all });
  const bad: readonly [string, () => Promise<string>][] = [
    ['expired', () => issuer.token({ ...all, exp: Math.floor(Date.now() / 1000) - 60 })],
    ['not valid yet', () => issuer.token({ ...all, nbf: Math.floor(Date.now() / 1000) + 60 })],
    ['of another issuer', () => issuer.token({ ...all, iss: 'https://evil.example' })],
    ['for another audience', () => issuer.token({ ...all, aud: 'somebody-else' })],
    [
      'for another client, without an audience',
      () => issuer.token({ ...all, aud: undefined, client_id: 'x' }),
    ],
    ['without audience and client', () => issuer.token({ ...all, aud: undefined })],
    ['without an end', () => issuer.token({ ...all, exp: undefined })],
    ['without a subject', () => issuer.token({ ...all, sub: undefined })],
    ['with an empty subject', () => issuer.token({ ...all, sub: '' })],
    ['signed by somebody else', () => issuer.forged(all)],
    ['alg: none', async () => `${encode({ alg: 'none' })}.${encode(payload())}.`],
    [
      'alg: none with a signature',
      async () => `${encode({ alg: 'none', kid: 'one' })}.${encode(payload())}.AAAA`,
    ],
    [
      'a public key used as a shared secret',
      async () => {
        const keys = await (await fetch(`${issuer.url}/keys`)).text();
        const signed = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(payload())}`;
        return `${signed}.${createHmac('sha256', keys).update(signed).digest('base64url')}`;
      },
    ],
    [
      'with another payload under the signature',
      async () => {
        const [header, , signature] = (await issuer.token()).split('.');
        return `${header}.${encode(payload())}.${signature}`;
      },
    ],
    ['no token at all', async () => 'nonsense'],
  ];
  test.each(bad)('%s: 401', async (_what, make) => {
    const headers = bearer(await make());
    const answer = await refused(
      ask('PUT', '/v1/names/eve', { headers, body: '{}' }),
      401,
      'unauthenticated',
    );
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test('the subject is the owner; nobody acts as somebody else', async () => {
    const claim = async (sub: string, body: string, method = 'PUT') =>
      ask(method, '/v1/names/ann', await withToken('names:write:*', { body }, sub));
    expect(await (await claim('ann', '{}')).json()).toMatchObject({ owner: 'ann' });
    expect((await claim('ann', '{"owner":"ann"}')).status).toBe(200);
    await refused(claim('eve', '{"owner":"ann"}'), 403, 'forbidden');
    await refused(claim('eve', '{"owner":"ann"}', 'DELETE'), 403, 'forbidden');
    expect((await claim('eve', '{}', 'DELETE')).status).toBe(409);
    expect((await claim('ann', '{}', 'DELETE')).status).toBe(204);
  });

  test('who holds a name is told to those only who may read it', async () => {
    await ask('PUT', '/v1/names/ann', await withToken('names:write:*', { body: '{}' }, 'ann'));
    for (const method of ['PUT', 'DELETE']) {
      const blind = await ask(
        method,
        '/v1/names/ann',
        await withToken('names:write:*', { body: '{}' }, 'eve'),
      );
      expect(await blind.json()).not.toHaveProperty('holder');
      expect(blind.status).toBe(409);
      const scope = 'names:write:* names:read:*';
      const seeing = await ask(method, '/v1/names/ann', await withToken(scope, { body: '{}' }, 'eve'));
      expect(await seeing.json()).toMatchObject({ holder: { owner: 'ann' } });
    }
  });

  test('what there is of a key is told to those only who may read it', async () => {
    const put = async (scope: string) => {
      const headers = { 'if-none-match': '*' };
      return ask('PUT', '/v1/keys/a/b', await withToken(scope, { body: 'x', headers }));
    };
    expect((await put('keys:write:default:a/*')).status).toBe(201);
    const blind = await put('keys:write:default:a/*');
    expect(blind.status).toBe(412);
    expect(await blind.json()).not.toHaveProperty('entry');
    const seeing = await put('keys:write:default:a/* keys:read:default:a/b');
    expect(await seeing.json()).toMatchObject({ entry: { key: 'a/b', value: 'x' } });
  });

  test.each([
    ['a put', { then: [{ kind: 'put', key: 'a', value: '' }] }, 'keys:write:default:a'],
    ['a put in the other branch', { else: [{ kind: 'put', key: 'a', value: '' }] }, 'keys:write:default:a'],
    [
      'a put with a lease',
      {
        then: [
          { kind: 'grant', lease: 'l', ttlMs: 5000 },
          { kind: 'put', key: 'a', value: '', lease: 'l' },
        ],
      },
      'keys:write:default:a leases:write:default:l',
    ],
    [
      'a numbered put',
      { then: [{ kind: 'put-numbered', prefix: 'a/', value: '' }] },
      'keys:write:default:a/*',
    ],
    ['a delete of many', { then: [{ kind: 'delete', prefix: 'a/' }] }, 'keys:write:default:a/*'],
    ['a get', { then: [{ kind: 'get', key: 'a' }] }, 'keys:read:default:a'],
    ['a get of many', { then: [{ kind: 'get', prefix: 'a/' }] }, 'keys:read:default:a/*'],
    ['a check', { checks: [{ key: 'a', target: 'version', is: '=', to: 1 }] }, 'keys:read:default:a'],
    ['a counter', { then: [{ kind: 'add', key: 'a', by: 0 }] }, 'keys:read:default:a keys:write:default:a'],
    ['a lease', { then: [{ kind: 'grant', lease: 'l', ttlMs: 5000 }] }, 'leases:write:default:l'],
    ['the end of a lease', { else: [{ kind: 'revoke', lease: 'l' }] }, 'leases:write:default:l'],
    [
      'a nested one',
      { then: [{ kind: 'transaction', else: [{ kind: 'put', key: 'a', value: '' }] }] },
      'keys:write:default:a',
    ],
  ])('a transaction with %s needs just the scopes for that', async (_what, transaction, scopes) => {
    const body = JSON.stringify(transaction);
    const transact = async (scope: string) =>
      ask('POST', '/v1/transactions', await withToken(scope, { body }));
    const needed = scopes.split(' ');
    for (const one of needed) {
      const others = needed.filter((other) => other !== one).join(' ');
      const [resource, action] = one.split(':');
      await refused(transact(`${others} ${resource}:${action}:default:b*`), 403, 'forbidden');
      await refused(
        transact(`${others} ${resource}:${action === 'read' ? 'write' : 'read'}:*`),
        403,
        'forbidden',
      );
    }
    expect((await transact(scopes)).status).toBe(200);
  });

  test('keys are listed to those only who may read all that the list may show', async () => {
    const scope = 'keys:read:default:a/*';
    expect((await ask('GET', '/v1/keys?prefix=a/b', await withToken(scope))).status).toBe(200);
    await refused(ask('GET', '/v1/keys?prefix=a', await withToken(scope)), 403, 'forbidden');
    await refused(ask('GET', '/v1/watch?prefix=a', await withToken(scope)), 403, 'forbidden');
    await refused(ask('GET', '/v1/keys?startAfter=a/b', await withToken(scope)), 403, 'forbidden');
  });

  test('what is forbidden opens no namespace and asks nothing of the store', async () => {
    for (let index = 0; index < 5; index += 1) {
      await refused(
        ask('GET', `/v1/namespaces/s${index}/names/x`, await withToken('openid')),
        403,
        'forbidden',
      );
    }
    expect(calls).toBe(0);
  });

  test('to name a lease takes the permission to write to it', async () => {
    const requests = [
      ['PUT', '/v1/locks/l', { lease: 'ann', ttlMs: 1000 }, 'locks:write:*'],
      ['DELETE', '/v1/locks/l', { lease: 'ann' }, 'locks:write:*'],
      ['PUT', '/v1/elections/e', { lease: 'ann', ttlMs: 1000 }, 'elections:write:*'],
      ['PUT', '/v1/groups/g/m', { lease: 'ann', ttlMs: 1000 }, 'groups:write:*'],
      ['POST', '/v1/leases/renew', { leases: ['ann', 'eve'] }, 'leases:write:default:ann'],
    ] as const;
    for (const [method, path, body, scope] of requests) {
      const init = { body: JSON.stringify(body) };
      await refused(ask(method, path, await withToken(scope, init)), 403, 'forbidden');
      const both = `${scope} leases:write:default:*`;
      expect((await ask(method, path, await withToken(both, init))).status).not.toBe(403);
    }
    const made = await withToken('locks:write:*', { body: '{"ttlMs":1000}' });
    expect((await ask('PUT', '/v1/locks/other', made)).status).toBe(200);
  });

  test('who holds a lock or leads is told to those only who may look it up', async () => {
    for (const [path, member] of [
      ['/v1/locks/l', 'holder'],
      ['/v1/elections/e', 'leader'],
    ] as const) {
      const body = JSON.stringify({ ttlMs: 60_000 });
      const resource = path.split('/')[2];
      const blind = () => withToken(`${resource}:write:*`, { body });
      expect((await ask('PUT', path, await blind())).status).toBe(200);
      const unknown = await ask('PUT', path, await blind());
      expect(await unknown.json()).not.toHaveProperty(member);
      const seeing = await withToken(`${resource}:write:* ${resource}:read:*`, { body });
      expect(await (await ask('PUT', path, seeing)).json()).toHaveProperty(member);
    }
  });

  test('an idempotency key of one subject is not one of another', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await ask(
      'PUT',
      '/v1/names/a',
      await withToken('names:write:*', { body: '{}', headers }, 'ann'),
    );
    const other = await ask(
      'PUT',
      '/v1/names/b',
      await withToken('names:write:*', { body: '{}', headers }, 'eve'),
    );
    expect([first.status, other.status]).toEqual([201, 201]);
  });

  test.each([
    ['another spelling of a name', 'PUT', '/v1/names/%EF%BC%A1dmin', 'names:write:default:ＡDMIN'],
    ['another namespace', 'PUT', '/v1/namespaces/other/names/team-x', 'names:write:default:team-*'],
    ['a namespace that begins the same', 'PUT', '/v1/namespaces/default2/names/x', 'names:write:default:*'],
    ['a path that climbs', 'POST', '/v1/stream/mine/../yours', 'logs:write:mine/*'],
    ['an encoded path that climbs', 'POST', '/v1/stream/mine/%2e%2e/yours', 'logs:write:mine/*'],
    ['a doubled slash', 'POST', '/v1/stream//mine', 'logs:write:mine'],
    ['an encoded slash', 'POST', '/v1/stream/yours%2Fx', 'logs:write:mine/*'],
    ['a namespace by way of a stream', 'POST', '/v1/stream/..%2Fspace/default', 'logs:write:namespace/*'],
    ['a key outside of the prefix', 'PUT', '/v1/keys/users/1', 'keys:write:default:jobs/*'],
    ['a path of keys that climbs', 'PUT', '/v1/keys/jobs/../users', 'keys:write:default:jobs/*'],
    ['a key by way of a name', 'PUT', '/v1/keys/jobs', 'names:write:default:*'],
    ['a lease of somebody else', 'PUT', '/v1/keys/jobs?lease=l', 'keys:write:default:* leases:read:*'],
    ['another letter case', 'POST', '/v1/stream/MINE', 'logs:write:mine'],
  ])('%s', async (_what, method, path, scope) => {
    await refused(ask(method, path, await withToken(encodeURI(scope), { body: '{}' })), 403, 'forbidden');
  });

  test('a name is judged by its canonical form', async () => {
    const claimed = await ask(
      'PUT',
      '/v1/names/TEAM-%EF%BC%A1',
      await withToken('names:write:default:team-*', { body: '{}' }),
    );
    expect(await claimed.json()).toMatchObject({ name: 'team-a' });
  });

  test('a list needs a scope for all that it may show', async () => {
    const scope = 'names:read:default:team-*';
    expect((await ask('GET', '/v1/names?prefix=TEAM-', await withToken(scope))).status).toBe(200);
    await refused(ask('GET', '/v1/names?prefix=team', await withToken(scope)), 403, 'forbidden');
    await refused(ask('GET', '/v1/names', await withToken(scope)), 403, 'forbidden');
    expect((await ask('GET', '/v1/names?prefix=team-1&cursor=enp6', await withToken(scope))).status).toBe(
      200,
    );
  });

  test('a diagnosis needs a scope of its own, for the log or for all', async () => {
    const scope = 'diagnostics:read:stream/orders';
    expect((await ask('GET', '/v1/diagnostics?log=stream/orders', await withToken(scope))).status).toBe(200);
    await refused(ask('GET', '/v1/diagnostics?log=stream/other', await withToken(scope)), 403, 'forbidden');
    await refused(ask('GET', '/v1/diagnostics', await withToken(scope)), 403, 'forbidden');
    const others = 'logs:read:* names:read:* namespaces:read:*';
    await refused(ask('GET', '/v1/diagnostics', await withToken(others)), 403, 'forbidden');
    expect((await ask('GET', '/v1/diagnostics', await withToken('diagnostics:read:*'))).status).toBe(200);
  });

  test('a list of streams needs a scope for all that it may show', async () => {
    const scope = 'logs:read:orders/*';
    expect((await ask('GET', '/v1/streams?prefix=orders/', await withToken(scope))).status).toBe(200);
    for (const query of ['', '?prefix=orders', '?prefix=other/'])
      await refused(ask('GET', `/v1/streams${query}`, await withToken(scope)), 403, 'forbidden');
  });

  test('a history needs a scope for everything that its commands may be about', async () => {
    const resources = ['names', 'keys', 'leases', 'locks', 'elections', 'groups', 'sequences'];
    const scopes = resources.map((resource) => `${resource}:read:default:*`);
    expect((await ask('GET', '/v1/history', await withToken(scopes.join(' ')))).status).toBe(200);
    for (const missing of scopes) {
      const others = scopes.filter((scope) => scope !== missing).join(' ');
      await refused(ask('GET', '/v1/history?resource=keys', await withToken(others)), 403, 'forbidden');
    }
  });

  test('reading does not include writing, not even a read marker', async () => {
    await refused(
      ask('POST', '/v1/stream/x', await withToken('logs:read:*', { body: 'x' })),
      403,
      'forbidden',
    );
    await refused(ask('GET', '/v1/stream/x', await withToken('logs:write:*')), 403, 'forbidden');
    const sequenced = '/v1/names/ann?consistency=sequenced';
    await refused(ask('GET', sequenced, await withToken('names:read:*')), 403, 'forbidden');
    expect((await ask('GET', sequenced, await withToken('names:read:* names:write:*'))).status).toBe(404);
  });

  test('scopes as a list in `scp`', async () => {
    const headers = bearer(await issuer.token({ scp: ['names:read:*'] }));
    expect((await ask('GET', '/v1/names/ann', { headers })).status).toBe(404);
  });

  test('an issuer that cannot be reached: 503, and the next request finds it', async () => {
    issuer.fail(true);
    const init = await withToken('names:read:*');
    await refused(ask('GET', '/v1/names/ann', init), 503, 'unavailable');
    const asked = issuer.discoveryRequests();
    for (let times = 0; times < 20; times += 1) await ask('GET', '/v1/names/ann', init);
    expect(issuer.discoveryRequests()).toBe(asked);
    issuer.fail(false);
    while ((await ask('GET', '/v1/names/ann', init)).status === 503) {
      await new Promise((wake) => setTimeout(wake, 50));
    }
    expect((await ask('GET', '/v1/names/ann', init)).status).toBe(404);
    const before = issuer.keyRequests();
    for (let times = 0; times < 5; times += 1) await ask('GET', '/v1/names/ann', init);
    expect(issuer.keyRequests()).toBe(before);
  });

  test('nonsense does not make the server ask the issuer', async () => {
    const before = issuer.discoveryRequests();
    for (const token of ['a.b.c', 'x', await issuer.token({ iss: 'https://evil.example' })]) {
      await refused(ask('GET', '/v1/names/ann', { headers: bearer(token) }), 401, 'unauthenticated');
    }
    expect(issuer.discoveryRequests()).toBe(before);
  });

  test('a token that names its client in place of an audience', async () => {
    const claims = { scope: 'names:read:*', aud: undefined, client_id: 'ordinal' };
    expect((await ask('GET', '/v1/names/ann', { headers: bearer(await issuer.token(claims)) })).status).toBe(
      404,
    );
  });

  test('keys over plain HTTP are not trusted', async () => {
    const plain = 'http://issuer.example';
    serveWith(admitJwt({ issuer: plain, audience: 'ordinal' }));
    const headers = bearer(await issuer.token({ iss: plain, scope: 'names:read:*' }));
    await refused(ask('GET', '/v1/names/ann', { headers }), 503, 'unavailable');
  });
});

test('to HEAD there is no body, also from whoever does not let it in', async () => {
  serveWith(admitSharedToken('a-token-of-many-characters'));
  const refusal = await ask('HEAD', '/v1/stream/orders');
  expect([refusal.status, await refusal.text()]).toEqual([401, '']);
  serveWith(() => Promise.reject(new Error('no issuer')));
  const failure = await ask('HEAD', '/v1/stream/orders');
  expect([failure.status, await failure.text()]).toEqual([500, '']);
  serveWith(admitLoopback);
  const strange = await ask('HEAD', '/v1/stream/%ff');
  expect([strange.status, await strange.text()]).toEqual([400, '']);
});
