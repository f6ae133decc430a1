// Goal: the page is served as a page that must not be attacked is served, to everybody, and holds no data.
// Method: requests as a browser sends them, to a server with and without a token, and to the function.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { responseOf } from '../../src/lambda/prelude.ts';
import { cleanUp } from '../support/clean-up.ts';
import { deployedFunction } from '../support/deployed-function.ts';
import { functionUrlEvent } from '../support/function-url.ts';
import { startIssuer } from '../support/issuer.ts';
import { invokeStreaming } from '../support/lambda-runtime.ts';
import { startServer } from '../support/server-process.ts';
import { buildConsole } from './browser.ts';

/** Of script and style sheet. They are loaded once, and kept. */
const ASSET_BYTES_MAX = 130_000;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function started(args: string[] = [], env: Record<string, string> = {}): Promise<string> {
  const server = await startServer(['--store', 'memory', ...args], env);
  cleanUp.push(() => server.end('SIGTERM'));
  return server.url;
}

function assetsIn(page: string): string[] {
  return [...page.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path = '']) => path);
}

beforeAll(buildConsole);

describe('the page', () => {
  let url: string;
  beforeAll(async () => {
    const server = await startServer(['--store', 'memory']);
    url = server.url;
    return () => server.end('SIGTERM');
  });

  test('has a strict policy, and is asked for again each time', async () => {
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
  });

  test('is not sent again when the browser has it', async () => {
    const etag = (await fetch(`${url}/`)).headers.get('etag') ?? '';
    const again = await fetch(`${url}/`, { headers: { 'if-none-match': `"other", W/${etag}` } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    const other = await fetch(`${url}/`, { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  test('names assets that may be kept for ever, and nothing from elsewhere', async () => {
    const page = await (await fetch(`${url}/`)).text();
    expect(page).not.toMatch(/(?:src|href)="(?!\/assets\/|data:)/);
    const assets = assetsIn(page);
    expect(assets).toHaveLength(3);
    let bytes = 0;
    for (const path of assets) {
      const asset = await fetch(url + path);
      expect([path, asset.status, asset.headers.get('cache-control')]).toEqual([
        path,
        200,
        'public, max-age=31536000, immutable',
      ]);
      const text = await asset.text();
      if (!path.endsWith('.txt')) bytes += text.length;
      // Namespaces of SVG and MathML are names, not addresses.
      expect(text.replaceAll(/https?:\/\/www\.w3\.org\/[\w/]+/g, '')).not.toMatch(/https?:\/\//);
    }
    expect(bytes).toBeLessThanOrEqual(ASSET_BYTES_MAX);
  });

  test('is there for HEAD, and for no other method', async () => {
    const head = await fetch(`${url}/`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await fetch(`${url}/`, { method: 'POST' });
    expect([post.status, post.headers.get('ordinal-code')]).toEqual([404, 'no-such-route']);
  });

  test.each(['/assets/console.js', '/assets/__proto__', '/assets/', '/assets/a/b'])(
    '%s is nowhere',
    async (path) => {
      expect((await fetch(url + path)).status).toBe(404);
    },
  );
});

describe('a server with a token', () => {
  test('shows the page to everybody, and data to nobody', async () => {
    const url = await started([], { ORDINAL_TOKEN: 'a-token-of-the-tests' });
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    for (const path of assetsIn(await page.text())) expect((await fetch(url + path)).status).toBe(200);
    for (const path of [
      '/v1/names',
      '/assets/../v1/names',
      '/assets/%2e%2e/v1/names',
      '/healthz',
      '//v1/names',
    ])
      expect([path, (await fetch(url + path)).status]).toEqual([path, 401]);
  });

  test('gives a request that only looks like one for an asset no rights', async () => {
    const url = new URL(await started([], { ORDINAL_TOKEN: 'a-token-of-the-tests' }));
    // `fetch` would resolve the path itself.
    const { stdout } = await promisify(execFile)('curl', ['-s', '--path-as-is', `${url}assets/../v1/names`]);
    expect(JSON.parse(stdout)).toMatchObject({
      code: expect.stringMatching(/unauthenticated|no-such-route/),
    });
  });
});

test('a link on another site leads to the page, and to no data', async () => {
  const url = await started();
  const fromElsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect((await fetch(`${url}/`, { headers: fromElsewhere })).status).toBe(200);
  expect((await fetch(`${url}/v1/names`, { headers: fromElsewhere })).status).toBe(403);
});

test.each([
  [['--no-console'], {}],
  [[], { ORDINAL_CONSOLE: 'false' }],
])('%j %j: there is no console', async (args, env) => {
  const url = await started(args, env);
  const page = await fetch(`${url}/`);
  expect([page.status, page.headers.get('ordinal-code')]).toEqual([404, 'no-such-route']);
});

describe('a function', () => {
  const URL = 'https://urlid.lambda-url.eu-west-1.on.aws';

  async function pageOf(options: { console?: boolean }) {
    const issuer = await startIssuer();
    cleanUp.push(issuer.stop);
    const access = { kind: 'jwt', issuer: issuer.url, audience: 'ordinal' } as const;
    const { api, stop } = await deployedFunction({ access, ...options });
    cleanUp.push(stop);
    const ask = async (path: string) =>
      responseOf(invokeStreaming(api, await functionUrlEvent(new Request(URL + path), { signed: false })));
    return { page: await ask('/'), ask };
  }

  test('has no console, unless it is switched on', async () => {
    const { page } = await pageOf({});
    expect(page.status).toBe(401);
  });

  test('serves it from its bundle', async () => {
    const { page, ask } = await pageOf({ console: true });
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([200, POLICY]);
    for (const path of assetsIn(await page.text())) expect((await ask(path)).status).toBe(200);
    expect((await ask('/v1/names')).status).toBe(401);
  });
});
