// Stands beside the store and sees everything that takes effect: the one true order of every log, also of
// what was trimmed since, and every segment that was brought back from behind the boundary.

import { decodeBatch } from '../../src/log/batch.ts';
import type { Segment, SegmentUpdate } from '../../src/log/segment.ts';
import type { MetadataRecordKind, OpenResult, Store, UpdateResult } from '../../src/log/store.ts';
import { snapshotsOf } from '../../src/replica/snapshot-record.ts';

export interface WitnessedRecord {
  readonly batch: string;
  readonly timeMs: number;
  /** The true time at which the store has taken it. */
  readonly appendedAtMs: number;
  readonly data: Uint8Array;
  /** Of the whole batch, with its first record; 0 with the others. */
  readonly bytes: number;
}

interface WitnessedLog {
  /** The record at position p is at index p - 1. */
  readonly order: WitnessedRecord[];
  /** The base of the last segment of the chain. */
  lastBase: number;
  zombies: number;
  readonly tombstones: number[];
  /** By the beginning of the incarnation. */
  readonly contentTypes: Map<number, string | undefined>;
  trimmedTo: number;
  oldestSnapshot: number;
}

export class Witness implements Store {
  /** Told when records can no longer be read. */
  onTrim: ((log: string, trimmedTo: number) => void) | undefined;
  readonly #inner: Store;
  readonly #nowMs: () => number;
  readonly #logs = new Map<string, WitnessedLog>();

  constructor(inner: Store, nowMs: () => number) {
    this.#inner = inner;
    this.#nowMs = nowMs;
  }

  get traits() {
    return this.#inner.traits;
  }

  order(log: string): readonly WitnessedRecord[] {
    return this.#log(log).order;
  }

  /** The positions of the records that have ended an incarnation. */
  tombstones(log: string): readonly number[] {
    return this.#log(log).tombstones;
  }

  contentType(log: string, incarnation: number): string | undefined {
    return this.#log(log).contentTypes.get(incarnation);
  }

  zombies(log: string): number {
    return this.#log(log).zombies;
  }

  async update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult> {
    const outcome = await this.#inner.update(log, base, update);
    const seen = this.#log(log);
    if (outcome.kind === 'applied' && update.entry && base === seen.lastBase) {
      this.#add(seen, update.entry);
      if (update.end === 'deleted') seen.tombstones.push(seen.order.length);
    }
    return outcome;
  }

  async open(log: string, segment: Segment): Promise<OpenResult> {
    const seen = this.#log(log);
    const outcome = await this.#inner.open(log, segment);
    if (outcome.kind !== 'opened') return outcome;
    if (segment.base !== seen.order.length || segment.base <= seen.lastBase) {
      seen.zombies += 1;
      return outcome;
    }
    seen.lastBase = segment.base;
    for (const entry of segment.entries) this.#add(seen, entry);
    const { incarnation, contentType, ended } = segment.metadata;
    if (!seen.contentTypes.has(incarnation)) seen.contentTypes.set(incarnation, contentType);
    if (ended === 'deleted') seen.tombstones.push(seen.order.length);
    return outcome;
  }

  last(log: string, atMost?: number) {
    return this.#inner.last(log, atMost);
  }

  range(log: string, fromBase: number, bytesMax: number) {
    return this.#inner.range(log, fromBase, bytesMax);
  }

  remove(log: string, base: number) {
    return this.#inner.remove(log, base);
  }

  metadataRecord(log: string, kind: MetadataRecordKind) {
    return this.#inner.metadataRecord(log, kind);
  }

  /** Once the log is trimmed, no state from before the oldest snapshot that is kept can be made again. */
  forgotten(log: string): number {
    const { trimmedTo, oldestSnapshot } = this.#log(log);
    return trimmedTo > 0 ? oldestSnapshot : 0;
  }

  async setMetadataRecord(log: string, kind: MetadataRecordKind, value: string, expectedVersion: number) {
    const outcome = await this.#inner.setMetadataRecord(log, kind, value, expectedVersion);
    if (outcome === 'set') this.#noteMetadata(this.#log(log), kind, value);
    if (outcome === 'set' && kind === 'trim-point') this.onTrim?.(log, this.#log(log).trimmedTo);
    return outcome;
  }

  #noteMetadata(seen: WitnessedLog, kind: MetadataRecordKind, value: string): void {
    if (kind === 'trim-point') {
      seen.trimmedTo = (JSON.parse(value) as { trimmedTo: number }).trimmedTo;
    } else if (kind === 'snapshot') {
      const { newest, previous } = snapshotsOf({ value, version: 0 });
      seen.oldestSnapshot = (previous ?? newest)?.position ?? 0;
    }
  }

  putBlob(key: string, bytes: Uint8Array) {
    return this.#inner.putBlob(key, bytes);
  }

  blob(key: string) {
    return this.#inner.blob(key);
  }

  removeBlob(key: string) {
    return this.#inner.removeBlob(key);
  }

  check() {
    return this.#inner.check();
  }

  close() {
    return this.#inner.close();
  }

  #log(name: string): WitnessedLog {
    const found = this.#logs.get(name) ?? {
      order: [],
      lastBase: -1,
      zombies: 0,
      tombstones: [],
      contentTypes: new Map(),
      trimmedTo: 0,
      oldestSnapshot: 0,
    };
    this.#logs.set(name, found);
    return found;
  }

  #add(seen: WitnessedLog, entry: Uint8Array): void {
    const { id, timeMs, records } = decodeBatch(entry);
    const batch = Buffer.from(id).toString('hex');
    for (const [index, data] of records.entries()) {
      const bytes = index === 0 ? entry.length : 0;
      seen.order.push({ batch, timeMs, appendedAtMs: this.#nowMs(), data, bytes });
    }
  }
}
