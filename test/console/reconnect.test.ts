// Goal: a page outlives its server: it says that what it shows is old, and goes on by itself. Method: the
// server is killed, changed behind the page's back, and started again on its port and data.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp, directory } from '../support/clean-up.ts';
import { startServer } from '../support/server-process.ts';
import { buildConsole, CHROMIUM, launch, PATIENT } from './browser.ts';
import { ConsoleWindow } from './console-window.ts';
import { Shop } from './world.ts';

describe.skipIf(CHROMIUM === undefined)('a server that is killed and comes back', PATIENT, () => {
  let browser: Browser;
  beforeAll(async () => {
    buildConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const onceMore = async (data: string, url: string) => {
    // The later of two flags counts.
    const server = await startServer(['--data', data, '--port', new URL(url).port]);
    cleanUp.push(() => server.end('SIGKILL'));
    return server;
  };

  test('is found again without a reload, with all that happened meanwhile', async () => {
    const data = await directory();
    const server = await startServer(['--data', data]);
    await new Shop(server.url).put('motd', 'before');
    const window = await ConsoleWindow.open(browser, server.url, '#/default/keys');
    await window.live();
    await window.seesRow('motd', 'before');
    let loads = 0;
    window.page.on('load', () => {
      loads += 1;
    });
    await server.end('SIGKILL');
    await window.status('The server does not answer. What you see is old.');
    await window.seesRow('motd', 'before');
    const meanwhile = await startServer(['--data', data]);
    await new Shop(meanwhile.url).put('motd', 'meanwhile');
    await meanwhile.end('SIGKILL');
    const back = await onceMore(data, server.url);
    await window.live();
    await window.seesRow('motd', 'meanwhile');
    await new Shop(back.url).put('motd', 'after');
    await window.seesRow('motd', 'after');
    expect([loads, window.complaints]).toEqual([0, []]);
  });

  test('says in place that a change may have happened, and settles it under the same key', async () => {
    const data = await directory();
    const server = await startServer(['--data', data]);
    const window = await ConsoleWindow.open(browser, server.url, '#/default/names');
    await window.live();
    await window.press('n');
    await window.page.getByLabel('Name', { exact: true }).fill('phoenix');
    await window.page.getByLabel('Owner').fill('ann');
    // The claim arrives, its answer does not.
    await window.page.route(
      '**/names/phoenix',
      async (route) => {
        await route.fetch();
        await server.end('SIGKILL');
        await route.abort('connectionreset');
      },
      { times: 1 },
    );
    await window.press('Enter');
    await window.sees(/It may have happened/);
    await onceMore(data, server.url);
    await window.live();
    await window.click('Ask again under the same key');
    await window.sees('phoenix is claimed.');
    await window.seesRow('phoenix', 'ann', '@1');
  });

  test('has its streams followed again', async () => {
    const data = await directory();
    const server = await startServer(['--data', data]);
    const shop = new Shop(server.url);
    await shop.send('PUT', '/v1/stream/log', 'one ');
    const window = await ConsoleWindow.open(browser, server.url, '#/default/streams/log');
    const records = window.page.getByRole('region', { name: 'Records of log' });
    await records.getByText('one').waitFor();
    await server.end('SIGKILL');
    await window.page.getByText('not connected').waitFor();
    const back = await onceMore(data, server.url);
    await window.page.getByText('following').waitFor();
    await new Shop(back.url).send('POST', '/v1/stream/log', 'two');
    await records.getByText('two').waitFor();
    expect(await records.locator('.number').allTextContents()).toEqual(['1', '2']);
  });
});
