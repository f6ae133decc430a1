// Goal: `ordinal/client` works wherever `fetch` does. Method: one program, from the packed file, on each runtime,
// against a real server. `npm run test:runtimes` says where the runtimes are.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { serveToBrowser } from './browser-page.ts';
import { workerConfig } from './worker.ts';

interface Runtimes {
  readonly app: string;
  readonly programs: Readonly<Record<string, string>>;
}

// biome-ignore lint/style/noProcessEnv: set by `npm run test:runtimes`
const given = process.env['ORDINAL_RUNTIMES'];
const { app, programs }: Runtimes = given === undefined ? { app: '', programs: {} } : JSON.parse(given);
/** A browser takes long to start on a busy machine. */
const HANGS_AFTER_MS = 120_000;

const EXPECTED = {
  claims: ['claimed', 'taken'],
  appended: ['appended', 1, 2],
  read: [{ item: 'milk' }],
  seen: 'changed',
};

describe.skipIf(given === undefined)('ordinal/client works', { timeout: HANGS_AFTER_MS }, () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer(['--store', 'memory']);
  }, HANGS_AFTER_MS);
  afterAll(async () => {
    await server.end('SIGTERM');
  });

  const atTerminal = [
    ['deno', ['run', '--node-modules-dir=manual', '--no-prompt', '--allow-net=127.0.0.1', 'main.js']],
    ['bun', ['run', 'main.js']],
  ] as const;
  test.for(atTerminal)('in %s', async ([name, args], { skip }) => {
    const program = programs[name] ?? skip(`there is no ${name}`);
    await writeFile(
      join(app, 'main.js'),
      `import { useClient } from './program.js';
       console.log(JSON.stringify(await useClient('${server.url}', '${name}')));`,
    );
    const { stdout } = await promisify(execFile)(program, [...args], { cwd: app });
    expect(JSON.parse(stdout)).toEqual(EXPECTED);
  });

  test('in a browser', async ({ skip }) => {
    const chromium = programs['chromium'] ?? skip('there is no browser');
    const code = await bundled(`
      import { useClient } from './program.js';
      const outcome = await useClient(location.origin, 'browser').catch(String);
      await fetch('/outcome', { method: 'POST', body: JSON.stringify(outcome) });`);
    const page = await serveToBrowser(code, server.url);
    const profile = await temporaryDirectory();
    const args = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile.path}`, page.url];
    const browser = spawn(chromium, args, { stdio: 'ignore' });
    expect(await page.outcome).toEqual(EXPECTED);
    browser.kill();
    await once(browser, 'exit');
    await page.close();
    await profile.remove();
  });

  test("in the runtime of Cloudflare's workers", async ({ skip }) => {
    const workerd = programs['workerd'] ?? skip('there is no workerd');
    const code = await bundled(`
      import { useClient } from './program.js';
      export default {
        fetch: async () => Response.json(await useClient('${server.url}', 'worker').catch(String)),
      };`);
    const folder = await temporaryDirectory();
    await writeFile(join(folder.path, 'worker.js'), code);
    await writeFile(join(folder.path, 'config.capnp'), workerConfig('worker.js'));
    const worker = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], {
      cwd: folder.path,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    // It tells the port that it has taken.
    const [said] = await once(worker.stdio[3] as NodeJS.ReadableStream, 'data');
    const { port } = JSON.parse(String(said).split('\n')[0] ?? '');
    const answer = await fetch(`http://127.0.0.1:${port}`);
    expect(await answer.json()).toEqual(EXPECTED);
    worker.kill();
    await once(worker, 'exit');
    await folder.remove();
  });
});

/** The code and the client in one module, without anything that only Node has. */
async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: app, loader: 'js' },
    bundle: true,
    format: 'esm',
    // Fails on a built-in module of Node.
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
