// What is in the environment of LMDB: three tables, their keys and values. Both threads open it, each for itself.

import { type Database, open, type RootDatabase } from 'lmdb';
import { BinaryReader, BinaryWriter } from '../../log/binary.ts';
import type { Segment } from '../../log/segment.ts';
import type { Note, NoteKind } from '../../log/store.ts';
import { decodeSegment } from './segment-codec.ts';

export type SegmentKey = [log: string, base: number];
type NoteKey = [log: string, kind: NoteKind];

export interface Tables {
  readonly root: RootDatabase<Buffer, string>;
  readonly segments: Database<Buffer, SegmentKey>;
  readonly notes: Database<Buffer, NoteKey>;
  readonly blobs: Database<Buffer, string>;
}

/** @throws Error when the directory is not there or cannot be used. */
export function openTables(directory: string): Tables {
  const root: RootDatabase<Buffer, string> = open({
    path: directory,
    encoding: 'binary',
    noSubdir: false,
    // With overlapping sync a commit is visible to other processes before it is on disk, and they could acknowledge what
    // they read there. Without it, visible means durable.
    overlappingSync: false,
    maxReaders: 1024,
    // Its batch at each turn of the event loop rejects a promise that nobody can reach when a commit fails.
    eventTurnBatching: false,
  });
  return {
    root,
    segments: root.openDB({ name: 'segments', encoding: 'binary' }),
    notes: root.openDB({ name: 'notes', encoding: 'binary' }),
    blobs: root.openDB({ name: 'blobs', encoding: 'binary' }),
  };
}

export function segmentIn({ segments }: Tables, log: string, base: number): Segment | undefined {
  const value = segments.get([log, base]);
  return value && decodeSegment(value);
}

export function noteIn({ notes }: Tables, log: string, kind: NoteKind): Note | undefined {
  const value = notes.get([log, kind]);
  return value && decodeNote(value);
}

export function encodeNote(note: Note): Buffer {
  return Buffer.from(new BinaryWriter().unsigned(note.version).text(note.value).finish());
}

function decodeNote(value: Uint8Array): Note {
  const reader = new BinaryReader(value);
  return { version: reader.unsigned(), value: reader.text() };
}
