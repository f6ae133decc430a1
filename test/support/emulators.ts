// DynamoDB emulators for tests: each starts on a free port of the loopback and ends with the test file.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

interface Emulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface EmulatorKind {
  readonly name: string;
  /** Why it cannot run here, or undefined when it can. */
  readonly missing: string | undefined;
  start(): Promise<Emulator>;
}

/** Any Region and any key: emulators do not look. */
export function emulatorConfig(endpoint: string): DynamoDBClientConfig {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}

/** Pure JavaScript; says nothing of the item behind a refusal and resets idle connections. */
export const dynaliteKind: EmulatorKind = {
  name: 'dynalite',
  missing: undefined,
  async start() {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      endpoint: `http://127.0.0.1:${port}`,
      stop: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

/** Counts capacity as AWS documents it. One binary, for Linux on x64. */
export const dynoxideKind: EmulatorKind = {
  name: 'dynoxide',
  missing: dynoxidePath() ? undefined : 'the package @dynoxide/linux-x64 is for Linux on x64 only',
  async start() {
    const path = dynoxidePath();
    if (!path) throw new Error('dynoxide is not installed');
    const port = await freePort();
    return startProcess(path, ['--port', String(port)], port);
  },
};

/** AWS's own DynamoDB Local. Needs Java, and the jar that `npm run test:dynamodb-local` brings. */
export const dynamoDbLocalKind: EmulatorKind = {
  name: 'DynamoDB Local',
  // biome-ignore lint/style/noProcessEnv: set by the script that brings the jar
  missing: process.env['DYNAMODB_LOCAL_HOME'] ? undefined : 'run `npm run test:dynamodb-local`',
  async start() {
    // biome-ignore lint/style/noProcessEnv: set by the script that brings the jar
    const home = process.env['DYNAMODB_LOCAL_HOME'] ?? '';
    const port = await freePort();
    const options = [
      `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(home, 'DynamoDBLocal.jar'),
    ];
    return startProcess('java', [...options, '-inMemory', '-port', String(port)], port);
  },
};

function dynoxidePath(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
    const path = join(dirname(manifest), 'dynoxide');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function startProcess(command: string, args: string[], port: number): Promise<Emulator> {
  // DynamoDB Local leaves a file where it is started.
  const child = spawn(command, args, { stdio: 'ignore', cwd: tmpdir() });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, child);
  return {
    endpoint,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the emulator ended with ${child.exitCode}`);
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the emulator does not answer');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
