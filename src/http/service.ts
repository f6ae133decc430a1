// What lives as long as the process: one log object per stream, one replica per space. Shared, so that requests commit in groups.

import type { Clock } from '../clock.ts';
import { Names } from '../coordination/names.ts';
import { Log, type LogOptions } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { Replica } from '../replica/replica.ts';

export interface ServiceOptions {
  readonly log?: LogOptions;
  readonly snapshotEvery?: number | undefined;
  /** How long a read waits for the position that it names. */
  readonly waitMaxMs?: number | undefined;
  readonly clock?: Clock;
  /** Hears of what goes wrong behind the requests. */
  readonly onError?: (error: unknown) => void;
}

export interface Space {
  readonly replica: Replica;
  readonly names: Names;
}

/** What is kept at hand; anything that is needed again later is found anew in the store. */
const STREAMS_AT_HAND_MAX = 4096;
const SPACES_AT_HAND_MAX = 256;

export class Service {
  readonly store: Store;
  readonly #options: ServiceOptions;
  readonly #streams: AtHand<Log>;
  readonly #spaces: AtHand<Space>;

  constructor(store: Store, options: ServiceOptions = {}) {
    this.store = store;
    this.#options = options;
    this.#streams = new AtHand(STREAMS_AT_HAND_MAX, (path) => new Log(store, `stream/${path}`, options.log));
    this.#spaces = new AtHand(SPACES_AT_HAND_MAX, (name) => this.#openSpace(name));
  }

  stream(path: string): Log {
    return this.#streams.get(path);
  }

  space(name: string): Space {
    return this.#spaces.get(name);
  }

  /** Resolves when nothing is on its way to the store any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#streams.values()].map((log) => log.idle()));
    await Promise.all([...this.#spaces.values()].map(({ replica }) => replica.idle()));
  }

  #openSpace(name: string): Space {
    const { snapshotEvery, waitMaxMs, clock, onError } = this.#options;
    const replica = new Replica(this.store, new Log(this.store, `space/${name}`, this.#options.log), {
      ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
      ...(waitMaxMs === undefined ? {} : { waitMaxMs }),
      ...(clock ? { clock } : {}),
      ...(onError ? { onError } : {}),
    });
    return { replica, names: new Names(replica) };
  }
}

/** Objects by name; those not used for the longest time make room for others. */
class AtHand<T> {
  readonly #countMax: number;
  readonly #create: (name: string) => T;
  /** The one used last is at the end. */
  readonly #byName = new Map<string, T>();
  #last: { readonly name: string; readonly value: T } | undefined;

  constructor(countMax: number, create: (name: string) => T) {
    this.#countMax = countMax;
    this.#create = create;
  }

  get(name: string): T {
    if (this.#last?.name === name) return this.#last.value;
    const found = this.#byName.get(name) ?? this.#create(name);
    this.#byName.delete(name);
    this.#byName.set(name, found);
    const oldest = this.#byName.keys().next();
    if (this.#byName.size > this.#countMax && !oldest.done) this.#byName.delete(oldest.value);
    this.#last = { name, value: found };
    return found;
  }

  values(): Iterable<T> {
    return this.#byName.values();
  }
}
