// The ZooKeeper server as the settings describe it: a listener around `protocols/zookeeper/`.

import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { systemClock, systemRandom } from '../clock.ts';
import type { Observer, Tracing } from '../log/observer.ts';
import type { NamespaceFigures, ZookeeperFigures } from '../observability/figures.ts';
import type { Logger } from '../observability/logger.ts';
import { openTree } from '../protocols/zookeeper/replica.ts';
import { ZookeeperServer } from '../protocols/zookeeper/server.ts';
import { Replicas } from '../service/replicas.ts';
import type { Service } from '../service/service.ts';
import { environmentLines } from './environment-lines.ts';
import { listen } from './listen.ts';
import type { Settings } from './settings.ts';
import { serveSocket } from './socket-link.ts';
import { messageOf, StartupError } from './startup-error.ts';
import type { TlsFiles } from './tls-files.ts';

export interface ZookeeperParts {
  readonly service: Service;
  readonly logger: Logger;
  readonly tls: TlsFiles | undefined;
  readonly observer?: Observer | undefined;
  readonly tracing?: Tracing | undefined;
  readonly maintainEveryMs: number;
}

export interface ServingZookeeper {
  readonly host: string;
  readonly port: number;
  readonly figures: () => ZookeeperFigures;
  readonly namespaceFigures: () => NamespaceFigures;
  /** Answers what was accepted, and closes the connections without their sessions. */
  close(): Promise<void>;
}

const HANDSHAKE_MS = 10_000;

/** @throws StartupError when the namespace or the port cannot be had */
export async function startZookeeper(
  settings: Settings & { readonly zookeeper: number },
  { service, logger, tls, observer, tracing, maintainEveryMs }: ZookeeperParts,
): Promise<ServingZookeeper> {
  const { zookeeperNamespace: namespace, zookeeperHost: host = settings.host } = settings;
  const replicas = new Replicas(service, { observer, tracing, onError: logger.report });
  const listener = listenerOf(tls);
  const words = wordSettings(settings);
  const server = new ZookeeperServer({
    open: (stateObserver) => openTree(replicas, namespace, stateObserver),
    clock: systemClock,
    random: systemRandom,
    tickMs: settings.zookeeperTickMs,
    unusedEveryMs: settings.zookeeperContainerCheckMs,
    reads: settings.zookeeperReads,
    superDigest: settings.zookeeperSuperDigest,
    connectionsPerAddressMax: settings.zookeeperConnections,
    words,
    onError: logger.report,
    onWarning: logger.warn,
  });
  try {
    await server.start();
  } catch (cause) {
    throw new StartupError(`cannot use the namespace ${namespace} for ZooKeeper: ${messageOf(cause)}`, {
      cause,
    });
  }
  listener.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => serveSocket(server, socket));
  await listen(listener, { host, port: settings.zookeeper, flag: '--zookeeper' });
  const timer = setInterval(() => void replicas.maintain(), maintainEveryMs);
  return {
    host,
    port: (listener.address() as AddressInfo).port,
    figures: () => server.figures(),
    namespaceFigures: () => namespaceFigures(server, namespace),
    async close() {
      clearInterval(timer);
      listener.close();
      await server.stop();
      await replicas.idle();
    },
  };
}

/** As of any other namespace that is open. */
function namespaceFigures(server: ZookeeperServer, namespace: string): NamespaceFigures {
  const { replica } = server.log;
  const { watches, sessions, outstanding } = server.figures();
  return {
    namespace,
    position: replica.position,
    tailSeen: replica.log.tailSeen,
    stateBytes: server.glance()?.bytes ?? 0,
    leases: sessions,
    watchers: watches,
    waiting: outstanding,
  };
}

function wordSettings({ zookeeperWords, zookeeper, zookeeperConnections, tlsCert }: Settings) {
  return {
    allowed: zookeeperWords,
    ...(tlsCert === undefined ? { port: zookeeper } : { securePort: zookeeper }),
    connectionsPerAddressMax: zookeeperConnections,
    environment: environmentLines(),
  };
}

function listenerOf(tls: TlsFiles | undefined): Server {
  if (!tls) return createPlainServer({ noDelay: true, keepAlive: true });
  return createTlsServer({ ...tls, noDelay: true, keepAlive: true, handshakeTimeout: HANDSHAKE_MS });
}
