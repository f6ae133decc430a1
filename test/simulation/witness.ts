// Stands beside the store and sees everything that takes effect: the one true order of every log, also of
// what was trimmed since, and every segment that was brought back from behind the boundary.

import { bytesOf, decodeBatch, isLarge } from '../../src/log/batch.ts';
import { blobKeys, decodeLargeEntry } from '../../src/log/large-entry.ts';
import { largeRecords } from '../../src/log/large-reads.ts';
import type { Origin } from '../../src/log/origin.ts';
import { type Segment, type SegmentUpdate, startOf } from '../../src/log/segment.ts';
import type { MetadataRecordKind, OpenResult, Store, UpdateResult } from '../../src/log/store.ts';
import { type Hold, trimPointOf } from '../../src/log/trim-point.ts';
import { snapshotsOf } from '../../src/replica/snapshot-record.ts';

export interface WitnessedRecord {
  readonly batch: string;
  readonly timeMs: number;
  /** The true time at which the store has taken it. */
  readonly appendedAtMs: number;
  /** Of a large append a moment later. */
  data: Uint8Array;
  /** Of the whole batch, with its first record; 0 with the others. */
  readonly bytes: number;
}

const INHERITED: WitnessedRecord = {
  batch: '',
  timeMs: 0,
  appendedAtMs: 0,
  data: new Uint8Array(0),
  bytes: 0,
};

interface WitnessedLog {
  /** The record at position p is at index p - 1. Inherited ones are empty here. */
  readonly order: WitnessedRecord[];
  /** The base of the last segment of the chain. */
  lastBase: number;
  zombies: number;
  readonly tombstones: number[];
  /** By the beginning of the incarnation. */
  readonly contentTypes: Map<number, string | undefined>;
  readonly origins: Map<number, Origin>;
  trimmedTo: number;
  holds: readonly Hold[];
  oldestSnapshot: number;
}

/** Behind it is the id of the batch. */
const LARGE = '/large/';

export class Witness implements Store {
  /** Told when records can no longer be read. */
  onTrim: ((log: string, trimmedTo: number) => void) | undefined;
  /** What went wrong with the bytes of large appends. */
  readonly faults: string[] = [];
  /** Told when a segment of a chain was opened. */
  onOpen: () => void = () => undefined;
  /** Told when a sweep has made a log that is deleted, where there was none. */
  onBuried: (log: string) => void = () => undefined;
  readonly #inner: Store;
  readonly #nowMs: () => number;
  readonly #blobs = new Set<string>();
  readonly #removedBlobs = new Set<string>();
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

