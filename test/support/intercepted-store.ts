// A store that asks before every call of another one: the base of counted, faulty and frozen stores.

import type { Segment, SegmentUpdate } from '../../src/log/segment.ts';
import type { MetadataRecordKind, Store, StoreTraits } from '../../src/log/store.ts';

export type StoreMethod = Exclude<keyof Store, 'traits' | 'close'>;

/** `of`: the log, or the key of the blob. */
export type Intercept = <T>(method: StoreMethod, run: () => Promise<T>, of: string) => Promise<T>;

export class InterceptedStore implements Store {
  readonly #inner: Store;
  readonly #intercept: Intercept;

  constructor(inner: Store, intercept: Intercept) {
    this.#inner = inner;
    this.#intercept = intercept;
  }

  get traits(): StoreTraits {
    return this.#inner.traits;
  }

  update(log: string, base: number, update: SegmentUpdate) {
    return this.#intercept('update', () => this.#inner.update(log, base, update), log);
  }

  open(log: string, segment: Segment) {
    return this.#intercept('open', () => this.#inner.open(log, segment), log);
  }

  last(log: string, atMost?: number) {
    return this.#intercept('last', () => this.#inner.last(log, atMost), log);
  }

  range(log: string, fromBase: number, bytesMax: number) {
    return this.#intercept('range', () => this.#inner.range(log, fromBase, bytesMax), log);
  }

  remove(log: string, base: number) {
    return this.#intercept('remove', () => this.#inner.remove(log, base), log);
  }

  metadataRecord(log: string, kind: MetadataRecordKind) {
    return this.#intercept('metadataRecord', () => this.#inner.metadataRecord(log, kind), log);
  }

  setMetadataRecord(log: string, kind: MetadataRecordKind, value: string, expectedVersion: number) {
    return this.#intercept(
      'setMetadataRecord',
      () => this.#inner.setMetadataRecord(log, kind, value, expectedVersion),
      log,
    );
  }

  putBlob(key: string, bytes: Uint8Array) {
    return this.#intercept('putBlob', () => this.#inner.putBlob(key, bytes), key);
  }

  blob(key: string) {
    return this.#intercept('blob', () => this.#inner.blob(key), key);
  }

  removeBlob(key: string) {
    return this.#intercept('removeBlob', () => this.#inner.removeBlob(key), key);
  }

  check() {
    return this.#intercept('check', () => this.#inner.check(), '');
  }

  close() {
    return this.#inner.close();
  }
}
