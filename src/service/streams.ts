// The list of streams. No store can list them cheaply, so a register keeps their names, in a log of its own.

import type { PageOptions } from '../api/common.ts';
import type * as api from '../api/streams.ts';
import { Kernel } from '../coordination/kernel.ts';
import { STREAMS } from '../coordination/keys.ts';
import { pageRejected } from '../coordination/page.ts';
import { Register } from '../coordination/register.ts';
import { Log, type LogOptions } from '../log/log.ts';
import { type Store, StoreError } from '../log/store.ts';
import { Replica, type ReplicaOptions } from '../replica/replica.ts';
import { isStreamPath, STREAMS_LOG, streamLogName } from '../resource-names.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import { described, type StreamRegister } from '../streams/stream.ts';

export interface StreamsParts {
  readonly store: Store;
  readonly log: LogOptions | undefined;
  readonly replica: ReplicaOptions;
}

const PAGE_STREAMS = 100;
/** How many streams are looked at in one go. */
const LOOKS_AT_ONCE = 16;

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
      add: () => this.#register.add(path),
      beginRemoval: () => this.#register.beginRemoval(path),
    };
  }

  async list(options: PageOptions = {}): Promise<api.ListStreamsResult> {
    const { prefix = '', after, limit = PAGE_STREAMS } = options;
    const rejected = pageRejected(options, (path) =>
      isStreamPath(path) ? undefined : 'no stream can have this path',
    );
    if (rejected) return rejected;
    try {
      return { kind: 'page', ...(await this.#page(prefix, after, limit)) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { kind: 'failed', definite: true, message: error.message };
    }
  }

  /** A name whose stream is gone takes no place in the page. */
  async #page(prefix: string, after: string | undefined, limit: number) {
    const streams: api.ListedStream[] = [];
    for (let from = after; ; ) {
      const { names, more } = await this.#register.names(prefix, from, limit - streams.length);
      for (let index = 0; index < names.length; index += LOOKS_AT_ONCE) {
        const looks = names.slice(index, index + LOOKS_AT_ONCE).map((name) => this.#look(name));
        streams.push(...(await Promise.all(looks)).filter((stream) => stream !== undefined));
      }
      if (!more || streams.length === limit) return { streams, more };
      from = names.at(-1);
    }
  }

  async #look(name: string): Promise<api.ListedStream | undefined> {
    const { store, log } = this.#parts;
    const look = await new Log(store, streamLogName(name), log).checkTail();
    return look.kind === 'missing' ? undefined : { name, ...described(look.segment) };
  }
}
