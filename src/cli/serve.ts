// `ordinal serve` (`npm start`): serves until a signal comes, and then ends without dropping what it has
// accepted.

import { isLoopback } from '../access/loopback.ts';
import type { Store } from '../log/store.ts';
import type { Logger } from '../observability/logger.ts';
import { type ServingAll, startServer } from '../server/server.ts';
import type { Settings } from '../server/settings.ts';
import { fail } from './report.ts';

const IN_THE_CLEAR =
  'without TLS the token and all data can be read, and changed, on their way; put a proxy with TLS in front ' +
  'of this server, or let nobody else into its network';

const INTERRUPTED = 130;

/** Resolves when the server accepts requests; the process ends with the server. @throws StartupError */
export async function runServer(store: Store, settings: Settings, logger: Logger): Promise<void> {
  const serving = await startServer(store, settings, logger);
  process.stdout.write(greeting(serving, settings));
  if (!isLoopback(settings.host) && settings.tlsCert === undefined) logger.warn(IN_THE_CLEAR);
  endOnSignal(serving, logger);
}

function endOnSignal(serving: ServingAll, logger: Logger): void {
  let signals = 0;
  const end = (signal: NodeJS.Signals) => {
    signals += 1;
    // The second signal ends the process at once. Nothing that was acknowledged can be lost by it.
    if (signals > 1) process.exit(INTERRUPTED);
    logger.info(`${signal}: answering what was accepted, then ending`);
    serving.close().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

function greeting({ url, zookeeper }: ServingAll, settings: Settings): string {
  const where = { sqlite: settings.data, dynamodb: `table ${settings.table}`, memory: 'nothing is kept' };
  const token = settings.token === undefined ? '' : ` -H "authorization: Bearer $ORDINAL_TOKEN"`;
  const page = settings.console ? `  ${url}/ in a browser is the console\n\n` : '';
  const tree = zookeeper
    ? `ZooKeeper clients find it at ${zookeeper.host}:${zookeeper.port} (namespace ${settings.zookeeperNamespace})\n`
    : '';
  return `Ordinal is at ${url} (${settings.store}, ${where[settings.store]})
${tree}
${page}  curl${token} -X PUT ${url}/v1/names/alice -H 'content-type: application/json' -d '{"owner":"me"}'
  curl${token} ${url}/v1/names/alice
  curl${token} -i -X PUT ${url}/v1/stream/hello -H 'content-type: text/plain' -d 'first record'

`;
}
