// The programs under test as processes. They are bundled once, started over and over, and end with this
// process.

import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** All that it printed. */
  readonly output: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  output(): string;
}

export interface ServerProgram extends Program {
  /** The server's URL, once it accepts requests; undefined when it has exited before. */
  readonly ready: Promise<string | undefined>;
}

export interface OpenerOptions {
  readonly data: string;
  readonly log: string;
  /** What to append; else it looks at the tail. */
  readonly append?: string;
  /** The pause before each of its first SQLite statements. */
  readonly delayMs: number;
}

const READY = /Ordinal is at (\S+)/;

export class Programs {
  readonly #folder: string;
  readonly #running = new Set<ChildProcess>();

  constructor(folder: string) {
    this.#folder = folder;
    process.on('exit', this.close);
  }

  server(data: string): ServerProgram {
    const program = this.#start([this.#path('main.js'), '--port', '0', '--data', data]);
    const ready = new Promise<string | undefined>((settle) => {
      program.child.stdout?.on('data', () => {
        const url = READY.exec(program.output())?.[1];
        if (url !== undefined) settle(url);
      });
      void program.ended.then(() => settle(undefined));
    });
    return { ...program, ready };
  }

  doctor(data: string, logs: readonly string[]): Program {
    const named = logs.flatMap((log) => ['--log', log]);
    return this.#start([this.#path('main.js'), 'doctor', '--data', data, ...named]);
  }

  backup(data: string, to: string): Program {
    return this.#start([this.#path('main.js'), 'backup', to, '--data', data]);
  }

  opener({ data, log, append, delayMs }: OpenerOptions): Program {
    const slow = pathToFileURL(this.#path('slow-sqlite.js')).href;
    const program = [this.#path('opener.js'), '--data', data, '--log', log];
    const args = append === undefined ? program : [...program, '--append', append];
    if (delayMs === 0) return this.#start(args);
    return this.#start(['--import', slow, ...args], { SLOW_OPENING_MS: String(delayMs) });
  }

  /** Kills what is still running, and removes the bundles. */
  close = (): void => {
    process.off('exit', this.close);
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };

  #path(file: string): string {
    return join(this.#folder, file);
  }

  #start(args: readonly string[], env: Record<string, string> = {}): Program {
    // biome-ignore lint/style/noProcessEnv: programs under test inherit no more than this
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, args, {
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk;
      });
    }
    const ended = new Promise<Ending>((settle) => {
      child.on('close', (code, signal) => {
        this.#running.delete(child);
        settle({ code, signal, output: text });
      });
    });
    return { child, ended, output: () => text };
  }
}

const ENTRY_POINTS = {
  main: 'src/cli/main.ts',
  'writer-thread': 'src/store/sqlite/writer-thread.ts',
  opener: 'test/soak/opener.ts',
  'slow-sqlite': 'test/soak/slow-sqlite.ts',
};

/**
 * All in one folder, because some name the file of another. A bundle starts in a fifth of the time that `tsx`
 * takes.
 */
export async function bundlePrograms(): Promise<Programs> {
  const folder = resolve(`.cache/soak/${process.pid}`);
  await build({
    entryPoints: ENTRY_POINTS,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  return new Programs(folder);
}
