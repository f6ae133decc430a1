// The open logs and replicas of this process: one log for each stream, one replica for each namespace. All
// protocols share them, so that requests commit in groups.

import type { DiagnoseOptions, DiagnoseResult } from '../api/diagnostics.ts';
import type { Ordinal } from '../api/ordinal.ts';
import { type Clock, systemClock } from '../clock.ts';
import { Kernel, type KernelReplica } from '../coordination/kernel.ts';
import type { Names } from '../coordination/names.ts';
import { NAMESPACES_KEPT_BYTES_MAX, STREAMS_KEPT_BYTES_MAX } from '../limits.ts';
import { DeletedLogs } from '../log/deleted-logs.ts';
import { Log } from '../log/log.ts';
import type { Observer, Tracing } from '../log/observer.ts';
import type { LogOptions } from '../log/options.ts';
import type { Store } from '../log/store.ts';
import type { Figures, NamespaceFigures } from '../observability/figures.ts';
import { observedStore } from '../observability/observed-store.ts';
import { removeSnapshots } from '../replica/on-demand.ts';
import { Replica, type ReplicaOptions } from '../replica/replica.ts';
import {
  NAMESPACES_LOG,
  namespaceLogName,
  namespaceOf,
  STREAMS_LOG,
  streamLogName,
} from '../resource-names.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import type { Stream } from '../streams/stream.ts';
import type { DiagnosedParts } from './diagnosis.ts';
import { LinkedStreams } from './linked-streams.ts';
import { Namespace } from './namespace.ts';
import { Namespaces } from './namespaces.ts';
import { ObjectCache } from './object-cache.ts';
import { Streams } from './streams.ts';

export interface ServiceOptions {
  readonly log?: LogOptions;
  readonly snapshotEvery?: number | undefined;
  /** How long a read waits for the position that it names. */
  readonly waitMaxMs?: number | undefined;
  /** The bound on the memory of streams at rest; see `limits.ts`. */
  readonly streamsKeptBytesMax?: number | undefined;
  /** The bound on the memory of namespaces at rest. */
  readonly namespacesKeptBytesMax?: number | undefined;
  /** How long a diagnosis reads at most, in milliseconds. Default: 5,000. */
  readonly diagnosisMaxMs?: number | undefined;
  /** The state machines of other protocols, for diagnoses. Default: none is known but the kernel. */
  readonly machineNamed?: DiagnosedParts['machineNamed'];
  /** How much the wall clocks of two processes may differ, in milliseconds. Default: 5,000. */
  readonly clockSkewMaxMs?: number | undefined;
  readonly clock?: Clock;
  /** Told of errors that no operation answers with, such as those of maintenance, and of their logs. */
  readonly onError?: ((error: unknown, where: ErrorPlace) => void) | undefined;
  /** Is told of the calls of the store, of groups of appends, and of snapshots. */
  readonly observer?: Observer | undefined;
  /** `openTelemetry()` of `ordinal/opentelemetry`: calls of the store become spans. Default: none. */
  readonly tracing?: Tracing | undefined;
}

/** Where an error has happened, as far as it is known. */
export interface ErrorPlace {
  readonly log?: string | undefined;
}

/** The memory of an object without contents, as measured. */
const LOG_BYTES = 2048;
const REPLICA_BYTES = 4096;

/** Opens the API on a store, in this process. */
export function open(store: Store, options: ServiceOptions = {}): Service {
  return new Service(store, options);
}

export class Service implements Ordinal {
  readonly store: Store;
  readonly namespaces: Namespaces;
  readonly streams: Streams;
  readonly #options: ServiceOptions;
  readonly #logOptions: LogOptions;
  readonly #deletedLogs: DeletedLogs;
  readonly #streams: LinkedStreams;
  readonly #streamLogs: ObjectCache<Log>;
  readonly #openNamespaces: ObjectCache<Namespace>;
  #maintaining: Promise<void> | undefined;
  #diagnosing: Promise<unknown> = Promise.resolve();

