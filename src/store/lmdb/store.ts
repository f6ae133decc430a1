// The embedded store: one directory, durable, several processes at once. LMDB has one writer at a time across all of them,
// and one thread of this process makes its writes (`writer.ts`); reads are made where they are asked for.

import { mkdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Segment, SegmentUpdate } from '../../log/segment.ts';
import {
  assertBlobSize,
  type LastLook,
  NOTE_KINDS,
  type Note,
  type NoteKind,
  type Notes,
  type OpenOutcome,
  RANGE_SEGMENTS_MIN,
  type RangeLook,
  type Store,
  StoreError,
  type UpdateOutcome,
} from '../../log/store.ts';
import { messageOf } from './message-of.ts';
import { decodeSegment, encodeSegment } from './segment-codec.ts';
import { noteIn, openTables, type SegmentKey, type Tables } from './tables.ts';
import { Writer } from './writer.ts';

/**
 * A directory as a store. Its file is at least two megabytes long, room for what comes next. Writes are made by a thread of their own: once
 * that has ended, every call is refused for good. A process that ends while it has waited in vain for the write lock, which another
 * process holds, ends by SIGKILL after 3 seconds.
 */
export class LmdbStore implements Store {
  readonly traits = {
    name: 'lmdb',
    durable: true,
    shared: true,
    // About one page: LMDB writes pages of 4 KB whatever the size of the change.
    segmentCapBytes: 4096,
    pollMs: 10,
  } as const;
  readonly #tables: Tables;
  readonly #writer: Writer;

  /** @throws Error when the directory cannot be created or opened. */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#tables = openTables(directory);
    this.#writer = new Writer(directory);
  }

  async update(log: string, base: number, update: SegmentUpdate): Promise<UpdateOutcome> {
    const { made, segment } = await this.#writer.write({ kind: 'update', log, base, update });
    if (made && segment) return { kind: 'applied', segment: decodeSegment(segment) };
    return { kind: 'refused', segment: segment && decodeSegment(segment) };
  }

  async open(log: string, segment: Segment): Promise<OpenOutcome> {
    const { base } = segment;
    const written = await this.#writer.write({ kind: 'open', log, base, segment: encodeSegment(segment) });
    if (!written.segment) return { kind: 'opened' };
    return { kind: 'exists', segment: decodeSegment(written.segment) };
  }

  last(log: string, atMost = Number.MAX_SAFE_INTEGER): Promise<LastLook> {
    return this.#read(() => {
      const range = { start: [log, atMost] as SegmentKey, end: [log, -1] as SegmentKey, reverse: true };
      const [found] = [...this.#tables.segments.getRange({ ...range, limit: 1 })];
      return { segment: found && decodeSegment(found.value), notes: this.#allNotes(log) };
    });
  }

  range(log: string, fromBase: number, bytesMax: number): Promise<RangeLook> {
    return this.#read(() => {
      const segments: Segment[] = [];
      let bytes = 0;
      const end: SegmentKey = [log, Number.MAX_SAFE_INTEGER];
      for (const { value } of this.#tables.segments.getRange({ start: [log, fromBase], end })) {
        bytes += value.length;
        if (segments.length >= RANGE_SEGMENTS_MIN && bytes > bytesMax) return { segments, complete: false };
        segments.push(decodeSegment(value));
      }
      return { segments, complete: true };
    });
  }

  async remove(log: string, base: number): Promise<void> {
    await this.#writer.write({ kind: 'remove', log, base });
  }

  note(log: string, kind: NoteKind): Promise<Note | undefined> {
    return this.#read(() => noteIn(this.#tables, log, kind));
  }

  async setNote(
    log: string,
    note: NoteKind,
    value: string,
    expectedVersion: number,
  ): Promise<'set' | 'refused'> {
    const { made } = await this.#writer.write({ kind: 'set-note', log, note, value, expectedVersion });
    return made ? 'set' : 'refused';
  }

  async putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    assertBlobSize(bytes);
    // A view of a larger buffer would take all of it along to the other thread.
    const { made } = await this.#writer.write({ kind: 'put-blob', key, bytes: bytes.slice() });
    return made ? 'created' : 'exists';
  }

  blob(key: string): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#tables.blobs.get(key));
  }

  async removeBlob(key: string): Promise<void> {
    await this.#writer.write({ kind: 'remove-blob', key });
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#tables.root.close();
  }

  async #read<T>(look: () => T): Promise<T> {
    // Not at once: readers who ask in this turn of the event loop can then share a look.
    await nextTurn();
    this.#writer.assertAlive();
    try {
      // lmdb keeps one read snapshot per turn of the event loop; another process may have committed since.
      this.#tables.root.resetReadTxn();
      return look();
    } catch (cause) {
      throw new StoreError(`LMDB: ${messageOf(cause)}`, { definite: true, retryable: true, cause });
    }
  }

  #allNotes(log: string): Notes {
    return Object.fromEntries(
      NOTE_KINDS.flatMap((kind) => {
        const note = noteIn(this.#tables, log, kind);
        return note ? [[kind, note]] : [];
      }),
    );
  }
}
