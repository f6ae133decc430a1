// A batch: the records of one append under one unique id, stored as one entry of a segment.

import { BinaryReader, BinaryWriter, bytesEqual, DecodeError, NewerFormatError } from '../encoding/binary.ts';
import type { ProducerRequest } from './producers.ts';

/** 96 random bits, so that two batches never share an id by chance. */
export const BATCH_ID_BYTES = 12;

const BATCH_FORMAT = 1;
/** With the request of the producer that has sent the batch. */
const PRODUCED_FORMAT = 2;
/** Names the bytes of a large append, which are stored elsewhere (`large-entry.ts`). */
export const LARGE_FORMAT = 3;
/** With the requests of several producers, or with other records beside that of one. */
const SHARED_FORMAT = 4;
const HEADER_BYTES = 1 + BATCH_ID_BYTES;
/** At most, for the time and the record count. */
const NUMBERS_BYTES = 12;
/** For the length of most records. */
const LENGTH_BYTES = 2;

/** The records of one producer's request, among those of a batch. */
export interface Share {
  readonly request: ProducerRequest;
  /** How many records of the batch are before them. */
  readonly from: number;
  readonly count: number;
}

export interface Batch {
  /** Unique per append, and kept for all its tries (rule 2). */
  readonly id: Uint8Array;
  /** The writer's wall clock in milliseconds since 1970. */
  readonly timeMs: number;
  /** The request of a producer that the batch is, */
  readonly producer?: ProducerRequest;
  /** or those that are in it, one at most of each producer. The other records are of no producer. */
  readonly shares?: readonly Share[];
  readonly records: readonly Uint8Array[];
}

/**
 * Layout: format, id, time, in format 2 the producer's id, epoch and number, record count, then length and
 * bytes of each record. Format 4 has a count of shares, and with each request where its records are.
 */
export function encodeBatch(batch: Batch): Uint8Array {
  const dataBytes = batch.records.reduce((sum, record) => sum + record.length + LENGTH_BYTES, 0);
  const writer = new BinaryWriter(HEADER_BYTES + NUMBERS_BYTES + dataBytes);
  const { producer, shares } = batch;
  writer
    .byte(shares ? SHARED_FORMAT : producer ? PRODUCED_FORMAT : BATCH_FORMAT)
    .raw(batch.id)
    .unsigned(batch.timeMs);
  if (shares) writeShares(writer, shares);
  else if (producer) writeRequest(writer, producer);
  writer.unsigned(batch.records.length);
  for (const record of batch.records) writer.bytes(record);
  return writer.finish();
}

/** @throws DecodeError when the bytes are not a batch, or a large one, or a later program wrote them. */
export function decodeBatch(entry: Uint8Array): Batch {
  const reader = headerOf(entry);
  if (isLarge(entry)) throw new DecodeError('a large batch, whose bytes are elsewhere');
  const id = entry.subarray(1, HEADER_BYTES);
  const timeMs = reader.unsigned();
  const producer = producerIn(entry, reader);
  const shares = sharesIn(entry, reader);
  const count = reader.unsigned();
  if (count === 0 || count > reader.remaining) throw new DecodeError(`a batch of ${count} records`);
  const records: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) records.push(reader.bytes());
  reader.end();
  return { id, timeMs, ...(producer ? { producer } : {}), ...(shares ? { shares } : {}), records };
}

/** The writer's time of an encoded batch, without decoding its records. */
export function timeOf(entry: Uint8Array): number {
  return headerOf(entry).unsigned();
}

/** The number of records in an encoded batch, without decoding them. */
export function recordCount(entry: Uint8Array): number {
  const reader = headerOf(entry);
  reader.unsigned();
  producerIn(entry, reader);
  sharesIn(entry, reader);
  return reader.unsigned();
}

/** The requests of producers in an encoded batch, without decoding its records. */
export function sharesOf(entry: Uint8Array): readonly Share[] {
  const reader = headerOf(entry);
  reader.unsigned();
  const producer = producerIn(entry, reader);
  const shares = sharesIn(entry, reader);
  return producer ? [{ request: producer, from: 0, count: reader.unsigned() }] : (shares ?? []);
}

/** Whether the entry names its bytes instead of holding them. */
export function isLarge(entry: Uint8Array): boolean {
  return entry[0] === LARGE_FORMAT;
}

/** The bytes of an entry, with those that it names. */
export function bytesOf(entry: Uint8Array): number {
  if (!isLarge(entry)) return entry.length;
  const reader = headerOf(entry);
  reader.unsigned();
  producerIn(entry, reader);
  reader.unsigned();
  return entry.length + reader.unsigned();
}

export function sameBatch(a: Uint8Array, b: Uint8Array): boolean {
  return bytesEqual(a.subarray(0, HEADER_BYTES), b.subarray(0, HEADER_BYTES));
}

export function producerIn(entry: Uint8Array, reader: BinaryReader): ProducerRequest | undefined {
  const isThere = isLarge(entry) ? reader.flag() : entry[0] === PRODUCED_FORMAT;
  return isThere ? requestIn(reader) : undefined;
}

function sharesIn(entry: Uint8Array, reader: BinaryReader): readonly Share[] | undefined {
  if (entry[0] !== SHARED_FORMAT) return undefined;
  const count = reader.unsigned();
  if (count > reader.remaining) throw new DecodeError(`a batch of ${count} requests`);
  const shares: Share[] = [];
  for (let index = 0; index < count; index += 1) {
    shares.push({ request: requestIn(reader), from: reader.unsigned(), count: reader.unsigned() });
  }
  return shares;
}

function requestIn(reader: BinaryReader): ProducerRequest {
  return { id: reader.text(), epoch: reader.unsigned(), sequence: reader.unsigned() };
}

function writeShares(writer: BinaryWriter, shares: readonly Share[]): void {
  writer.unsigned(shares.length);
  for (const { request, from, count } of shares) {
    writeRequest(writer, request);
    writer.unsigned(from).unsigned(count);
  }
}

export function writeRequest(writer: BinaryWriter, { id, epoch, sequence }: ProducerRequest): void {
  writer.text(id).unsigned(epoch).unsigned(sequence);
}

function headerOf(entry: Uint8Array): BinaryReader {
  const reader = new BinaryReader(entry);
  const format = reader.byte();
  if (format < BATCH_FORMAT || format > SHARED_FORMAT)
    throw new NewerFormatError('batch', format, SHARED_FORMAT);
  reader.raw(BATCH_ID_BYTES);
  return reader;
}
