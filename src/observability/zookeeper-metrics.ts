// The metrics of the server of ZooKeeper's protocol. It counts by itself, and cheaply; this is read when
// metrics are collected.

import { Counter, Gauge, type Registry } from 'prom-client';
import type { ZookeeperFigures } from './figures.ts';

const MS_PER_SECOND = 1000;

type Level = Exclude<keyof ZookeeperFigures, 'operations'>;

const LEVELS: Readonly<Record<Level, readonly [name: string, help: string]>> = {
  connections: ['ordinal_zookeeper_connections', 'Open connections of ZooKeeper clients.'],
  sessions: ['ordinal_zookeeper_sessions', 'Sessions of the namespace, wherever their clients are.'],
  watches: ['ordinal_zookeeper_watches', 'Watches of the connections of this server.'],
  outstanding: ['ordinal_zookeeper_outstanding_requests', 'Requests that were taken and not answered.'],
  znodes: ['ordinal_zookeeper_znodes', 'Znodes of the namespace.'],
};

/** Answers a function that brings them up to date. */
export function zookeeperMetrics(registry: Registry, figures: () => ZookeeperFigures): () => void {
  const registers = [registry];
  const gauges = Object.entries(LEVELS).map(([level, [name, help]]) => {
    const gauge = new Gauge({ name, help, registers });
    return (seen: ZookeeperFigures) => gauge.set(seen[level as Level]);
  });
  const requests = new Counter({
    name: 'ordinal_zookeeper_requests_total',
    help: 'Requests of ZooKeeper clients that were answered.',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  const seconds = new Counter({
    name: 'ordinal_zookeeper_request_seconds_total',
    help: 'The time from the arrival of these requests to their answers.',
    labelNames: ['operation'],
    registers,
  });
  return () => {
    const seen = figures();
    for (const show of gauges) show(seen);
    requests.reset();
    seconds.reset();
    for (const { operation, answered, failed, durationMs } of seen.operations) {
      requests.inc({ operation, outcome: 'ok' }, answered - failed);
      requests.inc({ operation, outcome: 'error' }, failed);
      seconds.inc({ operation }, durationMs / MS_PER_SECOND);
    }
  };
}
