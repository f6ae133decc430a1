// `npm run test:zookeeper-go`: the suite of ZooKeeper's client for Go, unmodified, against servers of ours.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { skippedLines } from '../support/closing-line.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { serverProgram } from '../support/zookeeper/program.ts';

const MODULE = 'github.com/go-zookeeper/zk@v1.0.4';
const EXIT_SKIPPED = 77;

/** What fails, and why it may. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  TestIntegration_NoQuorum:
    'ends two of three servers, after which the third must refuse to serve; ours needs no other server',
};

const downloaded = z.object({ Dir: z.string() });
const event = z.object({ Action: z.string(), Test: z.string().optional(), Output: z.string().optional() });

async function main(): Promise<number> {
  const source = moduleSource();
  if (source === undefined) {
    process.stdout.write(skippedLines(`there is no \`go\` on the PATH, or it cannot download ${MODULE}`));
    return EXIT_SKIPPED;
  }
  const { path, remove } = await temporaryDirectory();
  const directory = join(path, 'zk');
  // As downloaded it may not be written to, and a suite writes beside itself.
  cpSync(source, directory, { recursive: true });
  await chmod(directory, 0o755);
  try {
    return await runSuite(directory);
  } finally {
    spawnSync('chmod', ['-R', 'u+w', path]);
    await remove();
  }
}

function moduleSource(): string | undefined {
  const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', MODULE], { encoding: 'utf8' });
  return status === 0 ? downloaded.parse(JSON.parse(stdout)).Dir : undefined;
}

async function runSuite(directory: string): Promise<number> {
  const child = spawn('go', ['test', '-json', '-timeout', '20m', '.'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      // biome-ignore lint/style/noProcessEnv: what `go` needs
      ...process.env,
      ZOOKEEPER_BIN_PATH: resolve('test/zookeeper-go/shim'),
      ORDINAL_PROGRAM: serverProgram().join(' '),
    },
  });
  const ended = new Promise((settle) => child.once('close', settle));
  const outcomes = new Map<string, string>();
  const outputs = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const { Action: action, Test: test, Output: output } = event.parse(JSON.parse(line));
    if (test === undefined) continue;
    if (action === 'output') outputs.set(test, `${outputs.get(test) ?? ''}${output}`);
    if (['pass', 'fail', 'skip'].includes(action)) outcomes.set(test, action);
  }
  await ended;
  return report(outcomes, outputs);
}

function report(outcomes: ReadonlyMap<string, string>, outputs: ReadonlyMap<string, string>): number {
  const named = (outcome: string) => [...outcomes].filter(([, one]) => one === outcome).map(([test]) => test);
  const failed = named('fail');
  const unexpected = failed.filter((test) => EXCEPTIONS[test] === undefined);
  for (const test of failed) {
    const reason = EXCEPTIONS[test];
    process.stdout.write(
      reason === undefined ? `FAILED ${test}\n${outputs.get(test)}` : `${test}: ${reason}\n`,
    );
  }
  const passed = named('pass').length;
  process.stdout.write(`${passed} passed, ${failed.length} failed, ${named('skip').length} skipped\n`);
  // A suite that did not run has no failures.
  return unexpected.length === 0 && passed > 0 ? 0 : 1;
}

process.exitCode = await main();
