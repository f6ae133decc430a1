// `npm run screenshots`: makes the pictures in `docs/console/` anew, on a server of its own.

import { mkdir } from 'node:fs/promises';
import { startServer } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { launch, openWindow } from './browser.ts';
import { race, Shop } from './world.ts';

const FOLDER = 'docs/console';
const SIZE = { width: 1160, height: 640 };

/** The address after `#`, by the name of the picture. */
const PICTURES = {
  names: '#/default/names/orders',
  keys: '#/default/keys/config%2Fcheckout%2Ftimeout',
  locks: '#/default/locks/nightly-report',
  leases: '#/default/leases',
  elections: '#/default/elections/scheduler',
  groups: '#/default/groups/workers',
  sequences: '#/default/sequences',
  timeline: '#/default/timeline',
  streams: '#/default/streams/orders%2F2026',
  namespaces: '#/default/namespaces',
  diagnostics: '#/default/diagnostics',
};

/** Those that the documents show. */
const KEPT = ['names-light', 'keys-dark', 'locks-light', 'timeline-dark', 'streams-light'];

const all = process.argv.includes('--all');
const folder = all ? '.cache/console' : FOLDER;
await mkdir(folder, { recursive: true });
const data = await temporaryDirectory();
const server = await startServer(['--data', data.path]);
const other = await startServer(['--data', data.path]);
const browser = await launch();
try {
  const shop = new Shop(server.url);
  await shop.open();
  await race('orders', shop, new Shop(other.url));
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: SIZE, colorScheme });
    const { page } = await openWindow(context, `${server.url}/`);
    for (const [name, hash] of Object.entries(PICTURES)) {
      const file = `${name}-${colorScheme}`;
      if (!all && !KEPT.includes(file)) continue;
      await page.goto(`${server.url}/${hash}`);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${folder}/${file}.png` });
    }
    await context.close();
  }
} finally {
  await browser.close();
  await Promise.all([server.end('SIGTERM'), other.end('SIGTERM')]);
  await data.remove();
}
