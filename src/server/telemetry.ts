// What the server tells of itself: metrics, traces and log lines, as the settings ask for them.

import type { Quota } from '../access/quotas.ts';
import type { Observer } from '../log/observer.ts';
import { allOf } from '../observability/all-observers.ts';
import { type Logger, storeLog } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { OpenTelemetry } from '../observability/opentelemetry.ts';
import type { RequestLogEntry } from '../protocols/http/request-log.ts';
import type { Settings } from './settings.ts';

export interface Telemetry {
  readonly observer: Observer;
  readonly metrics: Metrics | undefined;
  readonly tracing: OpenTelemetry | undefined;
  readonly onRequest: (seen: RequestLogEntry) => void;
  readonly onQuotaRefusal: (quota: Quota) => void;
}

export async function openTelemetryOf(
  { metrics: withMetrics, traces }: Pick<Settings, 'metrics' | 'traces'>,
  logger: Logger,
): Promise<Telemetry> {
  const metrics = withMetrics ? await openMetrics() : undefined;
  return {
    observer: allOf([storeLog(logger), ...(metrics ? [metrics] : [])]),
    metrics,
    tracing: traces ? await openTraces() : undefined,
    onRequest(seen) {
      metrics?.requestAnswered(seen);
      logRequest(logger, seen);
    },
    onQuotaRefusal: (quota) => metrics?.quotaRefused(quota),
  };
}

async function openMetrics(): Promise<Metrics> {
  const { Metrics } = await import('../observability/metrics.ts');
  return new Metrics();
}

/** Where no program has loaded the API, or registered an SDK, there is nothing to trace to. */
async function openTraces(): Promise<OpenTelemetry | undefined> {
  try {
    const { isSdkRegistered, openTelemetry } = await import('../observability/opentelemetry.ts');
    return isSdkRegistered() ? openTelemetry() : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const SERVER_ERROR_MIN = 500;

/** The operator should see requests that the server is to blame for, or whose outcome is unknown. */
function logRequest(logger: Logger, seen: RequestLogEntry): void {
  const level = seen.status >= SERVER_ERROR_MIN || seen.definite === false ? 'warn' : 'debug';
  if (logger.writes(level)) logger[level]('request', seen);
}
