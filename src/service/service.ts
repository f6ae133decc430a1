// The open logs and replicas of this process: one log for each stream, one replica for each namespace. All
// protocols share them, so that requests commit in groups.

import type { Ordinal } from '../api/ordinal.ts';
import type { Clock } from '../clock.ts';
import { Kernel, type KernelReplica } from '../coordination/kernel.ts';
import type { Names } from '../coordination/names.ts';
import { NAMESPACES_KEPT_BYTES_MAX, STREAMS_KEPT_BYTES_MAX } from '../limits.ts';
import { DeletedLogs } from '../log/deleted-logs.ts';
import { Log, type LogOptions } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { maintainNamespace } from '../replica/maintenance.ts';
import { Replica, type ReplicaOptions } from '../replica/replica.ts';
import { removeSnapshots } from '../replica/snapshots.ts';
import { namespaceLogName, streamLogName } from '../resource-names.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import { Stream } from '../streams/stream.ts';
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
  /** How much the wall clocks of two processes may differ, in milliseconds. Default: 5,000. */
  readonly clockSkewMaxMs?: number | undefined;
  readonly clock?: Clock;
  /** Told of errors that no operation answers with, such as those of maintenance. */
  readonly onError?: (error: unknown) => void;
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
  readonly #deletedLogs: DeletedLogs;
  readonly #streamLogs: ObjectCache<Log>;
  readonly #openNamespaces: ObjectCache<Namespace>;
  #maintaining: Promise<void> | undefined;

  constructor(store: Store, options: ServiceOptions = {}) {
    this.store = store;
    this.#options = options;
    this.#deletedLogs = new DeletedLogs(store, options.log, (log, upTo) =>
      removeSnapshots({ store, log }, upTo),
    );
    this.namespaces = new Namespaces({
      store,
      deletedLogs: this.#deletedLogs,
      log: options.log,
      replica: this.#replicaOptions(),
      open: (name) => this.namespace(name).kernel,
      onDelete: (name) => this.#openNamespaces.forget(name),
    });
    this.streams = new Streams({ store, log: options.log, replica: this.#replicaOptions() });
    this.#streamLogs = new ObjectCache({
      bytesMax: options.streamsKeptBytesMax ?? STREAMS_KEPT_BYTES_MAX,
      sizeOf: (log) => LOG_BYTES + log.bytesKept,
      create: (path) => new Log(store, streamLogName(path), options.log),
    });
    this.#openNamespaces = new ObjectCache({
      bytesMax: options.namespacesKeptBytesMax ?? NAMESPACES_KEPT_BYTES_MAX,
      sizeOf: ({ kernel: { replica } }) => REPLICA_BYTES + replica.bytesKept,
      create: (name) => this.#openNamespace(name),
    });
  }

  namespace(name = 'default'): Namespace {
    const opened = this.#openNamespaces.get(name);
    if (!opened.kernel.replica.logIsGone) return opened;
    // The namespace was deleted, and may have been created again.
    this.#openNamespaces.forget(name);
    return this.#openNamespaces.get(name);
  }

  names(namespace?: string): Names {
    return this.namespace(namespace).names;
  }

  stream(path: string): Stream {
    const log = this.#streamLogs.get(path);
    return new Stream({ log, deletedLogs: this.#deletedLogs, register: this.streams.registerFor(path) });
  }

  /** Waits for the operations on their way, and closes the store. */
  async close(): Promise<void> {
    await this.idle();
    await this.store.close();
  }

  /** Resolves when no call to the store is on its way. */
  async idle(): Promise<void> {
    await this.#maintaining;
    await this.#deletedLogs.idle();
    for (const { replica } of [this.namespaces, this.streams]) await replica.idle();
    await Promise.all(this.#streamLogs.values().map((log) => log.idle()));
    await Promise.all(this.#openNamespaces.values().map(({ kernel: { replica } }) => replica.idle()));
  }

  /**
   * Makes snapshots of the open namespaces and of the lists, trims their logs, and gives the storage
   * of deleted logs back. Servers call it on a timer. An error goes to `onError`, and the next call tries
   * again.
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
      await opened.expireDue().catch((error: unknown) => this.#options.onError?.(error));
    }
  }

  async #maintainAll(): Promise<void> {
    const { clock, onError } = this.#options;
    const opened = this.#openNamespaces.values().map(({ kernel: { replica } }) => replica);
    const parts: (() => Promise<unknown>)[] = [...opened, this.namespaces.replica, this.streams.replica].map(
      (replica) => () => maintainNamespace(this.store, replica, clock ? { clock } : {}),
    );
    parts.push(() => this.#deletedLogs.sweep());
    for (const part of parts) {
      try {
        await part();
      } catch (error) {
        onError?.(error);
      }
    }
  }

  #openNamespace(name: string): Namespace {
    const { clock, clockSkewMaxMs } = this.#options;
    return new Namespace(new Kernel(this.#openReplica(name), { clock, clockSkewMaxMs }));
  }

  #openReplica(namespace: string): KernelReplica {
    const log = new Log(this.store, namespaceLogName(namespace), this.#options.log);
    return new Replica(kernel, this.store, log, {
      ...this.#replicaOptions(),
      onCreate: (when) => this.namespaces.add(namespace, when),
    });
  }

  #replicaOptions(): ReplicaOptions {
    const { snapshotEvery, waitMaxMs, clock, onError } = this.#options;
    return {
      ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
      ...(waitMaxMs === undefined ? {} : { waitMaxMs }),
      ...(clock ? { clock } : {}),
      ...(onError ? { onError } : {}),
    };
  }
}
