// The metrics of a server, in the text format of Prometheus. `docs/operations.md` lists them.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer, StoreCallEnded, WriteGroup } from '../log/observer.ts';
import { FIGURE_METRICS } from './figure-metrics.ts';
import type { Figures, ZookeeperFigures } from './figures.ts';
import { zookeeperMetrics } from './zookeeper-metrics.ts';

export interface RequestAnswered {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** What the metrics look at when they are collected. */
export interface Sources {
  readonly figures: () => Figures;
  /** Open connections. */
  readonly connections: () => Promise<number>;
  /** Undefined where ZooKeeper's protocol is not served. */
  readonly zookeeper?: (() => ZookeeperFigures) | undefined;
}

const MS_PER_SECOND = 1000;
/** What is counted in one go costs the requests in between least. */
const BATCH_SIZE = 256;
/** From a read in memory to an append of DynamoDB that was tried several times. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

export class Metrics implements Observer {
  readonly #registry = new Registry();
  readonly #requests = this.#counter('ordinal_http_requests_total', 'Requests that were answered.', [
    'route',
    'method',
    'status',
  ]);
  readonly #requestSeconds = this.#histogram(
    'ordinal_http_request_duration_seconds',
    'The time until an answer began.',
    SECONDS,
    ['route', 'method', 'status'],
  );
  readonly #storeCalls = this.#counter('ordinal_store_calls_total', 'Calls of the store.', [
    'method',
    'outcome',
  ]);
  readonly #storeSeconds = this.#histogram(
    'ordinal_store_call_duration_seconds',
    'The time of a call of the store.',
    SECONDS,
    ['method'],
  );
  readonly #conflicts = this.#counter(
    'ordinal_store_conflicts_total',
    'Conditional writes that the store refused.',
    ['method'],
  );
  readonly #groupAppends = this.#histogram(
    'ordinal_append_group_appends',
    'Appends that went to the store as one write.',
    COUNTS,
  );
  readonly #groupRecords = this.#histogram(
    'ordinal_append_group_records',
    'Records that went to the store as one write.',
    COUNTS,
  );
  readonly #snapshots = this.#counter('ordinal_snapshots_total', 'Tries to save a snapshot.', ['outcome']);
  readonly #quotaRefusals = this.#counter(
    'ordinal_quota_refusals_total',
    'Requests that a quota of their sender refused.',
    ['quota'],
  );

  /** What has not been counted yet. */
  #answered: RequestAnswered[] = [];
  #ended: StoreCallEnded[] = [];
  #look = async (): Promise<void> => undefined;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    // They are gauges, and are called as if they were counters.
    for (const what of ['handles', 'requests', 'resources'])
      this.#registry.removeSingleMetric(`nodejs_active_${what}_total`);
    // They are there before the first of them happens, so that a rate over them has a beginning.
    for (const outcome of ['saved', 'failed']) this.#snapshots.inc({ outcome }, 0);
    for (const quota of ['requests', 'bytes', 'streams']) this.#quotaRefusals.inc({ quota }, 0);
    for (const method of ['update', 'open']) this.#conflicts.inc({ method }, 0);
  }

  readonly contentType: string = this.#registry.contentType;

  /** Must be called once. What it looks at is collected only when `text` is called. */
  watch({ figures, connections, zookeeper }: Sources): void {
    const showZookeeper = zookeeper && zookeeperMetrics(this.#registry, zookeeper);
    const open = this.#gauge('ordinal_http_connections', 'Open connections.');
    const gauges = FIGURE_METRICS.map((metric) => ({
      metric,
      gauge: this.#gauge(metric.name, metric.help, metric.isPerNamespace ? ['namespace'] : []),
    }));
    this.#look = async () => {
      open.set(await connections());
      showZookeeper?.();
      const seen = figures();
      for (const { metric, gauge } of gauges) {
        // A namespace that is no longer open has no series.
        gauge.reset();
        metric.show(seen, (value, namespace) => {
          if (namespace === undefined) gauge.set(value);
          else gauge.set({ namespace }, value);
        });
      }
    };
  }

  async text(): Promise<string> {
    this.#countRequests();
    this.#countCalls();
    await this.#look();
    return this.#registry.metrics();
  }

  requestAnswered(answered: RequestAnswered): void {
    if (this.#answered.push(answered) >= BATCH_SIZE) this.#countRequests();
  }

  storeCallEnded(ended: StoreCallEnded): void {
    if (this.#ended.push(ended) >= BATCH_SIZE) this.#countCalls();
  }

  groupFormed({ appends, records }: WriteGroup): void {
    this.#groupAppends.observe(appends);
    this.#groupRecords.observe(records);
  }

  snapshotTried(outcome: 'saved' | 'failed'): void {
    this.#snapshots.inc({ outcome });
  }

  quotaRefused(quota: string): void {
    this.#quotaRefusals.inc({ quota });
  }

  #countRequests(): void {
    for (const { method, route, status, durationMs } of this.#answered) {
      const labels = { route, method, status };
      this.#requests.inc(labels);
      this.#requestSeconds.observe(labels, durationMs / MS_PER_SECOND);
    }
    this.#answered = [];
  }

  #countCalls(): void {
    for (const { method, outcome, durationMs } of this.#ended) {
      this.#storeCalls.inc({ method, outcome });
      this.#storeSeconds.observe({ method }, durationMs / MS_PER_SECOND);
      if (outcome === 'refused') this.#conflicts.inc({ method });
    }
    this.#ended = [];
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[] = []): Histogram {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }
}
