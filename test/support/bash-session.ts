// One bash that runs the commands of a document, one after the other, as a reader would type them.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const MARK = '<<ended>>';
/** No measure of anything: this long a command may take on a busy machine. */
const HANGS_AFTER_MS = 120_000;

export class BashSession {
  readonly #shell: ChildProcess;
  #output = '';
  #wake: () => void = () => undefined;

  constructor(cwd: string, env: Record<string, string>) {
    this.#shell = spawn('bash', ['--norc', '--noprofile'], { cwd, env, detached: true });
    const hear = (chunk: Buffer): void => {
      this.#output += chunk.toString();
      this.#wake();
    };
    this.#shell.stdout?.on('data', hear);
    // Job control, for commands such as `kill %1`.
    this.#type('exec 2>&1; set -m');
  }

  /** Runs a command, and answers what it and jobs in the background have printed meanwhile. */
  async run(command: string): Promise<string> {
    // `$?` is still that of the command when the next one looks at it.
    this.#type(`${command}\n__status=$?; printf '%s' '${MARK}'; (exit $__status)`);
    const until = Date.now() + HANGS_AFTER_MS;
    while (!this.#output.includes(MARK)) {
      if (this.#shell.exitCode !== null || Date.now() > until)
        throw new Error(`no end of: ${command}\n${this.#output}`);
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        new Promise((resolve) => setTimeout(resolve, 1000)),
      ]);
    }
    const [printed = '', ...rest] = this.#output.split(MARK);
    this.#output = rest.join(MARK);
    return printed;
  }

  /** Ends the shell, and what it has left running, whatever it is busy with. */
  async end(): Promise<void> {
    if (this.#shell.exitCode !== null) return;
    const ended = once(this.#shell, 'exit');
    // Jobs have process groups of their own. What they have in common is the session.
    spawnSync('pkill', ['-KILL', '-s', String(this.#shell.pid)]);
    this.#shell.kill('SIGKILL');
    await ended;
  }

  #type(line: string): void {
    this.#shell.stdin?.write(`${line}\n`);
  }
}
