// The embedded store: one directory, durable, several processes at once. SQLite has one writer at a time
// across all of them, and one thread of this process makes its writes (`writer.ts`); reads are made where
// they are asked for.

import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { POSITION_MAX } from '../../limits.ts';
import { holdsEntry, type Segment, type SegmentUpdate } from '../../log/segment.ts';
import {
  assertBlobSize,
  CHECKED_LOG,
  type LastResult,
  type MetadataRecord,
  type MetadataRecordKind,
  type OpenResult,
  RANGE_SEGMENTS_MIN,
  type RangeResult,
  type Store,
  StoreError,
  type UpdateResult,
} from '../../log/store.ts';
import { type Database, makeDirectory, openDatabase } from './database.ts';
import { LastLooks } from './last-looks.ts';
import { haveOf, LastSegments } from './last-segments.ts';
import { describe, resultCodeOf } from './result-codes.ts';
import { segmentOf } from './segment-rows.ts';
import { Tables } from './tables.ts';
import { Writer } from './writer.ts';

/** A disk with less room counts as full: the largest entry or chunk would not fit. */
const FREE_BYTES_MIN = 1024 * 1024;

/**
 * A directory as a store. Writes are made by a thread of their own: once that has ended, or the directory was
 * removed, every call is refused for good. A worker thread that has a store must not be terminated while it
 * writes: SQLite's binding ends the process then. Use no other SQLite library on the same file in one
 * process: closing a file takes away the locks of both.
 */
export class SqliteStore implements Store {
  readonly traits = {
    name: 'sqlite',
    durable: true,
    shared: true,
    // A read of a few records reads their whole segment. At 16 KB that took four times as long, and appends
    // were no faster.
    segmentCapBytes: 4096,
    pollMs: 10,
  } as const;
  readonly #directory: string;
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #writer: Writer;
  readonly #lastSegments = new LastSegments();
  readonly #lastLooks = new LastLooks();

  /** @throws Error when the directory cannot be created or opened, or holds something else. */
  constructor(directory: string) {
    // A program may change its working directory later on.
    this.#directory = resolve(directory);
    makeDirectory(this.#directory);
    this.#database = openDatabase(this.#directory, 'read');
    this.#tables = new Tables(this.#database);
    this.#writer = new Writer(this.#directory);
  }

  async update(log: string, base: number, update: SegmentUpdate): Promise<UpdateResult> {
    const seen = this.#seen(log, base);
    const { entry } = update;
    // The thread looks for the entry only among those that it sends back.
    const have = entry && seen && holdsEntry(seen.segment, entry) ? undefined : haveOf(seen);
    const { made, part } = await this.#writer.write({ kind: 'update', log, base, update, have });
    if (!part) return { kind: 'refused', segment: undefined };
    const segment = this.#lastSegments.complete(log, part, have && seen, made ? entry : undefined);
    return { kind: made ? 'applied' : 'refused', segment };
  }

  async open(log: string, segment: Segment): Promise<OpenResult> {
    const { number, part } = await this.#writer.write({ kind: 'open', log, segment });
    if (part) return { kind: 'exists', segment: this.#lastSegments.complete(log, part, undefined) };
    if (number !== undefined) this.#lastSegments.keep(log, number, segment);
    return { kind: 'opened' };
  }

  last(log: string, atMost?: number): Promise<LastResult> {
    return this.#read((tables) => {
      if (atMost !== undefined) return { segment: this.#lastUpTo(tables, log, atMost), records: {} };
      const version = tables.dataVersion();
      const known = this.#lastLooks.at(version, log);
      if (known) return known;
      return tables.read(() => {
        const look = { segment: this.#lastUpTo(tables, log, POSITION_MAX), records: tables.records.of(log) };
        this.#lastLooks.keep(tables.dataVersion(), log, look);
        return look;
      });
    });
  }

  range(log: string, fromBase: number, bytesMax: number): Promise<RangeResult> {
    return this.#readAtOnce(({ segments: rows }) => {
      const segments: Segment[] = [];
      const seen = this.#lastSegments.of(log);
      let bytes = 0;
      for (const part of rows.from(log, fromBase, haveOf(seen))) {
        bytes += part.bytes;
        if (segments.length >= RANGE_SEGMENTS_MIN && bytes > bytesMax) return { segments, complete: false };
        // Segments before the last one are not kept: usually they are read once.
        const isLast = part.number === seen?.number;
        segments.push(isLast ? this.#lastSegments.complete(log, part, seen) : segmentOf(part));
      }
      return { segments, complete: true };
    });
  }

  async remove(log: string, base: number): Promise<void> {
    await this.#writer.write({ kind: 'remove', log, base });
  }

  metadataRecord(log: string, kind: MetadataRecordKind): Promise<MetadataRecord | undefined> {
    return this.#read(({ records }) => records.get(log, kind));
  }

  async setMetadataRecord(
    log: string,
    record: MetadataRecordKind,
    value: string,
    expectedVersion: number,
  ): Promise<'set' | 'refused'> {
    const { made } = await this.#writer.write({
      kind: 'set-metadata-record',
      log,
      record,
      value,
      expectedVersion,
    });
    return made ? 'set' : 'refused';
  }

  async putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    assertBlobSize(bytes);
    // A view of a larger buffer would take all of it along to the other thread.
    const { made } = await this.#writer.write({ kind: 'put-blob', key, bytes: bytes.slice() });
    return made ? 'created' : 'exists';
  }

  blob(key: string): Promise<Uint8Array | undefined> {
    return this.#read(({ blobs }) => blobs.get(key));
  }

  async removeBlob(key: string): Promise<void> {
    await this.#writer.write({ kind: 'remove-blob', key });
  }

  async check(): Promise<void> {
    await this.metadataRecord(CHECKED_LOG, 'trim-point');
    const { lastFailure } = this.#writer;
    if (!lastFailure) return;
    const { bavail, bsize } = await statfs(this.#directory);
    if (bavail * bsize < FREE_BYTES_MIN) {
      throw new StoreError(`SQLite: ${lastFailure.message}`, { definite: true, retryable: false });
    }
    await this.#writer.write({ kind: 'probe' });
  }

  async close(): Promise<void> {
    await this.#writer.close();
    if (this.#database.isOpen) this.#database.close();
  }

  #seen(log: string, base: number) {
    const seen = this.#lastSegments.of(log);
    return seen?.segment.base === base ? seen : undefined;
  }

  #lastUpTo(tables: Tables, log: string, atMost: number): Segment | undefined {
    const seen = this.#lastSegments.of(log);
    const part = tables.segments.last(log, atMost, haveOf(seen));
    return part && this.#lastSegments.complete(log, part, seen);
  }

  /** All that `look` reads is from one moment. */
  #readAtOnce<T>(look: (tables: Tables) => T): Promise<T> {
    return this.#read((tables) => tables.read(() => look(tables)));
  }

  async #read<T>(look: (tables: Tables) => T): Promise<T> {
    // Not at once: readers who ask in this turn of the event loop can then share a look.
    await nextTurn();
    this.#writer.assertReadable();
    try {
      return look(this.#tables);
    } catch (cause) {
      const { retryable } = resultCodeOf(cause);
      throw new StoreError(`SQLite: ${describe(cause)}`, { definite: true, retryable, cause });
    }
  }
}
