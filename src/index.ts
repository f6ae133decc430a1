// The library: everything that a program may rely on.

export type { JwtOptions } from './access/json-web-token.ts';
export { admitJwt } from './access/json-web-token.ts';
export { admitLoopback } from './access/loopback.ts';
export type { Action, Admission, Admit, Credentials, Principal, Resource } from './access/principal.ts';
export { admitOperator } from './access/principal.ts';
export type { Quota, QuotaRates, QuotasOptions } from './access/quotas.ts';
export { Quotas } from './access/quotas.ts';
export { admitSharedToken } from './access/shared-token.ts';
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
export type { SigningOptions } from './client/aws/transport.ts';
export { lambdaTransport, signedTransport } from './client/aws/transport.ts';
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
export { momentOf, systemClock, systemRandom } from './clock.ts';
export type { Assignment } from './coordination/assignment.ts';
export { assignPartitions } from './coordination/assignment.ts';
export { Kernel } from './coordination/kernel.ts';
export { canonicalName } from './coordination/username.ts';
export type {
  AppendOptions as LogAppendOptions,
  CreateOptions as LogCreateOptions,
  LogOptions,
} from './log/log.ts';
export { Log } from './log/log.ts';
export type {
  Observer,
  StoreCall,
  StoreCallEnded,
  StoreMethod,
  StoreOutcome,
  Tracing,
  WriteGroup,
} from './log/observer.ts';
export type {
  Appended,
  AppendResult as LogAppendResult,
  Changed,
  Cursor,
  LogRecord,
  ReadResult as LogReadResult,
  Refused,
} from './log/results.ts';
export type { LogMetadata, Segment, SegmentUpdate, WriteConditions } from './log/segment.ts';
export type {
  LastResult,
  MetadataRecord,
  MetadataRecordKind,
  MetadataRecords,
  OpenResult,
  RangeResult,
  Store,
  StoreTraits,
  UpdateResult,
} from './log/store.ts';
export { StoreError } from './log/store.ts';
export type { Figures, NamespaceFigures } from './observability/figures.ts';
export type { RequestBegun, RequestTracing } from './observability/request-tracing.ts';
export type { App, AppOptions, MetricsText } from './protocols/http/app.ts';
export { createApp } from './protocols/http/app.ts';
export type { RequestLogEntry } from './protocols/http/request-log.ts';
export { ReplicaStoppedError } from './replica/applier.ts';
export type { ReplicaOptions } from './replica/replica.ts';
export { Replica } from './replica/replica.ts';
export type { StateReadResult, SubmitResult } from './replica/results.ts';
export type { ErrorPlace, Service, ServiceOptions } from './service/service.ts';
export { open } from './service/service.ts';
export type { Command } from './state-machine/kernel/command.ts';
export type { Change, Entry } from './state-machine/kernel/entry.ts';
export { kernel } from './state-machine/kernel/kernel.ts';
export type { Lease } from './state-machine/kernel/lease.ts';
export type { Range } from './state-machine/kernel/range.ts';
export { keyAfter, prefixRange } from './state-machine/kernel/range.ts';
export type { CommandResult } from './state-machine/kernel/result.ts';
export type { KernelState } from './state-machine/kernel/state.ts';
export type { Applied, At, StateMachine } from './state-machine/state-machine.ts';
export { MemoryStore } from './store/memory.ts';
