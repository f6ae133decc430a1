// Goal: every view shows what is so now, and its actions do what they say. Method: a real browser on two real
// servers with one store; the data changes behind the page's back.

import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { buildConsole, CHROMIUM, launch, PATIENT } from './browser.ts';
import { ConsoleWindow } from './console-window.ts';
import { race, Shop } from './world.ts';

async function tokenIn(queue: Locator): Promise<number> {
  return Number(/token (\d+)/.exec((await queue.textContent()) ?? '')?.[1]);
}

describe.skipIf(CHROMIUM === undefined)('a view', PATIENT, () => {
  let browser: Browser;
  let data: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: ServerProcess;
  let other: ServerProcess;
  let shop: Shop;

  beforeAll(async () => {
    buildConsole();
    browser = await launch();
    data = await temporaryDirectory();
    server = await startServer(['--data', data.path]);
    other = await startServer(['--data', data.path]);
    shop = new Shop(server.url);
    await shop.open();
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([server.end('SIGTERM'), other.end('SIGTERM')]);
    await data.remove();
  });

  const open = async (hash: string, url = server.url) => {
    const window = await ConsoleWindow.open(browser, url, hash);
    await window.live();
    return window;
  };

  test('of names shows claims of others, claims and releases', async () => {
    const window = await open('#/default/names');
    await window.seesRow('anna', 'user-17');
    await shop.claim('zoe', 'user-99');
    await window.seesRow('zoe', 'user-99');
    await window.page.getByRole('button', { name: /^Claim/ }).click();
    await window.page.getByLabel('Name', { exact: true }).fill('Yves');
    await window.page.getByLabel('Owner').fill('user-5');
    await window.page
      .getByRole('form', { name: 'Claim a name' })
      .getByRole('button', { name: 'Claim' })
      .click();
    await window.seesRow('yves', 'user-5');
    await window.page.getByRole('heading', { name: 'yves' }).waitFor();
    await window.click('Release');
    await window.page
      .getByRole('group', { name: /Release yves for user-5/ })
      .getByRole('button', { name: 'Release' })
      .click();
    await window.seesNoRow('yves');
    await window.sees('Nobody holds this name.');
    expect((await shop.send('GET', '/v1/names/yves')).status).toBe(404);
    expect(window.complaints).toEqual([]);
  });

  test('of names finds those that begin so, at the server', async () => {
    const window = await open('#/default/names');
    await window.page.getByPlaceholder('Names that begin with').fill('che');
    await window.seesNoRow('anna');
    await window.seesRow('checkout');
  });

  test('of names says to a claim that lost who was first, at which position', async () => {
    const held = await (await shop.claim('mine', 'user-1')).json();
    const window = await open('#/default/names');
    await window.press('n');
    await window.page.getByLabel('Name', { exact: true }).fill('mine');
    await window.page.getByLabel('Owner').fill('user-2');
    await window.press('Enter');
    await window.sees(/name-taken/);
    await window.sees('Nothing happened.');
    await window.sees(`user-1 holds mine: position @${(held as { claimedAt: number }).claimedAt} decided.`);
  });

  test('of names: of two windows that claim one name at once, one has it, and both know', async () => {
    const windows = await Promise.all([open('#/default/names'), open('#/default/names', other.url)]);
    const owners = ['ann', 'bob'];
    for (const [index, { page }] of windows.entries()) {
      await page.getByRole('button', { name: /^Claim/ }).click();
      await page.getByLabel('Name', { exact: true }).fill('corner-office');
      await page.getByLabel('Owner').fill(owners[index] ?? '');
    }
    const outcomes = await Promise.all(
      windows.map(async ({ page }) => {
        const form = page.getByRole('form', { name: 'Claim a name' });
        await form.getByRole('button', { name: 'Claim' }).click();
        const outcome = form.locator('.done, .fault');
        await outcome.waitFor();
        return outcome.textContent();
      }),
    );
    const holder = (await (await shop.send('GET', '/v1/names/corner-office')).json()) as { owner: string };
    const winner = owners.indexOf(holder.owner);
    expect(outcomes[winner]).toBe('corner-office is claimed.');
    expect(outcomes[1 - winner]).toMatch(/^name-taken .*Nothing happened\./s);
    for (const window of windows) await window.seesRow('corner-office', holder.owner);
  });

  test('of keys shows changes without asking for the list again', async () => {
    const window = await open('#/default/keys');
    await window.seesRow('retries', '3');
    const asked: string[] = [];
    window.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await shop.put('config/checkout/retries', '5');
    await window.seesRow('retries', '5', '2');
    await shop.put('config/checkout/region', 'eu-west-1');
    await window.seesRow('region', 'eu-west-1');
    await shop.send('DELETE', '/v1/keys/config/checkout/region');
    await window.seesNoRow('region');
    expect(asked.filter((path) => path.endsWith('/keys'))).toEqual([]);
  });

  test('of keys shows the versions of one, and puts only after the version that it shows', async () => {
    const window = await open(`#/default/keys/${encodeURIComponent('config/checkout/timeout')}`);
    const versions = window.page.getByRole('region', { name: 'Versions' }).getByRole('listitem');
    await versions.nth(2).waitFor();
    expect(await versions.locator('.value').allTextContents()).toEqual(['30s', '20s', '10s']);
    await window.press('e');
    await window.page.getByRole('textbox', { name: 'New value', exact: true }).fill('45s');
    await shop.put('config/checkout/timeout', '40s');
    await window.sees(/The key has changed since: it is at version 4/);
    await window.click('Put after version 3');
    await window.sees(/condition-failed/);
    await window.sees('Nothing happened.');
    await window.click('Begin from the present value');
    await window.page.getByRole('textbox', { name: 'New value', exact: true }).fill('50s');
    await window.press('Control+Enter');
    await versions.nth(4).waitFor();
    expect(await (await shop.send('GET', '/v1/keys/config/checkout/timeout')).text()).toBe('50s');
  });

  test('of keys puts and deletes', async () => {
    const window = await open('#/default/keys');
    await window.press('n');
    await window.page.getByRole('textbox', { name: 'New key', exact: true }).fill('tmp/a b');
    await window.page.getByRole('textbox', { name: 'Value', exact: true }).fill('ü');
    await window.press('Control+Enter');
    await window.page.getByRole('heading', { name: 'tmp/a b' }).waitFor();
    await window.seesRow('a b', 'ü');
    await window.click('Delete');
    await window.page
      .getByRole('group', { name: 'Delete version 1?' })
      .getByRole('button', { name: 'Delete' })
      .click();
    await window.sees('There is no such key now.');
    await window.seesNoRow('a b');
  });

  test('of locks shows how a lock is handed over', async () => {
    const window = await open('#/default/locks/nightly-report');
    const holder = window.page.locator('.queue').first();
    await holder.getByText('worker-1').waitFor();
    await window.seesRow('nightly-report', 'worker-1', '2');
    const before = await tokenIn(holder);
    await shop.send('DELETE', '/v1/locks/nightly-report', { lease: 'worker-1' });
    await holder.getByText('worker-2').waitFor();
    await window.seesRow('nightly-report', 'worker-2', '1');
    expect(await tokenIn(holder)).toBeGreaterThan(before);
    await holder.getByRole('button', { name: 'Release' }).click();
    await holder.getByRole('group').getByRole('button', { name: 'Release' }).click();
    await holder.getByText('worker-3').waitFor();
    await window.seesRow('nightly-report', 'worker-3');
  });

  test('of leases counts down, and loses those that end', async () => {
    await shop.send('PUT', '/v1/leases/brief', { ttlMs: 3_600_000 });
    const window = await open('#/default/leases/brief');
    await window.seesRow('brief', '59 min', '1 h 0 min');
    const left = window.row('brief').locator('.left');
    const first = await left.textContent();
    while ((await left.textContent()) === first) await window.page.waitForTimeout(50);
    await window.click('Revoke');
    await window.page.getByRole('group').getByRole('button', { name: 'Revoke' }).click();
    await window.seesNoRow('brief');
    await window.sees('The lease has ended, or never was.');
  });

  test('of elections shows the next leader', async () => {
    const window = await open('#/default/elections/scheduler');
    await window.seesRow('scheduler', 'host-a', 'http://host-a:8080', '2');
    await shop.send('DELETE', '/v1/leases/host-a');
    await window.seesRow('scheduler', 'host-b', 'http://host-b:8080', '1');
    await window.page.locator('.detail').getByText('http://host-b:8080').waitFor();
  });

  test('of groups shows members as they join and leave', async () => {
    const window = await open('#/default/groups/workers');
    await window.seesRow('worker-2', 'zone 2');
    await shop.send('PUT', '/v1/groups/workers/late', { ttlMs: 60_000, metadata: 'zone 9' });
    await window.seesRow('late', 'zone 9');
    await shop.send('DELETE', '/v1/leases/worker-2');
    await window.seesNoRow('worker-2', 'zone 2');
  });

  test('of sequences shows the last number', async () => {
    const window = await open('#/default/sequences');
    await window.seesRow('invoices', '41');
    await shop.send('POST', '/v1/sequences/invoices', {});
    await window.seesRow('invoices', '42');
  });

  test('of streams follows one, appends to it, and appends only behind the tail that it shows', async () => {
    const window = await open(`#/default/streams/${encodeURIComponent('orders/2026')}`);
    await window.seesRow('orders/2026', 'application/json', '4');
    const records = window.page.getByRole('region', { name: 'Records of orders/2026' });
    await records.getByText('"item":"table"').waitFor();
    await shop.send('POST', '/v1/stream/orders/2026', { order: 5 });
    await records.getByText('{"order":5}').waitFor();
    await window.page
      .getByRole('textbox', { name: 'Append a record (Ctrl+Enter)', exact: true })
      .fill('{"order":6}');
    await window.press('Control+Enter');
    await records.getByText('{"order":6}').waitFor();
    await window.seesRow('orders/2026', '6');
    await window.page
      .getByRole('textbox', { name: 'Append a record (Ctrl+Enter)', exact: true })
      .fill('{"order":');
    await window.press('Control+Enter');
    await window.sees(/invalid-request|malformed-request/);
    await window.sees('Nothing happened.');
  });

  test('of streams creates one, of text', async () => {
    const window = await open('#/default/streams');
    await window.press('n');
    await window.page.getByRole('textbox', { name: 'Path', exact: true }).fill('notes');
    await window.page.getByLabel('Content type').fill('text/plain');
    await window.press('Enter');
    await window.page
      .getByRole('textbox', { name: 'Append a record (Ctrl+Enter)', exact: true })
      .fill('first note');
    await window.press('Control+Enter');
    await window.page.getByRole('region', { name: 'Records of notes' }).getByText('first note').waitFor();
    await window.seesRow('notes', 'text/plain', '1');
  });

  test('of namespaces shows positions and sizes, and leads into one', async () => {
    const window = await open('#/default/namespaces');
    await window.seesRow('warehouse', '1', '0', '1');
    await window.row('warehouse').getByRole('link').click();
    await window.seesRow('gate-1', 'robot-3');
    await window.page.locator('.status').getByText('warehouse @1').waitFor();
  });

  test('of diagnostics shows what doctor finds', async () => {
    const window = await open('#/default/diagnostics');
    await window.sees('sound');
    await window.sees('namespace/default');
  });

  test('of the timeline shows two claimants of one name, and which position decided', async () => {
    const window = await open('#/default/timeline');
    const statuses = await race('main-stage', shop, new Shop(other.url));
    expect(statuses.sort()).toEqual([201, 409]);
    const lines = window.page.locator('.command-line', { hasText: 'main-stage' });
    await lines.nth(1).waitFor();
    const [lost, decided] = await lines.allTextContents();
    const winner = (await (await shop.send('GET', '/v1/names/main-stage')).json()) as {
      owner: string;
      claimedAt: number;
    };
    expect(decided).toContain(`${winner.owner} claims main-stage`);
    expect(decided).toContain('decided: 1 later claim lost');
    expect(lost).toContain(`${winner.owner} holds it lost to @${winner.claimedAt}`);
    await lines.first().click();
    await window.sees('lost: a condition did not hold');
    await window.page
      .locator('.detail')
      .getByRole('link', { name: `@${winner.claimedAt}` })
      .click();
    await window.sees('changed the state');
    await window.goTo('#/default/names/main-stage');
    await window.page
      .getByRole('region', { name: 'Past' })
      .getByText(`lost to @${winner.claimedAt}`)
      .waitFor();
  });

  test('that is empty tells the command that fills it', async () => {
    const window = await open('#/nobody/names');
    await window.sees('No name is held');
    await window.sees(`curl -X PUT ${server.url}/v1/namespaces/nobody/names/alice`);
  });
});
