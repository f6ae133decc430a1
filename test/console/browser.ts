// A real browser, where there is one.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

// biome-ignore lint/style/noProcessEnv: names a browser that is elsewhere
export const CHROMIUM = [process.env['CHROMIUM'] ?? '', ...PLACES].find(
  (place) => place !== '' && existsSync(place),
);

export const NO_CHROMIUM = `no Chromium: looked for ${PLACES.join(', ')} and at $CHROMIUM`;

/** No measure of anything: servers and browsers start slowly on a busy machine. */
export const PATIENT = { timeout: 120_000 };

/** As `npm start` does before it starts. */
export function buildConsole(): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'infra/build-console.ts']);
}

export function launch(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(NO_CHROMIUM);
  // Chromium refuses to run its sandbox as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

export interface Window {
  readonly page: Page;
  /** What the browser has complained of: breaches of the policy, and errors of the script. */
  readonly complaints: string[];
}

/** A page of the console. Breaches of its policy and errors of its script are collected. */
export async function openWindow(context: BrowserContext, url: string): Promise<Window> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`${error}`));
  page.on('console', (message) => {
    // Chromium logs answers of 400 and more, and lost connections. The console shows those in place.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}
