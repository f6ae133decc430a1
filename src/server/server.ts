// The server as the settings describe it: the admission, the app on the store, and a listener around it.

import { createServer as createTlsServer } from 'node:https';
import { admitLoopback } from '../access/loopback.ts';
import { Quotas } from '../access/quotas.ts';
import { admitSharedToken } from '../access/shared-token.ts';
import type { Store } from '../log/store.ts';
import type { Figures, NamespaceFigures } from '../observability/figures.ts';
import type { Logger } from '../observability/logger.ts';
import { createApp } from '../protocols/http/app.ts';
import { consoleAt } from '../protocols/http/console.ts';
import { sharingWith } from '../protocols/http/cors.ts';
import { open } from '../service/service.ts';
import { type Serve, type Serving, serve } from './serve.ts';
import type { Settings } from './settings.ts';
import { machineNamed } from './state-machines.ts';
import { openTelemetryOf, type Telemetry } from './telemetry.ts';
import { type TlsFiles, tlsFilesOf } from './tls-files.ts';
import type { ServingZookeeper, ZookeeperParts } from './zookeeper.ts';

/** As often as a deployment's schedule does. */
const MAINTAIN_EVERY_MS = 15 * 60_000;
/** A look costs no call: it reads the state in memory. The store is asked only when a lease is due. */
const EXPIRE_LEASES_EVERY_MS = 500;
/** How long a shutdown waits for the collector of traces. */
const FLUSH_TIMEOUT_MS = 2000;

/** In a checkout, and in the package: the build puts the file into `dist`. */
const CONSOLE_PLACES = ['../../dist/console.json', '../../console.json'].map(
  (place) => new URL(place, import.meta.url),
);

export interface ServingAll extends Serving {
  readonly zookeeper: ServingZookeeper | undefined;
}

/**
 * Takes the store over: it is closed with the server, or at once when the server cannot start.
 *
 * @throws StartupError
 */
export async function startServer(store: Store, settings: Settings, logger: Logger): Promise<ServingAll> {
  const { token, host, port } = settings;
  const telemetry = await openTelemetryOf(settings, logger);
  const { observer, tracing, metrics, onRequest } = telemetry;
  const onError = logger.report;
  const service = open(store, { onError, observer, tracing, machineNamed });
  const app = createApp(service, token === undefined ? admitLoopback : admitSharedToken(token), {
    onError,
    onRequest,
    tracing,
    metrics,
    console: settings.console ? consoleAt(...CONSOLE_PLACES) : undefined,
    quotas: quotasOf(settings, telemetry),
    sharing: settings.corsOrigins && sharingWith(settings.corsOrigins),
    tellsRequestId: false,
  });
  const timers = { maintainEveryMs: MAINTAIN_EVERY_MS, expireLeasesEveryMs: EXPIRE_LEASES_EVERY_MS };
  let serving: Serving;
  let tls: TlsFiles | undefined;
  try {
    tls = tlsFilesOf(settings);
    serving = await serve({
      app,
      store: service.store,
      host,
      port,
      createTls: tls && withTls(tls),
      ...timers,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const zookeeper = await zookeeperOf(settings, { service, logger, observer, tracing, tls }).catch(
    async (error: unknown) => {
      await serving.close();
      throw error;
    },
  );
  metrics?.watch({
    figures: () => withNamespace(service.figures(), zookeeper?.namespaceFigures()),
    connections: () => serving.connections(),
    zookeeper: zookeeper?.figures,
  });
  const close = async () => {
    await zookeeper?.close();
    await serving.close();
    await flush(tracing);
  };
  return { ...serving, zookeeper, close };
}

function withTls(tls: TlsFiles): NonNullable<Serve['createTls']> {
  return (options, listener) => createTlsServer({ ...options, ...tls }, listener);
}

function withNamespace(figures: Figures, another: NamespaceFigures | undefined): Figures {
  return another ? { ...figures, namespaces: [...figures.namespaces, another] } : figures;
}

/** Loaded only where it is asked for. */
async function zookeeperOf(
  settings: Settings,
  parts: Omit<ZookeeperParts, 'maintainEveryMs'>,
): Promise<ServingZookeeper | undefined> {
  const { zookeeper } = settings;
  if (zookeeper === undefined) return undefined;
  const { startZookeeper } = await import('./zookeeper.ts');
  return startZookeeper({ ...settings, zookeeper }, { ...parts, maintainEveryMs: MAINTAIN_EVERY_MS });
}

/** Undefined where no quota is set: then requests are not counted at all. */
function quotasOf(
  { quotaRequests: requests, quotaBytes: bytes, quotaStreams: streams }: Settings,
  { onQuotaRefusal: onRefusal }: Telemetry,
): Quotas | undefined {
  if ([requests, bytes, streams].every((rate) => rate === undefined)) return undefined;
  return new Quotas({ requests, bytes, streams }, { onRefusal });
}

/** The program may end right after. What the collector does not take in time is lost. */
async function flush(tracing: Telemetry['tracing']): Promise<void> {
  if (!tracing) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_TIMEOUT_MS);
  });
  await Promise.race([tracing.flush().catch(() => undefined), late]);
  clearTimeout(timer);
}
