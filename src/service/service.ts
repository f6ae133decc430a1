// What lives as long as the process: one log object per stream, one replica per namespace. Shared, so that requests commit in groups.

import type { Clock } from '../clock.ts';
import type { KernelReplica } from '../coordination/kernel-replica.ts';
import { Names } from '../coordination/names.ts';
import { NAMESPACES_KEPT_BYTES_MAX, STREAMS_KEPT_BYTES_MAX } from '../limits.ts';
import { Log, type LogOptions } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { maintainNamespace } from '../replica/maintenance.ts';
import { Replica } from '../replica/replica.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import { DeletedStreams } from '../streams/deleted-streams.ts';
import { streamLogName } from '../streams/names.ts';
import { AtHand } from './at-hand.ts';

export interface ServiceOptions {
  readonly log?: LogOptions;
  readonly snapshotEvery?: number | undefined;
  /** How long a read waits for the position that it names. */
  readonly waitMaxMs?: number | undefined;
  /** How much memory streams that are at rest may take; see `limits.ts`. */
  readonly streamsKeptBytesMax?: number | undefined;
  /** And the states of namespaces. */
  readonly namespacesKeptBytesMax?: number | undefined;
  readonly clock?: Clock;
  /** Hears of what goes wrong behind the requests. */
  readonly onError?: (error: unknown) => void;
}

/** Of one that keeps nothing, as measured. */
const LOG_BYTES = 2048;
const REPLICA_BYTES = 4096;

export class Service {
  readonly store: Store;
  readonly deletedStreams: DeletedStreams;
  readonly #options: ServiceOptions;
  readonly #streams: AtHand<Log>;
  readonly #replicas: AtHand<KernelReplica>;
  #maintaining: Promise<void> | undefined;

  constructor(store: Store, options: ServiceOptions = {}) {
    this.store = store;
    this.#options = options;
    this.deletedStreams = new DeletedStreams(store, options.log);
    this.#streams = new AtHand({
      bytesMax: options.streamsKeptBytesMax ?? STREAMS_KEPT_BYTES_MAX,
      sizeOf: (log) => LOG_BYTES + log.bytesKept,
      create: (path) => new Log(store, streamLogName(path), options.log),
    });
    this.#replicas = new AtHand({
      bytesMax: options.namespacesKeptBytesMax ?? NAMESPACES_KEPT_BYTES_MAX,
      sizeOf: (replica) => REPLICA_BYTES + replica.bytesKept,
      create: (namespace) => this.#openReplica(namespace),
    });
  }

  stream(path: string): Log {
    return this.#streams.get(path);
  }

  names(namespace: string): Names {
    return new Names(this.#replicas.get(namespace));
  }

  /** Resolves when nothing is on its way to the store any more. */
  async idle(): Promise<void> {
    await this.#maintaining;
    await this.deletedStreams.idle();
    await Promise.all(this.#streams.values().map((log) => log.idle()));
    await Promise.all(this.#replicas.values().map((replica) => replica.idle()));
  }

  /**
   * Snapshots and trimming of the namespaces at hand, one after the other, and the storage of deleted streams. What goes wrong with one of
   * them is told to `onError`, and tried again by the next call.
   */
  maintain(): Promise<void> {
    this.#maintaining ??= this.#maintainAll().finally(() => {
      this.#maintaining = undefined;
    });
    return this.#maintaining;
  }

  async #maintainAll(): Promise<void> {
    const { clock, onError } = this.#options;
    const parts: (() => Promise<unknown>)[] = this.#replicas
      .values()
      .map((replica) => () => maintainNamespace(this.store, replica, clock ? { clock } : {}));
    parts.push(() => this.deletedStreams.sweep());
    for (const part of parts) {
      try {
        await part();
      } catch (error) {
        onError?.(error);
      }
    }
  }

  #openReplica(namespace: string): KernelReplica {
    const { snapshotEvery, waitMaxMs, clock, onError } = this.#options;
    return new Replica(kernel, this.store, new Log(this.store, `namespace/${namespace}`, this.#options.log), {
      ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
      ...(waitMaxMs === undefined ? {} : { waitMaxMs }),
      ...(clock ? { clock } : {}),
      ...(onError ? { onError } : {}),
    });
  }
}
