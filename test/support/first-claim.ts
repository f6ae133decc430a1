// From the packed file to the first claim, as the README does it: one command, on a machine that has Node and
// nothing else.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { closedPort } from './closed-port.ts';

/** The address of the README's command. */
const PORT = '4437';

export interface Machine {
  /** Everything is below it: the home, the directory of the command, the cache of npm. */
  readonly directory: string;
  /** The program `node`. */
  readonly node: string;
  /** Where npm keeps what it has fetched. */
  readonly npmCache: string;
}

/** The command that the README gives, by its first word. */
export function firstClaimCommand(): string {
  const readme = readFileSync('README.md', 'utf8');
  const [, command] = /^```sh\n(npx --yes [^\n]*)\n```$/m.exec(readme) ?? [];
  if (command === undefined) throw new Error('the README has no command that begins with npx');
  return command;
}

/**
 * Runs the command in an empty directory with the packed file, and ends the server. Answers what the claim
 * printed.
 */
export async function firstClaim(machine: Machine, packedFile: string, command: string): Promise<string> {
  const home = join(machine.directory, 'home');
  const work = join(machine.directory, 'work');
  for (const path of [home, work]) mkdirSync(path, { recursive: true });
  cpSync(packedFile, join(work, 'ordinal-0.1.0.tgz'));
  // What an earlier `npx` has installed would be used again.
  rmSync(join(machine.npmCache, '_npx'), { recursive: true, force: true });
  const port = String(await closedPort());
  const line = command.replaceAll(`:${PORT}`, `:${port}`).replace(' serve ', ` serve --port ${port} `);
  // A group of processes of its own, which ends as one.
  const shell = spawn('sh', ['-c', line], {
    cwd: work,
    env: environmentOf(machine, home),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = shell.stderr ? text(shell.stderr) : Promise.resolve('');
  try {
    return await answerIn(shell);
  } catch (cause) {
    endGroup(shell);
    throw new Error(`the command has failed: ${await said}`, { cause });
  } finally {
    endGroup(shell);
  }
}

/** The line of JSON that the claim prints, between those of the server. */
async function answerIn(shell: ChildProcess): Promise<string> {
  let printed = '';
  const ended = once(shell, 'exit');
  shell.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  const [code] = await ended;
  const answer = printed.split('\n').find((line) => line.startsWith('{'));
  if (code !== 0 || answer === undefined) throw new Error(`it has ended with ${code} and said: ${printed}`);
  return answer;
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

export function environmentOf({ node, npmCache }: Machine, home: string): Record<string, string> {
  // biome-ignore lint/style/noProcessEnv: npm, the shell and curl are where they are
  const path = process.env['PATH'] ?? '';
  return {
    PATH: `${dirname(node)}${delimiter}${path}`,
    HOME: home,
    npm_config_cache: npmCache,
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
  };
}
