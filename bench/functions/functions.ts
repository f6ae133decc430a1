// The functions as Lambda gets them: how large they are, how long they take to load and to give their first
// answer, and what memory they hold. The store is an emulator on the same machine.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { environmentOf } from '../../functions/settings.ts';
import { bundle, type FunctionName, MODULES } from '../../infra/bundle.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynoxideKind, emulatorConfig } from '../../test/support/emulators.ts';
import { type Figure, figure } from '../figures.ts';
import { say } from '../progress.ts';

const NAMES: readonly FunctionName[] = ['api', 'web', 'maintenance'];
const TIMES = 5;
const TABLE = 'functions';
const SETTINGS = {
  table: TABLE,
  access: { kind: 'iam' },
  namespaces: ['default'],
  longPollMs: 20_000,
  responseStreaming: false,
  console: false,
} as const;
const COLD_START = 'bench/functions/cold-start.ts';
const STARTER = 'cold-start.mjs';

/** What `cold-start.ts` prints. */
export interface ColdStart {
  /** From the beginning of the import of the bundle to its end. */
  readonly loadMs: number;
  /** From there until the first answer. */
  readonly firstAnswerMs: number;
  readonly memoryBytes: number;
}

/** The figures, or why there are none. */
export async function measureFunctions(): Promise<Figure[] | string> {
  if (dynoxideKind.missing) return dynoxideKind.missing;
  const emulator = await dynoxideKind.start();
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-functions-'));
  const starter = join(directory, STARTER);
  try {
    const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
    await createTable(client, TABLE);
    client.destroy();
    // As JavaScript: what translates TypeScript would take its time from the start that is measured.
    buildSync({ entryPoints: [COLD_START], outfile: starter, platform: 'node', format: 'esm' });
    const figures: Figure[] = [];
    for (const name of NAMES) figures.push(...(await measureFunction(name, directory, emulator.endpoint)));
    return figures;
  } finally {
    await emulator.stop();
    await rm(directory, { recursive: true });
  }
}

async function measureFunction(name: FunctionName, directory: string, endpoint: string): Promise<Figure[]> {
  const folder = join(directory, name);
  const loaded = bundle(name, folder).map((file) => readFileSync(file));
  const bytesIn = (files: readonly Buffer[]) => files.reduce((sum, { length }) => sum + length, 0);
  const starts: ColdStart[] = [];
  for (let time = 0; time < TIMES; time += 1) starts.push(await coldStart(name, folder, endpoint));
  say(`function ${name}`);
  const id = (quantity: string) => ['functions', name, quantity];
  return [
    figure(id('bundle'), 'KB', 'less', [bytesIn(loaded) / 1000]),
    figure(id('bundle, zipped'), 'KB', 'less', [bytesIn(loaded.map((file) => gzipSync(file))) / 1000]),
    figure(
      id('load'),
      'ms',
      'less',
      starts.map(({ loadMs }) => loadMs),
    ),
    figure(
      id('first answer after loading'),
      'ms',
      'less',
      starts.map(({ firstAnswerMs }) => firstAnswerMs),
    ),
    figure(
      id('memory'),
      'MB',
      'less',
      starts.map(({ memoryBytes }) => memoryBytes / 1e6),
    ),
  ];
}

async function coldStart(name: FunctionName, folder: string, endpoint: string): Promise<ColdStart> {
  const args = [join(folder, '..', STARTER), name, join(folder, MODULES[name])];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(endpoint),
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const answer = text.split('\n').find((line) => line.startsWith('{"loadMs"'));
  if (code !== 0 || !answer) throw new Error(`the function ${name} ended with ${code}: ${text}`);
  return JSON.parse(answer) as ColdStart;
}

function environment(endpoint: string): Record<string, string> {
  // biome-ignore lint/style/noProcessEnv: the function inherits no more than this
  const { PATH = '', HOME = '' } = process.env;
  return {
    PATH,
    HOME,
    ...environmentOf(SETTINGS),
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_LAMBDA_HTTP_ENDPOINT: '127.0.0.1:34437',
  };
}
