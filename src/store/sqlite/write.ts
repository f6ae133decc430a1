// Every write of the embedded store: the message between the threads, and the change within a transaction.

import { applyUpdate, refusalOf, type Segment, type SegmentUpdate } from '../../log/segment.ts';
import type { MetadataRecordKind } from '../../log/store.ts';
import { type Have, type SegmentPart, segmentOf } from './segment-rows.ts';
import type { Tables } from './tables.ts';

export type Write =
  | {
      kind: 'update';
      log: string;
      base: number;
      update: SegmentUpdate;
      /** Entries that the caller has. The entry of `update` is not among them. */
      have: Have | undefined;
    }
  | { kind: 'open'; log: string; segment: Segment }
  | { kind: 'remove'; log: string; base: number }
  | {
      kind: 'set-metadata-record';
      log: string;
      record: MetadataRecordKind;
      value: string;
      expectedVersion: number;
    }
  | { kind: 'put-blob'; key: string; bytes: Uint8Array }
  | { kind: 'remove-blob'; key: string }
  /** Whether anything can be written: the header of the file, as it is. */
  | { kind: 'probe' };

export interface Written {
  /** Whether the write was made. Otherwise its condition did not hold. */
  readonly made: boolean;
  /**
   * The segment after the write, with the earlier entries that the caller does not have; or the segment that
   * refused it.
   */
  readonly part?: SegmentPart | undefined;
  /** The number of a segment that was opened. */
  readonly number?: number | undefined;
}

const MADE: Written = { made: true };
const NOT_MADE: Written = { made: false };

/**
 * To be called within a write transaction, which is the lock that the pure transitions of `log/segment.ts`
 * need. A fault in the write itself is thrown before the first row is changed. After that only SQLite can
 * fail, and the transaction with it.
 */
export function perform(tables: Tables, write: Write): Written {
  switch (write.kind) {
    case 'update':
      return update(tables, write);
    case 'open':
      return open(tables, write);
    case 'remove':
      tables.segments.remove(write.log, write.base);
      return MADE;
    case 'set-metadata-record':
      return setMetadataRecord(tables, write);
    case 'put-blob':
      return tables.blobs.put(write.key, write.bytes) ? MADE : NOT_MADE;
    case 'remove-blob':
      tables.blobs.remove(write.key);
      return MADE;
    case 'probe':
      tables.rewriteHeader();
      return MADE;
  }
}

/** The bytes of the write, and a little for each value. */
export function bytesIn(write: Write): number {
  switch (write.kind) {
    case 'update':
      return write.update.entry?.length ?? 0;
    case 'open':
      return write.segment.bytes;
    case 'put-blob':
      return write.bytes.length;
    default:
      return 0;
  }
}

type WriteOf<K extends Write['kind']> = Extract<Write, { kind: K }>;

function update(tables: Tables, { log, base, update, have }: WriteOf<'update'>): Written {
  const part = tables.segments.at(log, base, have);
  if (!part) return NOT_MADE;
  const segment = segmentOf(part);
  if (refusalOf(segment, update)) return { made: false, part };
  const changed = applyUpdate(segment, update);
  tables.segments.update(part.number, changed);
  if (update.entry) tables.segments.insertEntry(part.number, part.tail + 1, update.entry);
  const { tail, bytes, metadata } = changed;
  // With the entries before its own, which the caller knows.
  return { made: true, part: { ...part, tail, bytes, metadata } };
}

function open(tables: Tables, { log, segment }: WriteOf<'open'>): Written {
  const number = tables.segments.insert(log, segment);
  if (number !== undefined) return { made: true, number };
  return { made: false, part: tables.segments.at(log, segment.base) };
}

function setMetadataRecord(tables: Tables, write: WriteOf<'set-metadata-record'>): Written {
  const { log, record, value, expectedVersion } = write;
  if ((tables.records.get(log, record)?.version ?? 0) !== expectedVersion) return NOT_MADE;
  tables.records.set(log, record, { value, version: expectedVersion + 1 });
  return MADE;
}