  constructor(unobserved: Store, options: ServiceOptions = {}) {
    const { observer, tracing } = options;
    const store = observedStore(unobserved, { observer, tracing });
    this.store = store;
    this.#options = options;
    this.#logOptions = { ...options.log, observer, tracing };
    this.#deletedLogs = new DeletedLogs(
      store,
      this.#logOptions,
      (log, upTo) => removeSnapshots({ store, log }, upTo),
      (log) => this.#streams.clearHolds(log),
    );
    this.#streams = new LinkedStreams({
      store,
      log: { ...this.#logOptions, ...(options.clock ? { clock: options.clock } : {}) },
      deletedLogs: () => this.#deletedLogs,
      openLog: (path) => this.#streamLogs.get(path),
      registerFor: (path) => this.streams.registerFor(path),
    });
    this.namespaces = new Namespaces({
      store,
      deletedLogs: this.#deletedLogs,
      log: this.#logOptions,
      replica: this.#replicaOptions(NAMESPACES_LOG),
      open: (name) => this.namespace(name).kernel,
    });
    this.streams = new Streams({
      store,
      log: this.#logOptions,
      replica: this.#replicaOptions(STREAMS_LOG),
    });
    this.#streamLogs = new ObjectCache({
      bytesMax: options.streamsKeptBytesMax ?? STREAMS_KEPT_BYTES_MAX,
      sizeOf: (log) => LOG_BYTES + log.bytesKept,
      create: (path) => new Log(store, streamLogName(path), this.#logOptions),
    });
    this.#openNamespaces = new ObjectCache({
      bytesMax: options.namespacesKeptBytesMax ?? NAMESPACES_KEPT_BYTES_MAX,
      sizeOf: ({ kernel: { replica } }) => REPLICA_BYTES + replica.bytesKept,
      create: (name) => this.#openNamespace(name),
    });
  }

  namespace(name = 'default'): Namespace {
    return this.#openNamespaces.get(name);
  }

  names(namespace?: string): Names {
    return this.namespace(namespace).names;
  }

  stream(path: string): Stream {
    return this.#streams.open(path);
  }

  /** One at a time: a diagnosis may read much. */
  diagnose(options: DiagnoseOptions = {}): Promise<DiagnoseResult> {
    const { clock = systemClock, diagnosisMaxMs = 5000, machineNamed } = this.#options;
    const { store, namespaces, streams } = this;
    const diagnosed = this.#diagnosing.then(async () => {
      const { diagnose } = await import('./diagnosis.ts');
      return diagnose({ store, clock, diagnosisMaxMs, machineNamed, namespaces, streams }, options);
    });
    this.#diagnosing = diagnosed.catch(() => undefined);
    return diagnosed;
  }

  /** Waits for the operations on their way, and closes the store. */
  async close(): Promise<void> {
    await this.idle();
    await this.store.close();
  }

  /** Resolves when no call to the store is on its way. */
  async idle(): Promise<void> {
    await this.#maintaining;
    await this.#diagnosing;
    await this.#deletedLogs.idle();
    for (const { replica } of [this.namespaces, this.streams]) await replica.idle();
    await Promise.all(this.#streamLogs.values().map((log) => log.idle()));
    await Promise.all(this.#openNamespaces.values().map(({ kernel: opened }) => opened.idle()));
  }

  /**
   * Makes snapshots of the open namespaces and of the lists, trims their logs, and gives the storage of
   * deleted logs and of trimmed or expired streams back. Servers call it on a timer. An error goes to
   * `onError`, and the next call tries again.
   */
  maintain(): Promise<void> {
    this.#maintaining ??= this.#maintainAll().finally(() => {
      this.#maintaining = undefined;
    });
    return this.#maintaining;
  }

  /**
   * Ends the leases of the open namespaces whose time is over. A server calls it every half second, so that
   * leases end in time when there are no requests. A program that opens a store itself, and neither waits nor
   * watches, should call it, too.
   */
  async expireLeases(): Promise<void> {
    for (const { kernel: opened } of this.#openNamespaces.values()) {
      const { log } = opened.replica;
      await opened.expireDue().catch((error: unknown) => this.#options.onError?.(error, { log: log.name }));
    }
  }

  /** What is open in this process at this moment. */
  figures(): Figures {
    const logs = this.#streamLogs.values();
    return {
      namespaces: this.#openNamespaces.values().map(figuresOf),
      streams: logs.length,
      waitingReaders: logs.reduce((sum, log) => sum + log.waiting, 0),
    };
  }

  async #maintainAll(): Promise<void> {
    const { maintainAll } = await import('./maintenance.ts');
    const opened = this.#openNamespaces.values().map(({ kernel: { replica } }) => replica);
    const { clock, log, onError } = this.#options;
    await maintainAll({
      store: this.store,
      clock,
      random: log?.random,
      replicas: [...opened, this.namespaces.replica, this.streams.replica],
      deletedLogs: this.#deletedLogs,
      streams: this.streams,
      describeStream: (path) => this.stream(path).describe(),
      heldAfter: (log) => this.#streams.heldAfter(log),
      onError: (error, log) => onError?.(error, { log }),
    });
  }

  #openNamespace(name: string): Namespace {
    const { clock, clockSkewMaxMs } = this.#options;
    const reopen = () => this.#openReplica(name);
    return new Namespace(new Kernel(reopen(), { clock, clockSkewMaxMs, reopen }));
  }

  #openReplica(namespace: string): KernelReplica {
    const log = new Log(this.store, namespaceLogName(namespace), this.#logOptions);
    return new Replica(kernel, this.store, log, {
      ...this.#replicaOptions(log.name),
      onCreate: (when) => this.namespaces.add(namespace, when),
    });
  }

  #replicaOptions(log: string): ReplicaOptions {
    const { snapshotEvery, waitMaxMs, clock, onError, observer } = this.#options;
    return {
      observer,
      ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
      ...(waitMaxMs === undefined ? {} : { waitMaxMs }),
      ...(clock ? { clock } : {}),
      ...(onError ? { onError: (error: unknown) => onError(error, { log }) } : {}),
    };
  }
}

function figuresOf({ kernel: opened }: Namespace): NamespaceFigures {
  const { replica, watchers, waiting } = opened;
  const inState = opened.glance((state) => ({
    stateBytes: replica.machine.stateBytes(state),
    leases: state.leases.size,
  }));
  return {
    namespace: namespaceOf(replica.log.name) ?? replica.log.name,
    position: replica.position,
    tailSeen: replica.log.tailSeen,
    watchers,
    waiting,
    ...(inState ?? { stateBytes: 0, leases: 0 }),
  };
}
