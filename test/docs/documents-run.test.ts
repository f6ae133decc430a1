// Goal: whoever follows the tutorial or a guide word by word sees what it shows. Method: one bash for each document, which runs its
// commands in their order, in an empty directory and with the package linked as `npm link` does it.

import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BashSession } from '../support/bash-session.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { isAsShown, type Step, stepsOf } from './steps.ts';

/** No measure of anything. */
const HANGS_AFTER_MS = 240_000;
const TUTORIAL = 'docs/tutorial.md';
const PORT = '4437';
// biome-ignore lint/style/noProcessEnv: the shell of a reader finds the programs of this machine
const { PATH = '' } = process.env;

const guides = (await readdir('docs/how-to')).map((name) => join('docs/how-to', name));

/** What `npm link` makes of a checkout: the package and its command, under a prefix of the user's. */
async function linked(prefix: string): Promise<void> {
  await mkdir(join(prefix, 'bin'), { recursive: true });
  await mkdir(join(prefix, 'lib/node_modules'), { recursive: true });
  await symlink(resolve('.'), join(prefix, 'lib/node_modules/ordinal'));
  const { bin } = JSON.parse(await readFile('package.json', 'utf8')) as { bin: { ordinal: string } };
  const program = `#!/bin/sh\nexec ${process.execPath} ${resolve(bin.ordinal)} "$@"\n`;
  await writeFile(join(prefix, 'bin/ordinal'), program, { mode: 0o755 });
}

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => probe.once('listening', listening));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  return String(typeof address === 'object' ? address?.port : '');
}

async function readerOf(port: string) {
  const { path, remove } = await temporaryDirectory();
  const [home, prefix, cwd] = [join(path, 'home'), join(path, 'prefix'), join(path, 'work')];
  await mkdir(home);
  await mkdir(cwd);
  await linked(prefix);
  const env = {
    HOME: home,
    PATH: `${join(prefix, 'bin')}:${PATH}`,
    npm_config_prefix: prefix,
    PORT: port,
    ORDINAL_URL: `http://127.0.0.1:${port}`,
  };
  const shell = new BashSession(cwd, env);
  const end = async () => {
    await shell.end();
    await remove();
  };
  return { shell, cwd, prefix, end };
}

type Reader = Awaited<ReturnType<typeof readerOf>>;

async function take({ shell, cwd }: Reader, step: Step, port: string): Promise<void> {
  if (step.kind === 'save') {
    await writeFile(join(cwd, step.file), step.text);
    return;
  }
  if (step.kind === 'program') {
    await writeFile(join(cwd, 'program.mjs'), step.text);
    expect(await shell.run('node program.mjs >/dev/null; echo $?')).toBe('0\n');
    return;
  }
  const command = step.command.replaceAll(PORT, port);
  const printed = await shell.run(command);
  const shown = step.shown.replaceAll(PORT, port);
  // So that a failure shows the command and both texts.
  if (!isAsShown(shown, printed)) expect(`$ ${command}\n${printed}`).toBe(`$ ${command}\n${shown}`);
}

test('the tutorial', { timeout: HANGS_AFTER_MS }, async () => {
  const port = await freePort();
  const reader = await readerOf(port);
  try {
    const steps = stepsOf(await readFile(TUTORIAL, 'utf8'));
    expect(steps.length).toBeGreaterThan(25);
    for (const step of steps) await take(reader, step, port);
  } finally {
    await reader.end();
  }
});

describe('a guide', () => {
  test.each(guides)('%s', { timeout: HANGS_AFTER_MS }, async (path) => {
    const server = await startServer(['--store', 'memory']);
    const { port } = new URL(server.url);
    const reader = await readerOf(port);
    try {
      // The package is a dependency of the reader's project.
      await mkdir(join(reader.cwd, 'node_modules'));
      await symlink(resolve('.'), join(reader.cwd, 'node_modules/ordinal'));
      const steps = stepsOf(await readFile(path, 'utf8'));
      expect(steps.length).toBeGreaterThan(0);
      for (const step of steps) await take(reader, step, port);
    } finally {
      await reader.end();
      await server.end('SIGKILL');
    }
  });
});
