// What the load generator can do, by name.

import { etcdGrpcPut, etcdGrpcRange, type GrpcClient } from './grpc-client.ts';
import {
  bareHttp,
  bareHttpGet,
  etcdGatewayPut,
  etcdGatewayRange,
  ordinalAppend,
  ordinalAppendMany,
  ordinalClaim,
  ordinalLookUp,
} from './http-wire.ts';
import { jetStreamPublish } from './nats-wire.ts';
import { postgresAppend, postgresClaim, postgresLookUp } from './postgres-wire.ts';
import { redisAppend, redisGet } from './redis-wire.ts';
import type { Wire } from './wire.ts';
import { zooKeeperSet, zooKeeperSyncAndGet } from './zookeeper-wire.ts';

export const WIRES = {
  'ordinal-append': ordinalAppend,
  'ordinal-append-many': ordinalAppendMany,
  'ordinal-claim': ordinalClaim,
  'ordinal-look-up': ordinalLookUp,
  'bare-http': bareHttp,
  'bare-http-get': bareHttpGet,
  'etcd-gateway-put': etcdGatewayPut,
  'etcd-gateway-range': etcdGatewayRange,
  'zookeeper-set': zooKeeperSet,
  'zookeeper-sync-get': zooKeeperSyncAndGet,
  'postgres-claim': postgresClaim,
  'postgres-append': postgresAppend,
  'postgres-look-up': postgresLookUp,
  'jetstream-publish': jetStreamPublish,
  'redis-append': redisAppend,
  'redis-get': redisGet,
} as const satisfies Record<string, (port: number) => Wire>;

export const GRPC_CLIENTS = {
  'etcd-grpc-put': etcdGrpcPut,
  'etcd-grpc-range': etcdGrpcRange,
} as const satisfies Record<string, (port: number, clients: number) => GrpcClient | Promise<GrpcClient>>;

export type WorkloadName = keyof typeof WIRES | keyof typeof GRPC_CLIENTS;
