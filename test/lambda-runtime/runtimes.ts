// The runtimes that the tests know, and a process of one of them with a function in it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const PACKAGE = 'aws-lambda-ric';

interface Runtime {
  readonly version: string;
  /** What Node runs. */
  readonly entry: string;
  /** Where it looks for its compiled part. */
  readonly compiled: string;
  /** Whether it wants the handler as an argument too. */
  readonly takesHandler: boolean;
}

export const RUNTIMES: readonly Runtime[] = [
  { version: '3.3.0', entry: 'bin/index.mjs', compiled: 'dist', takesHandler: true },
  { version: '4.0.2', entry: 'index.mjs', compiled: '.', takesHandler: false },
];

/** What Lambda tells every function. */
const FUNCTION = {
  AWS_LAMBDA_FUNCTION_NAME: 'ordinal',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
  AWS_LAMBDA_LOG_GROUP_NAME: 'logs',
  AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
};

export interface Environment {
  /** Settled when the process has ended. */
  readonly exited: Promise<number | null>;
  readonly output: () => string;
  stop(): Promise<void>;
}

/** @param folder that holds the function's `index.mjs` */
export function startRuntime(
  runtime: Runtime,
  options: { cache: string; folder: string; api: string; env: Record<string, string> },
): Environment {
  const home = join(options.cache, runtime.version, 'package');
  standIn(join(home, runtime.compiled, 'rapid-client.node'));
  const args = [join(home, runtime.entry), ...(runtime.takesHandler ? ['index.handler'] : [])];
  const child = spawn(process.execPath, args, {
    cwd: options.folder,
    env: {
      AWS_LAMBDA_RUNTIME_API: options.api,
      // The invocations come by the JavaScript of the package, not by its compiled part.
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: options.folder,
      ...FUNCTION,
      ...options.env,
    },
  });
  return watched(child);
}

function watched(child: ChildProcess): Environment {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return {
    exited,
    output: () => output,
    async stop() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * The compiled part reports answers in one piece, and failures at the end of a process. Streams do without it, and an exit code tells a
 * failure as well, so a folder of this name, which Node takes for a module just as well, has nothing to do.
 */
function standIn(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"main":"index.cjs"}\n');
  writeFileSync(
    join(folder, 'index.cjs'),
    "exports.done = () => { throw new Error('answers in one piece need the compiled part'); };\nexports.error = () => undefined;\n",
  );
}
