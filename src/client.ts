// The API over HTTP, for programs that install the package for that alone.

export type * from './api/common.ts';
export type * from './api/diagnostics.ts';
export type * from './api/elections.ts';
export { OrdinalError } from './api/error.ts';
export type * from './api/groups.ts';
export type * from './api/history.ts';
export type * from './api/keys.ts';
export type * from './api/leases.ts';
export type * from './api/locks.ts';
export type * from './api/names.ts';
export type * from './api/namespaces.ts';
export type * from './api/ordinal.ts';
export type * from './api/sequences.ts';
export type * from './api/streams.ts';
export type * from './api/transactions.ts';
export type * from './api/watch.ts';
export type { IdempotentAppends } from './client/append-queues.ts';
export type { ConnectOptions } from './client/client.ts';
export { connect } from './client/client.ts';
export type { KeepAliveOptions, KeptLease } from './client/keep-alive.ts';
export { keepAlive } from './client/keep-alive.ts';
export type { SenderOptions } from './client/sender.ts';
export type { Transport } from './client/transport.ts';
export { NotSentError } from './client/transport.ts';
export type { WithLockOptions, WithLockResult, Work } from './client/with-lock.ts';
export { withLock } from './client/with-lock.ts';
export type { Clock, Moment, Random } from './clock.ts';
