// The entry of a large append, and the index of its bytes. The entry names the bytes by the batch's id and by
// the digest of the index; the index has the length of each record and the digest of each chunk. So a reader
// loads and verifies just the chunks that hold the records it wants. Pure.

import { createHash } from 'node:crypto';
import {
  BinaryReader,
  BinaryWriter,
  bytesEqual,
  DecodeError,
  readAll,
  writeAll,
} from '../encoding/binary.ts';
import { BLOB_BYTES_MAX } from '../limits.ts';
import { BATCH_ID_BYTES, LARGE_FORMAT, producerIn, writeRequest } from './batch.ts';
import type { ProducerRequest } from './producers.ts';

const DIGEST_BYTES = 32;

export interface LargeEntry {
  readonly id: Uint8Array;
  readonly timeMs: number;
  /** The request of a producer that the batch is. */
  readonly producer?: ProducerRequest;
  /** The number of records, and their bytes. */
  readonly records: number;
  readonly bytes: number;
  /** The number of chunks. */
  readonly chunks: number;
  /** SHA-256 of the encoded index. */
  readonly digest: Uint8Array;
}

export interface LargeIndex {
  /** Bytes of each chunk but the last, which has the rest. */
  readonly chunkBytes: number;
  /** The bytes of each record. They follow each other in the chunks, with nothing in between. */
  readonly lengths: readonly number[];
  /** SHA-256 of each chunk. */
  readonly digests: readonly Uint8Array[];
}

/** The bytes of a large append, as they are stored. */
export interface EncodedRecords {
  readonly index: Uint8Array;
  readonly chunks: readonly Uint8Array[];
}

/**
 * Layout: format, id, time, whether a producer's request follows, the request, record count, bytes, chunk
 * count, digest. `batch.ts` reads it up to the bytes.
 */
export function encodeLargeEntry(entry: LargeEntry): Uint8Array {
  const { id, timeMs, producer, records, bytes, chunks, digest } = entry;
  const writer = new BinaryWriter();
  writer
    .byte(LARGE_FORMAT)
    .raw(id)
    .unsigned(timeMs)
    .flag(producer !== undefined);
  if (producer) writeRequest(writer, producer);
  writer.unsigned(records).unsigned(bytes).unsigned(chunks).raw(digest);
  return writer.finish();
}

/** @throws DecodeError */
export function decodeLargeEntry(entry: Uint8Array): LargeEntry {
  const reader = new BinaryReader(entry);
  if (reader.byte() !== LARGE_FORMAT) throw new DecodeError('no large batch');
  const id = reader.raw(BATCH_ID_BYTES);
  const timeMs = reader.unsigned();
  const producer = producerIn(entry, reader);
  const records = reader.unsigned();
  const bytes = reader.unsigned();
  const chunks = reader.unsigned();
  if (records === 0 || chunks === 0) throw new DecodeError('a large batch without records');
  const digest = reader.raw(DIGEST_BYTES);
  reader.end();
  return { id, timeMs, ...(producer ? { producer } : {}), records, bytes, chunks, digest };
}

/** Layout: bytes of a chunk, the lengths, the digests. */
export function encodeLargeIndex({ chunkBytes, lengths, digests }: LargeIndex): Uint8Array {
  const writer = new BinaryWriter();
  writer.unsigned(chunkBytes);
  writeAll(writer, lengths, (out, length) => out.unsigned(length));
  writeAll(writer, digests, (out, digest) => out.raw(digest));
  return writer.finish();
}

/** @throws DecodeError */
export function decodeLargeIndex(bytes: Uint8Array): LargeIndex {
  const reader = new BinaryReader(bytes);
  const chunkBytes = reader.unsigned();
  const lengths = readAll(reader, (from) => from.unsigned());
  const digests = readAll(reader, (from) => from.raw(DIGEST_BYTES));
  reader.end();
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (chunkBytes === 0 || chunkBytes > BLOB_BYTES_MAX || digests.length !== Math.ceil(total / chunkBytes)) {
    throw new DecodeError(`${digests.length} chunks of ${chunkBytes} bytes for ${total} bytes`);
  }
  return { chunkBytes, lengths, digests };
}

/** Cuts the records into chunks. Holds their bytes once more. */
export function encodeRecords(records: readonly Uint8Array[], chunkBytes: number): EncodedRecords {
  const all = Buffer.concat(records);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += chunkBytes) chunks.push(all.subarray(at, at + chunkBytes));
  const lengths = records.map(({ length }) => length);
  return { index: encodeLargeIndex({ chunkBytes, lengths, digests: chunks.map(digestOf) }), chunks };
}

export function digestOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** @throws DecodeError when they are not the bytes that were stored */
export function verify(bytes: Uint8Array, digest: Uint8Array | undefined): Uint8Array {
  if (digest === undefined || !bytesEqual(digestOf(bytes), digest)) {
    throw new DecodeError('bytes of a large batch do not have their digest');
  }
  return bytes;
}

function placeOf(log: string, id: Uint8Array): string {
  return `${log}/large/${Buffer.from(id).toString('hex')}`;
}

/** The keys of the blobs: the index, then the chunks. */
export function indexKey(log: string, id: Uint8Array): string {
  return `${placeOf(log, id)}/index`;
}

export function chunkKey(log: string, id: Uint8Array, chunk: number): string {
  return `${placeOf(log, id)}/${chunk}`;
}

export function blobKeys(log: string, id: Uint8Array, chunks: number): string[] {
  const chunkKeys = Array.from({ length: chunks }, (_, chunk) => chunkKey(log, id, chunk));
  return [indexKey(log, id), ...chunkKeys];
}
