// The library: everything that a program may rely on.

export type { JwtOptions } from './access/json-web-token.ts';
export { admitJwt } from './access/json-web-token.ts';
export { admitLoopback } from './access/loopback.ts';
export type { Action, Admission, Admit, Principal, Resource } from './access/principal.ts';
export { admitOperator } from './access/principal.ts';
export { admitSharedToken } from './access/shared-token.ts';
export type { SigningOptions } from './client/aws/transport.ts';
export { lambdaTransport, signedTransport } from './client/aws/transport.ts';
export type { ClientOptions } from './client/client.ts';
export { OrdinalClient } from './client/client.ts';
export type {
  ClaimAnswer,
  LookUpAnswer,
  NameHolder,
  NameOptions,
  NameReadOptions,
  NamesClient,
  ReleaseAnswer,
} from './client/names-client.ts';
export type { Rejected, RequestFailed, SenderOptions } from './client/sender.ts';
export type {
  AppendAnswer,
  CreateAnswer,
  ReadAnswer,
  StreamClient,
} from './client/stream-client.ts';
export type { Transport } from './client/transport.ts';
export { NotSentError } from './client/transport.ts';
export type { Clock, Random } from './clock.ts';
export { systemClock, systemRandom } from './clock.ts';
export type {
  ClaimOptions,
  ClaimResult,
  LookUpResult,
  NameHolding,
  NamePage,
  ReleaseResult,
} from './coordination/names.ts';
export { Names } from './coordination/names.ts';
export { canonicalName } from './coordination/username.ts';
export type { AppendOptions, CreateOptions, LogOptions } from './log/log.ts';
export { Log } from './log/log.ts';
export type {
  Appended,
  AppendResult,
  Changed,
  Cursor,
  Failed,
  LogRecord,
  ReadResult,
  Refused,
} from './log/results.ts';
export type { Store, StoreTraits } from './log/store.ts';
export { StoreError } from './log/store.ts';
export type { App, AppOptions } from './protocols/http/app.ts';
export { createApp } from './protocols/http/app.ts';
export { ReplicaStoppedError } from './replica/applier.ts';
export type { ReplicaOptions } from './replica/replica.ts';
export { Replica } from './replica/replica.ts';
export type {
  Consistency,
  ReadOptions,
  StateReadResult,
  SubmitResult,
} from './replica/results.ts';
export type { Check, Command, Operation, Transaction } from './state-machine/kernel/command.ts';
export type { Change, Entry } from './state-machine/kernel/entry.ts';
export { kernel } from './state-machine/kernel/kernel.ts';
export type { Lease } from './state-machine/kernel/lease.ts';
export type { Range } from './state-machine/kernel/range.ts';
export { keyAfter, prefixRange } from './state-machine/kernel/range.ts';
export type { CommandResult, OperationResult } from './state-machine/kernel/result.ts';
export type { KernelState } from './state-machine/kernel/state.ts';
export type { Applied, At, StateMachine } from './state-machine/state-machine.ts';
export { dynamoDbClient } from './store/dynamodb/client.ts';
export type { DynamoDbStoreOptions } from './store/dynamodb/store.ts';
export { DynamoDbStore } from './store/dynamodb/store.ts';
export { createTable } from './store/dynamodb/table.ts';
export { MemoryStore } from './store/memory.ts';
export { SqliteStore } from './store/sqlite/store.ts';
