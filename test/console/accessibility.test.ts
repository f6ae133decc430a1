// Goal: people with other senses can use every view, in light and in dark, and nothing breaks the policy.
// Method: axe on each view with data, with its form open, and where there is none; the browser's own
// complaints.

import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { buildConsole, CHROMIUM, launch, PATIENT } from './browser.ts';
import { ConsoleWindow } from './console-window.ts';
import { Shop } from './world.ts';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const VIEWS = [
  ['names', 'anna', 'user-17'],
  ['keys', encodeURIComponent('config/checkout/limits'), '"perMinute": 600'],
  ['locks', 'nightly-report', 'Queue'],
  ['leases', 'session-anna', 'Time to live'],
  ['elections', 'scheduler', 'Proclaimed'],
  ['groups', 'workers', 'zone 1'],
  ['sequences', 'invoices', 'Last number'],
  ['timeline', '1', 'Written at'],
  ['streams', encodeURIComponent('orders/2026'), 'following'],
  ['namespaces', '', 'warehouse'],
  ['diagnostics', '', 'namespace/default'],
] as const;

describe.skipIf(CHROMIUM === undefined).each(['light', 'dark'] as const)('in %s', PATIENT, (colorScheme) => {
  let browser: Browser;
  let server: ServerProcess;
  let window: ConsoleWindow;
  beforeAll(async () => {
    buildConsole();
    browser = await launch();
    server = await startServer(['--store', 'memory']);
    await new Shop(server.url).open();
    // Animations would show colours that are there for a moment only.
    const options = { colorScheme, reducedMotion: 'reduce' } as const;
    window = await ConsoleWindow.lasting(browser, server.url, options);
    await window.live();
  });
  afterAll(async () => {
    await browser.close();
    await server.end('SIGTERM');
  });
  afterEach(() => expect(window.complaints).toEqual([]));

  async function violations(): Promise<string[]> {
    const { page } = window;
    // What the debugger evaluates is not subject to the policy of the page.
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[];
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    );
  }

  test.each(VIEWS)('%s, with its form and an open item', async (view, item, seen) => {
    await window.goTo(`#/default/${view}/${item}`);
    await window.sees(seen);
    await window.press('n');
    expect(await violations()).toEqual([]);
  });

  test.each(VIEWS.slice(0, 8))('%s, empty', async (view) => {
    await window.goTo(`#/nobody/${view}`);
    await window.page.locator('.empty').waitFor();
    expect(await violations()).toEqual([]);
  });

  test('the shortcuts, the question before a deletion, a fault', async () => {
    await window.goTo('#/default/keys/motd');
    await window.click('Delete');
    await window.press('n');
    await window.page.getByRole('textbox', { name: 'New key' }).fill('motd');
    await window.press('Enter');
    await window.sees('condition-failed');
    expect(await violations()).toEqual([]);
    await window.page.getByRole('button', { name: 'Shortcuts' }).click();
    expect(await violations()).toEqual([]);
    await window.press('Escape');
  });

  test('a narrow window', async () => {
    await window.goTo('#/default/keys/motd');
    await window.page.setViewportSize({ width: 420, height: 800 });
    await window.sees('Stock-taking on Friday');
    expect(await violations()).toEqual([]);
  });
});
