// A batch: the records of one append under one unique id, stored as one entry of a segment.

import { BinaryReader, BinaryWriter, bytesEqual, DecodeError } from '../encoding/binary.ts';
import type { ProducerRequest } from './producers.ts';

/** 96 random bits, so that two batches never share an id by chance. */
export const BATCH_ID_BYTES = 12;

const BATCH_FORMAT = 1;
/** With the request of the producer that has sent the batch. */
const PRODUCED_FORMAT = 2;
const HEADER_BYTES = 1 + BATCH_ID_BYTES;
/** At most, for the time and the record count. */
const NUMBERS_BYTES = 12;
/** For the length of most records. */
const LENGTH_BYTES = 2;

export interface Batch {
  /** Unique per append, and kept for all its tries (rule 2). */
  readonly id: Uint8Array;
  /** The writer's wall clock in milliseconds since 1970. */
  readonly timeMs: number;
  /** The request of a producer that the batch is. */
  readonly producer?: ProducerRequest;
  readonly records: readonly Uint8Array[];
}

class NewerBatchFormatError extends DecodeError {
  constructor(format: number) {
    super(`batch format ${format} is not known to this program, which knows ${PRODUCED_FORMAT}: update it`);
  }
}

/**
 * Layout: format, id, time, in format 2 the producer's id, epoch and number, record count, then length and
 * bytes of each record.
 */
export function encodeBatch(batch: Batch): Uint8Array {
  const dataBytes = batch.records.reduce((sum, record) => sum + record.length + LENGTH_BYTES, 0);
  const writer = new BinaryWriter(HEADER_BYTES + NUMBERS_BYTES + dataBytes);
  const { producer } = batch;
  writer
    .byte(producer ? PRODUCED_FORMAT : BATCH_FORMAT)
    .raw(batch.id)
    .unsigned(batch.timeMs);
  if (producer) writer.text(producer.id).unsigned(producer.epoch).unsigned(producer.sequence);
  writer.unsigned(batch.records.length);
  for (const record of batch.records) writer.bytes(record);
  return writer.finish();
}

/** @throws DecodeError when the bytes are not a batch, or a later program wrote them. */
export function decodeBatch(entry: Uint8Array): Batch {
  const reader = headerOf(entry);
  const id = entry.subarray(1, HEADER_BYTES);
  const timeMs = reader.unsigned();
  const producer = producerIn(entry, reader);
  const count = reader.unsigned();
  if (count === 0 || count > reader.remaining) throw new DecodeError(`a batch of ${count} records`);
  const records: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) records.push(reader.bytes());
  reader.end();
  return { id, timeMs, ...(producer ? { producer } : {}), records };
}

/** The number of records in an encoded batch, without decoding them. */
export function recordCount(entry: Uint8Array): number {
  const reader = headerOf(entry);
  reader.unsigned();
  producerIn(entry, reader);
  return reader.unsigned();
}

export function sameBatch(a: Uint8Array, b: Uint8Array): boolean {
  return bytesEqual(a.subarray(0, HEADER_BYTES), b.subarray(0, HEADER_BYTES));
}

function producerIn(entry: Uint8Array, reader: BinaryReader): ProducerRequest | undefined {
  if (entry[0] !== PRODUCED_FORMAT) return undefined;
  return { id: reader.text(), epoch: reader.unsigned(), sequence: reader.unsigned() };
}

function headerOf(entry: Uint8Array): BinaryReader {
  const reader = new BinaryReader(entry);
  const format = reader.byte();
  if (format !== BATCH_FORMAT && format !== PRODUCED_FORMAT) throw new NewerBatchFormatError(format);
  reader.raw(BATCH_ID_BYTES);
  return reader;
}
