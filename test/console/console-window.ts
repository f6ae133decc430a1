// A window with the console, and how a test looks at it and acts in it.

import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { cleanUp } from '../support/clean-up.ts';
import { openWindow } from './browser.ts';

/** Nothing here measures time: the page has so long to show what it should. */
const PATIENCE_MS = 15_000;

export class ConsoleWindow {
  readonly page: Page;
  /** Breaches of the policy, and errors of the script. */
  readonly complaints: readonly string[];
  readonly #url: string;

  private constructor(url: string, page: Page, complaints: readonly string[]) {
    this.#url = url;
    this.page = page;
    this.complaints = complaints;
  }

  /** A window of its own: no other one shares its storage. It ends with the test. */
  static async open(
    browser: Browser,
    url: string,
    hash = '',
    options: BrowserContextOptions = {},
  ): Promise<ConsoleWindow> {
    const window = await ConsoleWindow.lasting(browser, url, options, hash);
    cleanUp.push(() => window.page.context().close());
    return window;
  }

  /** One that ends with the browser. */
  static async lasting(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
    hash = '',
  ): Promise<ConsoleWindow> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const { page, complaints } = await openWindow(context, `${url}/${hash}`);
    return new ConsoleWindow(url, page, complaints);
  }

  async goTo(hash: string): Promise<void> {
    await this.page.goto(`${this.#url}/${hash}`);
  }

  /** Resolves when the status line says so. */
  async status(text: string | RegExp): Promise<void> {
    await this.page.locator('.status .link', { hasText: text }).waitFor();
  }

  async live(): Promise<void> {
    await this.status('Live');
  }

  /** The row of a list whose cells have these texts, in this order. */
  row(...texts: readonly string[]): Locator {
    const pattern = texts.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
    return this.page.locator('main .rows tbody tr', { hasText: new RegExp(pattern) });
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.locator('main').getByText(text).first().waitFor();
  }

  async seesRow(...texts: readonly string[]): Promise<void> {
    await this.row(...texts)
      .first()
      .waitFor();
  }

  async seesNoRow(...texts: readonly string[]): Promise<void> {
    await this.row(...texts).waitFor({ state: 'detached' });
  }

  async click(name: string, within: Page | Locator = this.page): Promise<void> {
    await within.locator('main').getByRole('button', { name, exact: true }).first().click();
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** The text of what has the focus. */
  async focused(): Promise<string> {
    return (await this.page.locator(':focus').textContent()) ?? '';
  }
}
