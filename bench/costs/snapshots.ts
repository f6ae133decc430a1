// What snapshots add to the cost of commands. A replica takes them by itself, as on a server, while commands
// change keys that are there already. Only the calls for snapshots go to the store with a meter: the log
// stands in memory, since the table has what its appends cost.

import type { Segment, SegmentUpdate } from '../../src/log/segment.ts';
import type { MetadataRecordKind, Store, StoreTraits } from '../../src/log/store.ts';
import type { Namespace } from '../../src/service/namespace.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { fillKeys, keyAt, openKeys, VALUE } from '../keys.ts';

const COMMANDS_AT_ONCE = 100;

export const KEYS_IN_SNAPSHOTS = [1000, 1_000_000] as const;

/** The row of the table of costs. */
export function snapshotsRow(keys: number): string {
  return `snapshots, their share of a command, ${keys.toLocaleString('en-US')} keys`;
}

/** A namespace with so many keys and a snapshot of them, open in a server that has begun with it. */
export async function namespaceWithSnapshot(metered: Store, log: string, keys: number): Promise<Namespace> {
  const place = { store: new SnapshotsElsewhere(metered), log };
  await fillKeys(place, keys);
  const namespace = openKeys(place);
  await namespace.keys.get(keyAt(0));
  return namespace;
}

/** Puts the keys again, in turn. A snapshot that is due is saved before the next command. */
export async function runCommands(namespace: Namespace, commands: number, keys: number): Promise<void> {
  const { replica } = namespace.kernel;
  for (let from = 0; from < commands; from += COMMANDS_AT_ONCE) {
    const puts = Array.from({ length: Math.min(COMMANDS_AT_ONCE, commands - from) }, (_, index) =>
      namespace.keys.put(keyAt((from + index) % keys), VALUE),
    );
    for (const { kind } of await Promise.all(puts))
      if (kind !== 'changed') throw new Error(`a put was ${kind}`);
    await replica.idle();
    if (replica.snapshotFailure !== undefined) throw replica.snapshotFailure;
  }
}

/** The log in memory; blobs, and the record that names snapshots, in another store. */
class SnapshotsElsewhere implements Store {
  readonly #log = new MemoryStore();
  readonly #snapshots: Store;

  constructor(snapshots: Store) {
    this.#snapshots = snapshots;
  }

  /** Those of the other store decide what a server does. */
  get traits(): StoreTraits {
    return this.#snapshots.traits;
  }

  update(log: string, base: number, update: SegmentUpdate) {
    return this.#log.update(log, base, update);
  }

  open(log: string, segment: Segment) {
    return this.#log.open(log, segment);
  }

  last(log: string, atMost?: number) {
    return this.#log.last(log, atMost);
  }

  range(log: string, fromBase: number, bytesMax: number) {
    return this.#log.range(log, fromBase, bytesMax);
  }

  remove(log: string, base: number) {
    return this.#log.remove(log, base);
  }

  metadataRecord(log: string, kind: MetadataRecordKind) {
    return this.#snapshots.metadataRecord(log, kind);
  }

  /** A look at the end of the log shows its records, too, so both stores have them. */
  async setMetadataRecord(log: string, kind: MetadataRecordKind, value: string, expectedVersion: number) {
    await this.#log.setMetadataRecord(log, kind, value, expectedVersion);
    return this.#snapshots.setMetadataRecord(log, kind, value, expectedVersion);
  }

  putBlob(key: string, bytes: Uint8Array) {
    return this.#snapshots.putBlob(key, bytes);
  }

  blob(key: string) {
    return this.#snapshots.blob(key);
  }

  removeBlob(key: string) {
    return this.#snapshots.removeBlob(key);
  }

  check() {
    return this.#snapshots.check();
  }

  async close() {
    await this.#log.close();
    await this.#snapshots.close();
  }
}
