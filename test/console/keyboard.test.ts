// Goal: everything can be done without a mouse, and the focus always shows. Method: a real browser that gets
// nothing but keys.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { buildConsole, CHROMIUM, launch, PATIENT } from './browser.ts';
import { ConsoleWindow } from './console-window.ts';
import { Shop } from './world.ts';

const VIEWS = [
  ['1', 'Names'],
  ['2', 'Keys'],
  ['3', 'Locks'],
  ['4', 'Leases'],
  ['5', 'Elections'],
  ['6', 'Groups'],
  ['7', 'Sequences'],
  ['8', 'Timeline'],
  ['9', 'Streams'],
  ['0', 'Namespaces'],
  ['-', 'Diagnostics'],
] as const;

describe.skipIf(CHROMIUM === undefined)('with keys alone', PATIENT, () => {
  let browser: Browser;
  let server: ServerProcess;
  beforeAll(async () => {
    buildConsole();
    browser = await launch();
    server = await startServer(['--store', 'memory']);
    await new Shop(server.url).open();
  });
  afterAll(async () => {
    await browser.close();
    await server.end('SIGTERM');
  });

  const open = async (hash = '#/default/names') => {
    const window = await ConsoleWindow.open(browser, server.url, hash);
    await window.live();
    return window;
  };

  const release = ({ page }: ConsoleWindow) => page.getByRole('button', { name: 'Release', exact: true });

  test('every view has a key', async () => {
    const window = await open();
    for (const [key, title] of VIEWS) {
      await window.press(key);
      await window.page.getByRole('heading', { name: title, level: 1 }).waitFor();
    }
  });

  test('rows are gone through, opened and closed, and the focus comes back', async () => {
    const window = await open();
    await window.seesRow('bert');
    await window.press('j', 'j');
    expect(await window.focused()).toBe('bert');
    await window.press('ArrowDown', 'k', 'Enter');
    await window.page.getByRole('heading', { name: 'bert' }).waitFor();
    expect(await window.focused()).toBe('bert');
    await release(window).waitFor();
    await window.press('Tab');
    expect(await window.focused()).toBe('Release');
    await window.press('Escape');
    await window.page.locator('.detail').waitFor({ state: 'detached' });
    expect(await window.focused()).toBe('bert');
  });

  test('a name is claimed and released', async () => {
    const window = await open();
    await window.press('n');
    await window.page.keyboard.type('keyboard');
    await window.press('Tab');
    await window.page.keyboard.type('ann');
    await window.press('Enter');
    await window.seesRow('keyboard', 'ann');
    await window.page.getByRole('heading', { name: 'keyboard' }).waitFor();
    await release(window).waitFor();
    await window.press('Tab', 'Enter');
    expect(await window.focused()).toBe('Release');
    await window.press('Tab', 'Enter');
    expect(await window.focused()).toBe('Release');
    await window.seesRow('keyboard', 'ann');
    await window.press('Enter', 'Enter');
    await window.seesNoRow('keyboard');
  });

  test('a new form has the focus before the next key and before the next paint', async () => {
    const window = await open();
    const focused = await window.page.evaluate(`(async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }));
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      return document.activeElement.tagName;
    })()`);
    expect(focused).toBe('INPUT');
  });

  test('folders of keys are opened and closed', async () => {
    const window = await open('#/default/keys');
    await window.seesRow('timeout');
    await window.press('j', 'ArrowLeft');
    await window.seesNoRow('timeout');
    await window.press('ArrowRight', 'ArrowDown', 'ArrowDown', 'Enter');
    await window.page.getByRole('heading', { name: 'config/checkout/limits' }).waitFor();
  });

  test('a list is filtered, and Escape leaves the field', async () => {
    const window = await open();
    await window.press('/');
    await window.page.keyboard.type('an');
    await window.seesNoRow('bert');
    await window.press('Escape', '2');
    await window.page.getByRole('heading', { name: 'Keys', level: 1 }).waitFor();
  });

  test('the shortcuts are listed, and can be turned off', async () => {
    const window = await open();
    await window.press('?');
    await window.page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    for (const [key, title] of VIEWS)
      expect(
        await window.page
          .locator('.help dl div', { has: window.page.getByText(title, { exact: true }) })
          .locator('kbd')
          .textContent(),
      ).toBe(key);
    await window.page.getByLabel('Single keys are shortcuts').focus();
    await window.press('Space', 'Escape', '2', 't');
    await window.page.getByRole('heading', { name: 'Names', level: 1 }).waitFor();
    expect(await window.page.evaluate('document.documentElement.dataset.theme')).toBe('system');
  });

  test('the theme is changed, and kept', async () => {
    const window = await open();
    const ground = () => window.page.evaluate('getComputedStyle(document.body).backgroundColor');
    await window.press('t');
    const light = await ground();
    await window.press('t');
    expect(await ground()).not.toBe(light);
    await window.page.reload();
    await window.live();
    expect(await window.page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    expect(await ground()).not.toBe(light);
  });

  test('the focus shows wherever it is', async () => {
    const window = await open('#/default/locks/nightly-report');
    await window.sees('Holder');
    const seen = new Set<string>();
    for (let step = 0; step < 40; step += 1) {
      await window.press('Tab');
      const outline = await window.page.evaluate(`(() => {
        const focused = document.activeElement;
        if (!focused || focused === document.body) return 'none';
        // A row shows the focus of its link.
        const shown = [focused, focused.closest('tr')].some((one) => one && getComputedStyle(one).outlineStyle === 'solid');
        return (shown ? 'shown ' : 'HIDDEN ') + focused.textContent + focused.getAttribute('placeholder');
      })()`);
      seen.add(String(outline));
    }
    expect([...seen].filter((text) => text.startsWith('HIDDEN'))).toEqual([]);
    expect(seen.size).toBeGreaterThan(20);
  });
});
