// Who is measured, and at what. What is near in meaning stands side by side, and need not promise the same:
// see `bench/README.md`.

import { MANY } from './http-wire.ts';
import { postgres } from './postgres-system.ts';
import type { System } from './running.ts';
import { bareNode, etcd, nats, ordinal, redis, zooKeeper } from './systems.ts';
import type { WorkloadName } from './workloads.ts';

export interface Contestant {
  readonly label: string;
  readonly workload: WorkloadName;
  /** Records, or reads, in one request. */
  readonly perRequest?: number;
}

export interface Contest {
  readonly system: System;
  readonly contestants: readonly Contestant[];
}

export const CONTESTS: readonly Contest[] = [
  {
    system: ordinal,
    contestants: [
      { label: 'Ordinal append', workload: 'ordinal-append' },
      { label: 'Ordinal append, 100 records a request', workload: 'ordinal-append-many', perRequest: MANY },
      { label: 'Ordinal claim', workload: 'ordinal-claim' },
      { label: 'Ordinal look-up', workload: 'ordinal-look-up' },
    ],
  },
  {
    system: postgres,
    contestants: [
      { label: 'PostgreSQL insert, identity column', workload: 'postgres-append' },
      { label: 'PostgreSQL insert, on conflict do nothing', workload: 'postgres-claim' },
      { label: 'PostgreSQL select by primary key', workload: 'postgres-look-up' },
    ],
  },
  {
    system: nats,
    contestants: [{ label: 'JetStream publish', workload: 'jetstream-publish' }],
  },
  {
    system: etcd,
    contestants: [
      { label: 'etcd gateway put', workload: 'etcd-gateway-put' },
      { label: 'etcd gRPC put', workload: 'etcd-grpc-put' },
      { label: 'etcd gateway range', workload: 'etcd-gateway-range' },
      { label: 'etcd gRPC range', workload: 'etcd-grpc-range' },
    ],
  },
  {
    system: zooKeeper,
    contestants: [
      { label: 'ZooKeeper setData', workload: 'zookeeper-set' },
      { label: 'ZooKeeper sync + getData', workload: 'zookeeper-sync-get' },
    ],
  },
  {
    system: redis,
    contestants: [
      { label: 'Redis XADD', workload: 'redis-append' },
      { label: 'Redis GET', workload: 'redis-get' },
    ],
  },
  {
    system: bareNode,
    contestants: [
      { label: 'bare node:http POST', workload: 'bare-http' },
      { label: 'bare node:http GET', workload: 'bare-http-get' },
    ],
  },
];
