// The reference store: everything in maps, each method one atomic step. For tests and simulation; it forgets
// at exit.

import { applyUpdate, refusalOf, type Segment, type SegmentUpdate } from '../log/segment.ts';
import {
  assertBlobSize,
  type LastResult,
  type MetadataRecord,
  type MetadataRecordKind,
  type MetadataRecords,
  type OpenResult,
  RANGE_SEGMENTS_MIN,
  type RangeResult,
  SHOWN_RECORD_KINDS,
  type Store,
  type UpdateResult,
} from '../log/store.ts';

interface StoredLog {
  /** Ascending by base. */
  segments: Segment[];
  readonly records: Map<MetadataRecordKind, MetadataRecord>;
}

export class MemoryStore implements Store {
  readonly traits = {
    name: 'memory',
    durable: false,
    shared: false,
    segmentCapBytes: 1024,
    pollMs: 20,
  } as const;
  readonly #logs = new Map<string, StoredLog>();
  readonly #blobs = new Map<string, Uint8Array>();

  async update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult> {
    const stored = this.#log(log);
    const index = stored.segments.findLastIndex((segment) => segment.base === base);
    const segment = stored.segments[index];
    if (!segment || refusalOf(segment, update)) return { kind: 'refused', segment };
    const changed = applyUpdate(segment, update);
    stored.segments[index] = changed;
    return { kind: 'applied', segment: changed };
  }

  async open(log: string, segment: Segment): Promise<OpenResult> {
    const { segments } = this.#log(log);
    const before = segments.findLastIndex((other) => other.base <= segment.base);
    const there = segments[before];
    if (there?.base === segment.base) return { kind: 'exists', segment: there };
    segments.splice(before + 1, 0, segment);
    return { kind: 'opened' };
  }

  async last(log: string, atMost = Number.POSITIVE_INFINITY): Promise<LastResult> {
    const { segments, records } = this.#log(log);
    return { segment: segments.findLast((segment) => segment.base <= atMost), records: copyOf(records) };
  }

  async range(log: string, fromBase: number, bytesMax: number): Promise<RangeResult> {
    const following = this.#log(log).segments.filter((segment) => segment.base >= fromBase);
    let bytes = 0;
    const taken = following.filter((segment, index) => {
      bytes += segment.bytes;
      return index < RANGE_SEGMENTS_MIN || bytes <= bytesMax;
    });
    return { segments: taken, complete: taken.length === following.length };
  }

  async remove(log: string, base: number): Promise<void> {
    const stored = this.#log(log);
    stored.segments = stored.segments.filter((segment) => segment.base !== base);
  }

  async metadataRecord(log: string, kind: MetadataRecordKind): Promise<MetadataRecord | undefined> {
    return this.#log(log).records.get(kind);
  }

  async setMetadataRecord(
    log: string,
    kind: MetadataRecordKind,
    value: string,
    expectedVersion: number,
  ): Promise<'set' | 'refused'> {
    const { records } = this.#log(log);
    if ((records.get(kind)?.version ?? 0) !== expectedVersion) return 'refused';
    records.set(kind, { value, version: expectedVersion + 1 });
    return 'set';
  }

  async putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    assertBlobSize(bytes);
    if (this.#blobs.has(key)) return 'exists';
    this.#blobs.set(key, bytes.slice());
    return 'created';
  }

  async blob(key: string): Promise<Uint8Array | undefined> {
    return this.#blobs.get(key);
  }

  async removeBlob(key: string): Promise<void> {
    this.#blobs.delete(key);
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {}

  #log(name: string): StoredLog {
    const found = this.#logs.get(name) ?? { segments: [], records: new Map() };
    this.#logs.set(name, found);
    return found;
  }
}

function copyOf(records: ReadonlyMap<MetadataRecordKind, MetadataRecord>): MetadataRecords {
  return Object.fromEntries(
    SHOWN_RECORD_KINDS.flatMap((kind) => (records.has(kind) ? [[kind, records.get(kind)]] : [])),
  );
}
