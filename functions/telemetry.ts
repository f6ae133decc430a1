// Logs and metrics of the functions: JSON lines, and CloudWatch's embedded metric format.

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Swept } from '../src/log/deleted-logs.ts';
import type { RequestLogEntry } from '../src/protocols/http/request-log.ts';
import type { Maintained } from '../src/replica/maintenance.ts';
import type { MaintainedStreams } from '../src/service/stream-maintenance.ts';
import type { StoreCall } from '../src/store/dynamodb/store.ts';
import { METRICS } from './metrics.ts';

export class Telemetry {
  readonly #logger: Logger;
  readonly #metrics: Metrics;

  /** @param service the dimension of every metric: one for each deployment */
  constructor(service: string) {
    this.#logger = new Logger({ serviceName: service });
    this.#metrics = new Metrics({ namespace: METRICS.namespace, serviceName: service });
  }

  readonly onRequest = (seen: RequestLogEntry): void => {
    this.#logger.info('request', { ...seen });
    const latency = seen.method === 'GET' || seen.method === 'HEAD' ? 'readLatency' : 'writeLatency';
    this.#metrics.addMetric(METRICS[latency], MetricUnit.Milliseconds, seen.durationMs);
    if (seen.status >= 500) this.#count('serverErrors');
    if (seen.code === 'outcome-unknown') this.#count('outcomeUnknown');
    if (seen.status === 401 || seen.status === 403) this.#count('denied');
  };

  readonly onStoreCall = ({ name, outcome, units, error }: StoreCall): void => {
    this.#count('storeCalls');
    this.#count('capacityUnits', units);
    if (outcome === 'refused') this.#count('refusals');
    if (outcome === 'throttled') this.#count('throttles');
    if (outcome === 'failed') this.#logger.warn('store call failed', { call: name, error: String(error) });
  };

  readonly onError = (error: unknown): void => {
    this.#logger.error('unexpected', error instanceof Error ? error : new Error(String(error)));
  };

  maintained(namespace: string, { snapshotFailure: _, ...result }: Maintained): void {
    this.#logger.info('maintained', { namespace, ...result });
    this.#metrics.addMetric(METRICS.snapshotLag, MetricUnit.Count, result.snapshotLag);
  }

  expired(namespace: string, leases: number): void {
    if (leases > 0) this.#logger.info('leases ended', { namespace, leases });
  }

  swept(result: Swept): void {
    this.#logger.info('deleted logs swept', { ...result });
  }

  maintainedStreams(result: MaintainedStreams): void {
    this.#logger.info('streams maintained', { ...result });
  }

  flush(): void {
    if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
  }

  #count(
    metric: Exclude<keyof typeof METRICS, 'namespace' | 'writeLatency' | 'readLatency' | 'snapshotLag'>,
    by = 1,
  ): void {
    this.#metrics.addMetric(METRICS[metric], MetricUnit.Count, by);
  }
}
