// Puts the bytes back into large entries: loads the chunks that hold the records a reader wants, and no more.

import { DecodeError } from '../encoding/binary.ts';
import {
  chunkKey,
  decodeLargeEntry,
  decodeLargeIndex,
  indexKey,
  type LargeIndex,
  verify,
} from './large-entry.ts';
import type { LogRecord } from './results.ts';
import type { PositionedEntry } from './segment.ts';
import { type Store, StoreError } from './store.ts';

export interface Wanted {
  /** Records at or before this position are not wanted. */
  readonly after: number;
  readonly recordsMax: number;
  readonly bytesMax: number;
  /** The first record is answered, however large it is. */
  readonly isFirst: boolean;
}

export interface LargeRecords {
  readonly records: readonly LogRecord[];
  /** There are more in the entry, for which there was no room. */
  readonly isCut: boolean;
}

/**
 * The first records behind `after`, as many as are wanted. Undefined: bytes are missing. That is so when the
 * entry's segment is being trimmed.
 *
 * @throws StoreError, also for bytes that are not those that were stored
 */
export async function largeRecords(
  store: Store,
  log: string,
  positioned: PositionedEntry,
  wanted: Wanted,
): Promise<LargeRecords | undefined> {
  try {
    return await load(store, log, positioned, wanted);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const message = `the records from ${positioned.firstPosition} of ${log}: ${error.message}`;
    throw new StoreError(message, { definite: true, retryable: false, cause: error });
  }
}

async function load(
  store: Store,
  log: string,
  { firstPosition, entry }: PositionedEntry,
  wanted: Wanted,
): Promise<LargeRecords | undefined> {
  const { id, timeMs, records: count, digest } = decodeLargeEntry(entry);
  const stored = await store.blob(indexKey(log, id));
  if (!stored) return undefined;
  const index = decodeLargeIndex(verify(stored, digest));
  if (index.lengths.length !== count) throw new DecodeError('the index is of another number of records');
  const first = Math.max(0, wanted.after + 1 - firstPosition);
  const lengths = fitting(index.lengths.slice(first), wanted);
  let begin = sumOf(index.lengths.slice(0, first));
  const piece = await loadPiece(store, (chunk) => chunkKey(log, id, chunk), index, begin, sumOf(lengths));
  if (!piece) return undefined;
  const offset = begin;
  const records = lengths.map((length, at) => {
    const data = piece.subarray(begin - offset, begin - offset + length);
    begin += length;
    return { position: firstPosition + first + at, timeMs, data };
  });
  return { records, isCut: first + records.length < count };
}

/** The bytes from `begin` on, copied together from their chunks. */
async function loadPiece(
  store: Store,
  keyOf: (chunk: number) => string,
  { chunkBytes, digests }: LargeIndex,
  begin: number,
  length: number,
): Promise<Uint8Array | undefined> {
  const piece = new Uint8Array(length);
  for (let at = begin; at < begin + length; ) {
    const chunk = Math.floor(at / chunkBytes);
    const stored = await store.blob(keyOf(chunk));
    if (!stored) return undefined;
    const inChunk = at - chunk * chunkBytes;
    const part = verify(stored, digests[chunk]).subarray(inChunk, inChunk + begin + length - at);
    if (part.length === 0) throw new DecodeError('a chunk is too short');
    piece.set(part, at - begin);
    at += part.length;
  }
  return piece;
}

/** The longest beginning for which there is room. */
function fitting(lengths: readonly number[], { recordsMax, bytesMax, isFirst }: Wanted): number[] {
  let bytes = 0;
  return lengths.filter((length, index) => {
    bytes += length;
    return index < recordsMax && (bytes <= bytesMax || (isFirst && index === 0));
  });
}

function sumOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}
