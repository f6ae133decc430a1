// The list of streams. No store can list them cheaply, so a register keeps their names, in a log of its own.

import type { PageOptions } from '../api/common.ts';
import type * as api from '../api/streams.ts';
import { systemClock } from '../clock.ts';
import { Kernel } from '../coordination/kernel.ts';
import { STREAMS } from '../coordination/keys.ts';
import { Register } from '../coordination/register.ts';
import { Log } from '../log/log.ts';
import type { LogOptions } from '../log/options.ts';
import type { Store } from '../log/store.ts';
import { Replica, type ReplicaOptions } from '../replica/replica.ts';
import { STREAMS_LOG, streamLogName } from '../resource-names.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import type { StreamRegister } from '../streams/stream.ts';
import type { StreamMaintenanceParts } from './stream-maintenance.ts';

export interface StreamsParts {
  readonly store: Store;
  readonly log: LogOptions | undefined;
  readonly replica: ReplicaOptions;
}

export class Streams implements api.Streams {
  readonly replica: Kernel['replica'];
  readonly #parts: StreamsParts;
  readonly #register: Register;

  constructor(parts: StreamsParts) {
    const { store, log, replica } = parts;
    this.#parts = parts;
    this.replica = new Replica(kernel, store, new Log(store, STREAMS_LOG, log), replica);
    this.#register = new Register(new Kernel(this.replica, { clock: replica.clock }), STREAMS);
  }

  registerFor(path: string): StreamRegister {
    return {
      add: (maintained) => this.#register.add(path, maintained),
      beginRemoval: () => this.#register.beginRemoval(path),
    };
  }

  /** For maintenance. */
  get maintained(): Pick<StreamMaintenanceParts, 'paths' | 'open'> {
    return { paths: () => this.#register.maintainedNames(), open: (path) => this.#open(path) };
  }

  /** The first names of the register after this one, also of streams that are gone. @throws StoreError */
  names(after: string | undefined, limit: number): ReturnType<Register['names']> {
    return this.#register.names('', after, limit);
  }

  async list(options: PageOptions = {}): Promise<api.ListStreamsResult> {
    const { listStreams } = await import('./stream-list.ts');
    const { clock = systemClock } = this.#parts.replica;
    return listStreams(this.#register, { open: (path) => this.#open(path), clock }, options);
  }

  #open(path: string): Log {
    const { store, log } = this.#parts;
    return new Log(store, streamLogName(path), log);
  }
}
