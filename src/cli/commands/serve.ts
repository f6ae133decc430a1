// `ordinal serve`, which is also what happens without a command.

import { LOG_LEVELS } from '../../observability/log-levels.ts';
import { SETTINGS, serveSettings } from '../../server/settings.ts';
import { local } from '../define.ts';
import { settingsFrom } from '../server-options.ts';

const ABOUT = {
  summary: 'Serve Ordinal: to this machine alone, or, with a token, to others.',
  details: `A flag counts more than the environment, and that more than the file. The token is no flag: every user of a machine can list the
flags of its processes.

On any address but the loopback, use TLS (--tls-cert), or a proxy that has it in front, or tokens can be read on their way.
With --zookeeper it speaks ZooKeeper's protocol, too. Its clients show no token: beyond the loopback it wants client certificates (--tls-ca).
The store dynamodb takes region, credentials and endpoint from the environment like every AWS client (AWS_REGION,
AWS_ENDPOINT_URL_DYNAMODB, …). The store memory forgets everything when the server ends.`,
  examples: [
    'ordinal serve',
    'ordinal serve --port 8080 --data /var/lib/ordinal',
    'ORDINAL_TOKEN=$(cat token) ordinal serve --host 0.0.0.0',
    'ordinal serve --config /etc/ordinal.json',
    'ordinal serve --log-level debug --quota-requests 500',
  ],
};

export function command() {
  return local('serve', ABOUT)
    .option('--host <address>', 'Where to listen. (default: 127.0.0.1)')
    .option('--port <number>', 'The same; 0 takes a free port. (default: 4437)')
    .option('--data <directory>', 'Where the store sqlite keeps its files. (default: .ordinal)')
    .option('--store <kind>', 'sqlite, dynamodb or memory. (default: sqlite)')
    .option('--table <name>', 'The table of the store dynamodb.')
    .option('--create-table', 'Create that table if it is missing.')
    .option('--no-console', 'Serve no console at /.')
    .option('--cors-origins <list>', 'Web sites that may use the server: origins with commas, or *.')
    .option('--config <file>', 'Take settings from this JSON file, too.')
    .option('--no-metrics', 'Serve no metrics; otherwise GET /metrics does.')
    .option('--log-level <level>', `${LOG_LEVELS.join(', ')}. (default: info)`)
    .option('--log-format <format>', 'text or json. (default: text in a terminal, json otherwise)')
    .option('--quota-requests <number>', 'The most requests of one principal in a second.')
    .option('--quota-bytes <number>', 'The most bytes in the bodies of its requests.')
    .option('--quota-streams <number>', 'The most streams that it creates.')
    .option('--tls-cert <file>', 'Serve with TLS: the certificate, as PEM.')
    .option('--tls-key <file>', 'Its key.')
    .option('--tls-ca <file>', 'Admit only clients with a certificate of this authority.')
    .option('--zookeeper <port>', 'Serve clients of ZooKeeper there, too; 0 takes a free port.')
    .option('--zookeeper-host <address>', 'Where to listen for them. (default: as --host)')
    .option('--zookeeper-open', 'Serve them beyond the loopback without certificates.')
    .option('--zookeeper-namespace <name>', 'The namespace with their znodes. (default: zookeeper)')
    .option('--zookeeper-tick-ms <number>', 'Sessions time out after 2 to 20 of these. (default: 3000)')
    .option(
      '--zookeeper-container-check-ms <number>',
      'How often it looks for containers and znodes whose time is over. (default: 60000)',
    )
    .option('--zookeeper-reads <kind>', 'local, as in ZooKeeper, or linearizable. (default: local)')
    .option(
      '--zookeeper-super-digest <user:digest>',
      'Who passes every access control list. (default: nobody)',
    )
    .option('--zookeeper-connections <number>', 'The most of one address; 0: any number. (default: 0)')
    .option('--zookeeper-words <list>', 'The four-letter words to answer, or none. (default: all of them)')
    .addHelpText('after', `\n${settingsText()}`)
    .action(async ({ createTable, console, metrics, zookeeperOpen, ...flags }) => {
      const unless = (on: boolean) => (on ? undefined : 'false');
      const switches = {
        createTable: createTable && 'true',
        console: unless(console),
        metrics: unless(metrics),
        zookeeperOpen: zookeeperOpen && 'true',
      };
      const settings = settingsFrom(serveSettings, { ...flags, ...switches });
      const { openStore } = await import('../../server/open-store.ts');
      const { openLogger } = await import('../../observability/logger.ts');
      const { runServer } = await import('../serve.ts');
      const { createTable: create, logLevel: level } = settings;
      const format = settings.logFormat ?? (process.stderr.isTTY ? 'text' : 'json');
      const logger = openLogger({ level, format, write: (text) => process.stderr.write(text) });
      const { report } = logger;
      const store = await openStore(settings, { createData: true, createTable: create, report });
      await runServer(store, settings, logger);
    });
}

/** The three places of every setting, side by side. */
function settingsText(): string {
  const rows = Object.entries(SETTINGS).map(
    ([name, { flag = '-', variable }]) => `  ${flag.padEnd(18)}${variable.padEnd(24)}"${name}"`,
  );
  return ['Settings, as a flag, in the environment, and in the file of --config:', ...rows].join('\n');
}
