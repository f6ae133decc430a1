// Goal: the console has the rights of its reader's token and no others, and keeps the token in one window
// alone. Method: a real browser on servers that want a shared token, and JSON Web Tokens with few scopes.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitJwt } from '../../src/access/json-web-token.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { consoleAt } from '../../src/protocols/http/console.ts';
import { serve } from '../../src/server/serve.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { cleanUp } from '../support/clean-up.ts';
import { startIssuer } from '../support/issuer.ts';
import { startServer } from '../support/server-process.ts';
import { buildConsole, CHROMIUM, launch, PATIENT } from './browser.ts';
import { ConsoleWindow } from './console-window.ts';
import { Shop } from './world.ts';

const TOKEN = 'a-token-of-the-tests';

describe.skipIf(CHROMIUM === undefined)('a server that wants a token', PATIENT, () => {
  let browser: Browser;
  beforeAll(async () => {
    buildConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  test('is asked with the token of the reader, which stays in this window', async () => {
    const server = await startServer(['--store', 'memory'], { ORDINAL_TOKEN: TOKEN });
    cleanUp.push(() => server.end('SIGTERM'));
    const shop = new Shop(server.url, TOKEN);
    await shop.claim('anna', 'user-17');
    const window = await ConsoleWindow.open(browser, server.url);
    await window.sees('This server asks for a token');
    await window.page.getByLabel('Token', { exact: true }).fill('another-token-of-the-tests');
    await window.press('Enter');
    await window.sees('The server has refused the token.');
    await window.page.getByLabel('Token', { exact: true }).fill(TOKEN);
    await window.press('Enter');
    await window.live();
    await window.seesRow('anna', 'user-17');
    await shop.claim('bert', 'user-4');
    await window.seesRow('bert', 'user-4');
    await window.page.reload();
    await window.seesRow('anna', 'user-17');
    const state = await window.page.context().storageState();
    expect(JSON.stringify(state)).not.toContain(TOKEN);
    const second = await window.page.context().newPage();
    await second.goto(server.url);
    await second.getByText('This server asks for a token').waitFor();
    await window.page.getByRole('button', { name: 'Forget token' }).click();
    await window.sees('This server asks for a token');
    expect(await window.page.evaluate('sessionStorage.length')).toBe(0);
  });

  async function withScopes(scope: string, hash: string) {
    const issuer = await startIssuer();
    cleanUp.push(issuer.stop);
    const store = new MemoryStore();
    const service = open(store);
    await service.names().claim('anna', 'ann');
    const files = consoleAt(new URL('../../dist/console.json', import.meta.url));
    const app = createApp(service, admitJwt({ issuer: issuer.url, audience: 'ordinal' }), { console: files });
    const serving = await serve({ app, store, host: '127.0.0.1', port: 0, graceMs: 0 });
    cleanUp.push(serving.close);
    const window = await ConsoleWindow.open(browser, serving.url, hash);
    await window.page.getByLabel('Token', { exact: true }).fill(await issuer.token({ scope }));
    await window.press('Enter');
    return { window, service };
  }

  test.each([
    ['#/default/names', 'names:read:default:*'],
    ['#/default/keys', 'keys:read:default:*'],
    ['#/default/locks', 'locks:read:default:*'],
    ['#/default/leases', 'leases:read:default:*'],
    ['#/default/streams', 'logs:read:*'],
    ['#/default/namespaces', 'namespaces:read:*'],
    ['#/default/diagnostics', 'diagnostics:read:*'],
    ['#/default/timeline', 'names:read:default:* keys:read:default:*'],
  ])('%s says which scope is missing', async (hash, scope) => {
    const { window } = await withScopes('sequences:read:*', hash);
    await window.sees('No scope of the token allows this view');
    await window.page.locator('.scope', { hasText: scope }).waitFor();
    expect(window.complaints).toEqual([]);
  });

  test('shows what its scopes allow; without the right to watch it looks from time to time', async () => {
    const { window } = await withScopes('names:read:*', '#/default/names');
    await window.seesRow('anna', 'ann');
    await window.status('no scope allows to watch');
  });

  test('says in place that a change is not allowed', async () => {
    const { window, service } = await withScopes('names:read:* keys:read:*', '#/default/names');
    await window.live();
    await window.press('n');
    await window.page.getByLabel('Name', { exact: true }).fill('zoe');
    await window.press('Enter');
    await window.sees('forbidden');
    await window.sees('Nothing happened.');
    expect((await service.names().lookUp('zoe')).kind).toBe('free');
  });
});
