// Every write of the embedded store, as a message between the threads and as what it does within a transaction.

import { applyUpdate, refusalOf, type SegmentUpdate } from '../../log/segment.ts';
import type { NoteKind } from '../../log/store.ts';
import type { Room } from './room.ts';
import { encodeSegment } from './segment-codec.ts';
import { encodeNote, noteIn, segmentIn, type Tables } from './tables.ts';

export type Write =
  | { kind: 'update'; log: string; base: number; update: SegmentUpdate }
  | { kind: 'open'; log: string; base: number; segment: Uint8Array }
  | { kind: 'remove'; log: string; base: number }
  | { kind: 'set-note'; log: string; note: NoteKind; value: string; expectedVersion: number }
  | { kind: 'put-blob'; key: string; bytes: Uint8Array }
  | { kind: 'remove-blob'; key: string };

export interface Written {
  /** Whether the write was made. Otherwise what it demands was not so. */
  readonly made: boolean;
  /** The segment in question, encoded: as it is after the write, or as it stood in its way. */
  readonly segment?: Uint8Array | undefined;
}

const MADE: Written = { made: true };
const NOT_MADE: Written = { made: false };

/**
 * To be called within a write transaction, which is the lock that the pure transitions of `log/segment.ts` need.
 * @throws NoRoomError when there is no room on the disk; DecodeError
 */
export function perform(tables: Tables, room: Room, write: Write): Written {
  switch (write.kind) {
    case 'update':
      return update(tables, room, write);
    case 'open':
      return open(tables, room, write);
    case 'remove':
      room.reserveForRemoval();
      void tables.segments.remove([write.log, write.base]);
      return MADE;
    case 'set-note':
      return setNote(tables, room, write);
    case 'put-blob':
      return putBlob(tables, room, write);
    case 'remove-blob':
      room.reserveForRemoval();
      void tables.blobs.remove(write.key);
      return MADE;
  }
}

type WriteOf<K extends Write['kind']> = Extract<Write, { kind: K }>;

function update(tables: Tables, room: Room, { log, base, update }: WriteOf<'update'>): Written {
  const segment = segmentIn(tables, log, base);
  if (!segment) return NOT_MADE;
  if (refusalOf(segment, update)) return { made: false, segment: encodeSegment(segment) };
  const changed = encodeSegment(applyUpdate(segment, update));
  putSegment(tables, room, log, base, changed);
  return { made: true, segment: changed };
}

function open(tables: Tables, room: Room, { log, base, segment }: WriteOf<'open'>): Written {
  const there = tables.segments.get([log, base]);
  if (there) return { made: false, segment: new Uint8Array(there) };
  putSegment(tables, room, log, base, segment);
  return MADE;
}

function putSegment(tables: Tables, room: Room, log: string, base: number, segment: Uint8Array): void {
  room.reserve(segment.length);
  // Within a transaction a put takes effect at once; the transaction tells when it is durable.
  void tables.segments.put([log, base], Buffer.from(segment.buffer, segment.byteOffset, segment.length));
}

function setNote(tables: Tables, room: Room, write: WriteOf<'set-note'>): Written {
  const { log, note, value, expectedVersion } = write;
  if ((noteIn(tables, log, note)?.version ?? 0) !== expectedVersion) return NOT_MADE;
  const encoded = encodeNote({ value, version: expectedVersion + 1 });
  room.reserve(encoded.length);
  void tables.notes.put([log, note], encoded);
  return MADE;
}

function putBlob(tables: Tables, room: Room, { key, bytes }: WriteOf<'put-blob'>): Written {
  if (tables.blobs.doesExist(key)) return NOT_MADE;
  room.reserve(bytes.length);
  void tables.blobs.put(key, Buffer.from(bytes));
  return MADE;
}