  /** Where each incarnation began. */
  incarnations(log: string): readonly number[] {
    return [...this.#log(log).contentTypes.keys()];
  }

  trimmedTo(log: string): number {
    return this.#log(log).trimmedTo;
  }

  /** The present incarnation, and whether it is deleted. Undefined where there has been none. */
  present(log: string): { readonly incarnation: number; readonly deleted: boolean } | undefined {
    const { contentTypes, tombstones } = this.#log(log);
    const incarnation = [...contentTypes.keys()].at(-1);
    if (incarnation === undefined) return undefined;
    return { incarnation, deleted: tombstones.some((tombstone) => tombstone > incarnation) };
  }

  holds(log: string): readonly Hold[] {
    return this.#log(log).holds;
  }

  /** Of a fork. */
  origin(log: string, incarnation: number): Origin | undefined {
    return this.#log(log).origins.get(incarnation);
  }

  zombies(log: string): number {
    return this.#log(log).zombies;
  }

  async update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult> {
    const outcome = await this.#inner.update(log, base, update);
    const seen = this.#log(log);
    if (outcome.kind === 'applied' && update.entry && base === seen.lastBase) {
      this.#add(log, seen, update.entry);
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
    while (seen.order.length < startOf(segment)) seen.order.push(INHERITED);
    for (const entry of segment.entries) this.#add(log, seen, entry);
    const { incarnation, contentType, origin, ended } = segment.metadata;
    const isBuried = segment.base === 0 || seen.tombstones.includes(segment.base);
    if (isBuried && ended === 'deleted') this.onBuried(log);
    if (origin) seen.origins.set(incarnation, origin);
    if (!seen.contentTypes.has(incarnation)) seen.contentTypes.set(incarnation, contentType);
    if (ended === 'deleted') seen.tombstones.push(seen.order.length);
    this.onOpen();
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
      const trimPoint = trimPointOf({ value, version: 0 });
      seen.trimmedTo = trimPoint.trimmedTo;
      seen.holds = trimPoint.holds ?? [];
    } else if (kind === 'snapshot') {
      const { newest, previous } = snapshotsOf({ value, version: 0 });
      seen.oldestSnapshot = (previous ?? newest)?.position ?? 0;
    }
  }

  putBlob(key: string, bytes: Uint8Array) {
    this.#blobs.add(key);
    return this.#inner.putBlob(key, bytes);
  }

  blob(key: string) {
    return this.#inner.blob(key);
  }

  removeBlob(key: string) {
    this.#blobs.delete(key);
    this.#removedBlobs.add(key);
    const [log, rest] = key.split(LARGE);
    const batch = rest?.split('/')[0];
    if (log !== undefined && batch !== undefined && this.#isReadable(log, batch)) {
      this.faults.push(`removed bytes of the batch ${batch}, which can still be read`);
    }
    return this.#inner.removeBlob(key);
  }

  /**
   * Bytes of large appends that the chain does not name, but for those that a request brought after all of
   * them had been removed; and bytes that it names, and are not there.
   */
  async blobFaults(log: string): Promise<string[]> {
    const { segments } = await this.#inner.range(log, 0, Number.POSITIVE_INFINITY);
    const named = segments.flatMap(({ entries }) => entries.filter(isLarge)).map(decodeLargeEntry);
    const keys = new Set(named.flatMap(({ id, chunks }) => blobKeys(log, id, chunks)));
    const own = [...this.#blobs].filter((key) => key.startsWith(`${log}${LARGE}`));
    const orphans = own.filter((key) => !keys.has(key) && !this.#removedBlobs.has(key));
    const readable = named.filter(({ id }) => this.#isReadable(log, Buffer.from(id).toString('hex')));
    const needed = readable.flatMap(({ id, chunks }) => blobKeys(log, id, chunks));
    return [
      ...orphans.map((key) => `nothing names ${key}`),
      ...needed.filter((key) => !this.#blobs.has(key)).map((key) => `${key} is missing`),
    ];
  }

  /** How many large appends are named by the chain from `sweptTo` on. */
  async blobsNamed(log: string, sweptTo: number): Promise<number> {
    const { segments } = await this.#inner.range(log, sweptTo, Number.POSITIVE_INFINITY);
    return segments.flatMap(({ entries }) => entries.filter(isLarge)).length;
  }

  /** How many bytes of large appends there are. */
  get blobs(): number {
    return [...this.#blobs].filter((key) => key.includes(LARGE)).length;
  }

  #isReadable(log: string, batch: string): boolean {
    const { order, trimmedTo } = this.#log(log);
    return order.findLastIndex((record) => record.batch === batch) >= trimmedTo;
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
      origins: new Map(),
      trimmedTo: 0,
      holds: [],
      oldestSnapshot: 0,
    };
    this.#logs.set(name, found);
    return found;
  }

  #add(log: string, seen: WitnessedLog, entry: Uint8Array): void {
    if (isLarge(entry)) return void this.#addLarge(log, seen, entry);
    const { id, timeMs, records } = decodeBatch(entry);
    const batch = Buffer.from(id).toString('hex');
    for (const [index, data] of records.entries()) {
      const bytes = index === 0 ? entry.length : 0;
      seen.order.push({ batch, timeMs, appendedAtMs: this.#nowMs(), data, bytes });
    }
  }

  /** The positions are taken at once; the bytes must be there at that moment. */
  async #addLarge(log: string, seen: WitnessedLog, entry: Uint8Array): Promise<void> {
    const { id, timeMs, records } = decodeLargeEntry(entry);
    const batch = Buffer.from(id).toString('hex');
    const added = Array.from({ length: records }, (_, index) => {
      const data: Uint8Array = new Uint8Array();
      const bytes = index === 0 ? bytesOf(entry) : 0;
      return { batch, timeMs, appendedAtMs: this.#nowMs(), data, bytes };
    });
    const firstPosition = seen.order.length + 1;
    seen.order.push(...added);
    const all = { after: 0, recordsMax: records, bytesMax: Number.POSITIVE_INFINITY, isFirst: true };
    const found = await largeRecords(this.#inner, log, { firstPosition, entry }, all);
    if (!found) this.faults.push(`the entry at ${firstPosition} of ${log} names bytes that are not there`);
    for (const [index, record] of added.entries()) {
      record.data = found?.records[index]?.data ?? record.data;
    }
  }
}
