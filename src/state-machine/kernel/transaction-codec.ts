// Checks and operations of a transaction as bytes. The numbers here are stored: they never change, new ones
// are added behind.

import {
  type BinaryReader,
  type BinaryWriter,
  DecodeError,
  oneOf,
  readAll,
  writeAll,
} from '../../encoding/binary.ts';
import { TRANSACTION_OPERATIONS_MAX } from '../../limits.ts';
import { readCheck, readRange, writeCheck, writeRange } from './check-codec.ts';
import type { Conditional, Get, Operation, Put } from './command.ts';

/** Operations and their results are stored under one number: the index in this list. */
export const OPERATIONS = [
  'put',
  'delete',
  'get',
  'count',
  'add',
  'put-numbered',
  'grant',
  'revoke',
  'transaction',
] as const satisfies readonly Operation['kind'][];

/** No valid transaction is nested deeper: each around another one has at least that one as an operation. */
const DEPTH_MAX = TRANSACTION_OPERATIONS_MAX + 1;

export function writeConditional(writer: BinaryWriter, conditional: Conditional): void {
  writeAll(writer, conditional.checks, writeCheck);
  writeAll(writer, conditional.then, writeOperation);
  writeAll(writer, conditional.else, writeOperation);
}

export function readConditional(reader: BinaryReader, depth = 1): Conditional {
  if (depth > DEPTH_MAX) throw new DecodeError('transactions that are nested too deep');
  const readOne = (from: BinaryReader) => readOperation(from, depth);
  const checks = readAll(reader, readCheck);
  const then = readAll(reader, readOne);
  return { checks, then, else: readAll(reader, readOne) };
}

function writeOperation(writer: BinaryWriter, operation: Operation): void {
  writer.byte(OPERATIONS.indexOf(operation.kind));
  switch (operation.kind) {
    case 'put':
      writePut(writer, operation);
      return;
    case 'delete':
      writeRange(writer, operation.range);
      writer.flag(operation.previous);
      return;
    case 'get':
      writeRange(writer, operation.range);
      writer
        .unsigned(operation.limit)
        .flag(operation.reverse === true)
        .flag(operation.only === 'keys');
      return;
    case 'count':
      writeRange(writer, operation.range);
      return;
    case 'add':
      writer.byteString(operation.key).integer(operation.by);
      return;
    case 'put-numbered':
      writer.byteString(operation.prefix).byteString(operation.value).text(operation.lease);
      return;
    case 'grant':
      writer.text(operation.lease).unsigned(operation.ttlMs);
      return;
    case 'revoke':
      writer.text(operation.lease);
      return;
    case 'transaction':
      writeConditional(writer, operation);
  }
}

function readOperation(reader: BinaryReader, depth: number): Operation {
  const kind = oneOf(OPERATIONS, reader.byte());
  switch (kind) {
    case 'put':
      return readPut(reader);
    case 'delete':
      return { kind, range: readRange(reader), previous: reader.flag() };
    case 'get':
      return readGet(reader);
    case 'count':
      return { kind, range: readRange(reader) };
    case 'add':
      return { kind, key: reader.byteString(), by: reader.integer() };
    case 'put-numbered':
      return { kind, prefix: reader.byteString(), value: reader.byteString(), lease: reader.text() };
    case 'grant':
      return { kind, lease: reader.text(), ttlMs: reader.unsigned() };
    case 'revoke':
      return { kind, lease: reader.text() };
    case 'transaction':
      return { kind, ...readConditional(reader, depth + 1) };
  }
}

function writePut(writer: BinaryWriter, { key, value, lease }: Put): void {
  writer.byteString(key).flag(value !== undefined);
  if (value !== undefined) writer.byteString(value);
  writer.flag(lease !== undefined);
  if (lease !== undefined) writer.text(lease);
}

function readPut(reader: BinaryReader): Put {
  const key = reader.byteString();
  const value = reader.flag() ? reader.byteString() : undefined;
  return { kind: 'put', key, value, lease: reader.flag() ? reader.text() : undefined };
}

function readGet(reader: BinaryReader): Get {
  const range = readRange(reader);
  const limit = reader.unsigned();
  const reverse = reader.flag();
  const only = reader.flag() ? 'keys' : undefined;
  return { kind: 'get', range, limit, ...(reverse ? { reverse } : {}), ...(only ? { only } : {}) };
}
