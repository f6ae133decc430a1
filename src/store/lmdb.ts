// The embedded store: one directory, durable, several processes at once. LMDB has one writer at a time across all of them,
// which is the lock that the pure transitions of `log/segment.ts` need.

import { mkdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Database, open, type RootDatabase } from 'lmdb';
import { BinaryReader, BinaryWriter } from '../log/binary.ts';
import { applyUpdate, refusalOf, type Segment, type SegmentUpdate } from '../log/segment.ts';
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
} from '../log/store.ts';
import { decodeSegment, encodeSegment } from './segment-codec.ts';

const WRITE_TIMEOUT_MS = 3000;

type SegmentKey = [log: string, base: number];
type NoteKey = [log: string, kind: NoteKind];

export class LmdbStore implements Store {
  readonly traits = {
    name: 'lmdb',
    durable: true,
    shared: true,
    // About one page: LMDB writes pages of 4 KB whatever the size of the change.
    segmentCapBytes: 4096,
    pollMs: 10,
  } as const;
  readonly #root: RootDatabase<Buffer, string>;
  readonly #segments: Database<Buffer, SegmentKey>;
  readonly #notes: Database<Buffer, NoteKey>;
  readonly #blobs: Database<Buffer, string>;

  /** @throws Error when the directory cannot be created or opened. */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#root = open({
      path: directory,
      encoding: 'binary',
      noSubdir: false,
      // With overlapping sync a commit is visible to other processes before it is on disk, and they could acknowledge what
      // they read there. Without it, visible means durable.
      overlappingSync: false,
      maxReaders: 1024,
      // Its batch at each turn of the event loop rejects a promise that nobody can reach when a commit fails; transactions
      // of one turn share a commit all the same.
      eventTurnBatching: false,
    });
    this.#segments = this.#root.openDB({ name: 'segments', encoding: 'binary' });
    this.#notes = this.#root.openDB({ name: 'notes', encoding: 'binary' });
    this.#blobs = this.#root.openDB({ name: 'blobs', encoding: 'binary' });
  }

  update(log: string, base: number, update: SegmentUpdate): Promise<UpdateOutcome> {
    return this.#write((): UpdateOutcome => {
      const segment = this.#segment(log, base);
      if (!segment || refusalOf(segment, update)) return { kind: 'refused', segment };
      const changed = applyUpdate(segment, update);
      this.#putSegment(log, changed);
      return { kind: 'applied', segment: changed };
    });
  }

  open(log: string, segment: Segment): Promise<OpenOutcome> {
    return this.#write((): OpenOutcome => {
      const there = this.#segment(log, segment.base);
      if (there) return { kind: 'exists', segment: there };
      this.#putSegment(log, segment);
      return { kind: 'opened' };
    });
  }

  last(log: string, atMost = Number.MAX_SAFE_INTEGER): Promise<LastLook> {
    return this.#read(() => {
      const range = { start: [log, atMost] as SegmentKey, end: [log, -1] as SegmentKey, reverse: true };
      const [found] = [...this.#segments.getRange({ ...range, limit: 1 })];
      return { segment: found && decodeSegment(found.value), notes: this.#allNotes(log) };
    });
  }

  range(log: string, fromBase: number, bytesMax: number): Promise<RangeLook> {
    return this.#read(() => {
      const segments: Segment[] = [];
      let bytes = 0;
      const end: SegmentKey = [log, Number.MAX_SAFE_INTEGER];
      for (const { value } of this.#segments.getRange({ start: [log, fromBase], end })) {
        bytes += value.length;
        if (segments.length >= RANGE_SEGMENTS_MIN && bytes > bytesMax) return { segments, complete: false };
        segments.push(decodeSegment(value));
      }
      return { segments, complete: true };
    });
  }

  async remove(log: string, base: number): Promise<void> {
    await this.#write(() => void this.#segments.remove([log, base]));
  }

  note(log: string, kind: NoteKind): Promise<Note | undefined> {
    return this.#read(() => this.#note(log, kind));
  }

  setNote(log: string, kind: NoteKind, value: string, expectedVersion: number): Promise<'set' | 'refused'> {
    return this.#write(() => {
      if ((this.#note(log, kind)?.version ?? 0) !== expectedVersion) return 'refused';
      void this.#notes.put([log, kind], encodeNote({ value, version: expectedVersion + 1 }));
      return 'set';
    });
  }

  putBlob(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    assertBlobSize(bytes);
    return this.#write(() => {
      if (this.#blobs.doesExist(key)) return 'exists';
      void this.#blobs.put(key, Buffer.from(bytes));
      return 'created';
    });
  }

  blob(key: string): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#blobs.get(key));
  }

  async removeBlob(key: string): Promise<void> {
    await this.#write(() => void this.#blobs.remove(key));
  }

  async close(): Promise<void> {
    await this.#root.flushed;
    await this.#root.close();
  }

  /** Runs `step` alone among all processes; resolves when its effect is on disk. */
  async #write<T>(step: () => T): Promise<T> {
    try {
      return await inTime(this.#root.transaction(step));
    } catch (cause) {
      // The commit may have reached the disk before whatever went wrong.
      const reason = messageOf(await reasonOf(cause));
      throw new StoreError(`LMDB: ${reason}`, { definite: false, retryable: true, cause });
    }
  }

  async #read<T>(look: () => T): Promise<T> {
    // Not at once: readers who ask in this turn of the event loop can then share a look.
    await nextTurn();
    try {
      // lmdb keeps one read snapshot per turn of the event loop; another process may have committed since.
      this.#root.resetReadTxn();
      return look();
    } catch (cause) {
      throw new StoreError(`LMDB: ${messageOf(cause)}`, { definite: true, retryable: true, cause });
    }
  }

  #segment(log: string, base: number): Segment | undefined {
    const value = this.#segments.get([log, base]);
    return value && decodeSegment(value);
  }

  #putSegment(log: string, segment: Segment): void {
    // Inside a transaction a put takes effect at once; the transaction's own promise tells when it is durable.
    void this.#segments.put([log, segment.base], Buffer.from(encodeSegment(segment)));
  }

  #note(log: string, kind: NoteKind): Note | undefined {
    const value = this.#notes.get([log, kind]);
    return value && decodeNote(value);
  }

  #allNotes(log: string): Notes {
    return Object.fromEntries(
      NOTE_KINDS.flatMap((kind) => {
        const note = this.#note(log, kind);
        return note ? [[kind, note]] : [];
      }),
    );
  }
}

/** Another process can hold the write lock for as long as it likes: frozen, or stopped in a debugger. */
async function inTime<T>(write: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `no answer within ${WRITE_TIMEOUT_MS} ms; another process may hold the write lock`;
    timer = setTimeout(() => reject(new Error(message)), WRITE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([write, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** lmdb tells why a commit failed in a promise of its own, which nobody else looks at. It may come late, or never. */
async function reasonOf(cause: unknown): Promise<unknown> {
  if (!(cause instanceof Error && 'commitError' in cause)) return cause;
  const told = Promise.resolve(cause.commitError).then(
    () => cause,
    (reason: unknown) => reason,
  );
  return inTime(told).catch(() => cause);
}

function encodeNote(note: Note): Buffer {
  return Buffer.from(new BinaryWriter().unsigned(note.version).text(note.value).finish());
}

function decodeNote(value: Uint8Array): Note {
  const reader = new BinaryReader(value);
  return { version: reader.unsigned(), value: reader.text() };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
