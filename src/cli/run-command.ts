// A command of the user's that runs as long as something is held: it gets the signals that come, and is ended
// when what is held is lost.

import { type ChildProcess, spawn } from 'node:child_process';
import { environment } from './environment.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { note } from './output.ts';
import { exitCodeOf, type Signals } from './signals.ts';

export interface Run {
  readonly command: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly signals: Signals;
  /** Aborts when what is held is lost. */
  readonly lost: AbortSignal;
  /** How long the command has to end by itself then, in milliseconds. */
  readonly killAfterMs: number;
}

/** The exit code of the command. @throws CommandFailure when it cannot be started, or may not any more */
export async function runCommand({ command, env, signals, lost, killAfterMs }: Run): Promise<number> {
  lost.throwIfAborted();
  const [file = '', ...args] = command;
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  // In a process group of its own, all that the command has started can be ended with it. At a terminal it
  // has to stay in the group that the terminal knows.
  const child = spawn(file, args, {
    stdio: 'inherit',
    env: { ...environment, ...env },
    detached: !hasTerminal,
  });
  const send = (signal: NodeJS.Signals) => kill(child, signal, !hasTerminal);
  const release = signals.forwardTo((signal) => {
    // The terminal has sent these to its whole group. A second time they could mean more.
    if (hasTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT')) return;
    send(signal);
  });
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    note(`ordinal: ${lost.reason instanceof Error ? lost.reason.message : lost.reason}; ending the command`);
    send('SIGTERM');
    killing = setTimeout(() => send('SIGKILL'), killAfterMs);
  };
  lost.addEventListener('abort', end);
  try {
    return await ended(child, file);
  } finally {
    lost.removeEventListener('abort', end);
    clearTimeout(killing);
    // What else is in the group has had the time of the command to end, and has it no longer.
    if (lost.aborted) send('SIGKILL');
    release();
  }
}

/** As shells tell it. */
function ended(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      const exit = isMissing ? EXIT.noCommand : EXIT.cannotRun;
      reject(
        new CommandFailure('cannot-run', `cannot run ${file}: ${error.message}`, { exit, definite: true }),
      );
    });
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : exitCodeOf(signal)));
  });
}

function kill(child: ChildProcess, signal: NodeJS.Signals, isGroup: boolean): void {
  if (child.pid === undefined) return;
  try {
    process.kill(isGroup ? -child.pid : child.pid, signal);
  } catch {
    // It has ended.
  }
}
