// `npm start`: reads the settings, serves, and ends on a signal.

import { admitLoopback, isLoopback } from '../access/loopback.ts';
import { admitSharedToken } from '../access/shared-token.ts';
import type { Store } from '../log/store.ts';
import { createApp } from '../protocols/http/app.ts';
import { openStore } from '../server/open-store.ts';
import { serve } from '../server/serve.ts';
import { HELP, parseSettings, type Settings } from '../server/settings.ts';
import { messageOf, StartupError } from '../server/startup-error.ts';

/** As often as a deployment's schedule does. */
const MAINTAIN_EVERY_MS = 15 * 60_000;

const IN_THE_CLEAR = `ordinal: without TLS the token and all data can be read, and changed, on their way. Put a proxy with TLS in front of
this server, or let nobody else into its network.
`;

async function main(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: the one place of the server that reads the environment
  const parsed = parseSettings(process.argv.slice(2), process.env);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(HELP);
      return;
    case 'invalid':
      process.stderr.write(`ordinal: ${parsed.message}; --help tells what there is\n`);
      process.exitCode = 2;
      return;
    case 'settings':
      await run(parsed.settings);
  }
}

async function run(settings: Settings): Promise<void> {
  if (settings.command === 'backup') return makeBackup(settings);
  const store = await openStore(settings, report);
  if (settings.command === 'doctor') return examine(store, settings);
  const { host, port, token } = settings;
  const admit = token === undefined ? admitLoopback : admitSharedToken(token);
  const app = createApp(store, admit, { onError: report });
  const serving = await serve({ app, store, host, port, maintainEveryMs: MAINTAIN_EVERY_MS }).catch(
    async (error: unknown) => {
      await store.close();
      throw error;
    },
  );
  process.stdout.write(greeting(serving.url, settings));
  if (!isLoopback(host)) process.stderr.write(IN_THE_CLEAR);
  let signals = 0;
  const end = (signal: NodeJS.Signals) => {
    signals += 1;
    // Asked twice: at once. Nothing that was acknowledged can be lost by it.
    if (signals > 1) process.exit(130);
    process.stdout.write(`${signal}: answering what was accepted, then ending\n`);
    serving.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

async function makeBackup(settings: Settings): Promise<void> {
  const { runBackup } = await import('./backup.ts');
  await runBackup(settings.data, settings.to ?? '', (line) => process.stdout.write(`${line}\n`));
}

async function examine(store: Store, settings: Settings): Promise<void> {
  const { doctor } = await import('./doctor.ts');
  try {
    const sound = await doctor(store, settings, (line) => process.stdout.write(`${line}\n`));
    process.exitCode = sound ? 0 : 1;
  } finally {
    await store.close();
  }
}

function greeting(url: string, settings: Settings): string {
  const where = { sqlite: settings.data, dynamodb: `table ${settings.table}`, memory: 'nothing is kept' };
  const token = settings.token === undefined ? '' : ` -H "authorization: Bearer $ORDINAL_TOKEN"`;
  return `Ordinal is at ${url} (${settings.store}, ${where[settings.store]})

  curl${token} -X PUT ${url}/v1/names/alice -H 'content-type: application/json' -d '{"owner":"me"}'
  curl${token} ${url}/v1/names/alice
  curl${token} -i -X PUT ${url}/v1/stream/hello -H 'content-type: text/plain' -d 'first record'

`;
}

function report(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ level: 'error', time: new Date().toISOString(), message })}\n`);
}

function fail(error: unknown): void {
  const message = error instanceof StartupError ? error.message : `unexpected: ${messageOf(error)}`;
  process.stderr.write(`ordinal: ${message}\n`);
  process.exit(1);
}

main().catch(fail);
