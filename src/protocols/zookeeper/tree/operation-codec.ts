// The operations of a write in its record. The numbers here are stored: they never change.

import { type BinaryReader, type BinaryWriter, DecodeError, oneOf } from '../../../encoding/binary.ts';
import type { Acl } from './acl.ts';
import { readAcl, writeAcl } from './acl-codec.ts';
import type { Create, WriteOperation } from './command.ts';
import { type ErrorCode, isErrorCode } from './error-code.ts';

const KINDS = [
  'create',
  'delete',
  'set-data',
  'set-acl',
  'check',
  'refuse',
] as const satisfies readonly WriteOperation['kind'][];

/** What a create says beside its flags, as a sum. */
const HAS_TTL = 1;
const SAYS_CONTAINER = 2;
const IS_CONTAINER = 4;

export function writeOperation(writer: BinaryWriter, operation: WriteOperation): void {
  writer.byte(KINDS.indexOf(operation.kind));
  switch (operation.kind) {
    case 'create':
      writeCreate(writer, operation);
      break;
    case 'set-data':
      writeData(writer.text(operation.path).integer(operation.version), operation.data);
      break;
    case 'set-acl':
      writeNullableAcl(writer.text(operation.path).integer(operation.version), operation.acl);
      break;
    case 'delete':
    case 'check':
      writer.text(operation.path).integer(operation.version);
      break;
    case 'refuse':
      writer.integer(operation.error);
  }
}

export function readOperation(reader: BinaryReader): WriteOperation {
  const kind = oneOf(KINDS, reader.byte());
  if (kind === 'create') return readCreate(reader);
  if (kind === 'refuse') return { kind, error: readErrorCode(reader) };
  const path = reader.text();
  const version = reader.integer();
  switch (kind) {
    case 'set-data':
      return { kind, path, version, data: readData(reader) };
    case 'set-acl':
      return { kind, path, version, acl: readNullableAcl(reader) };
    default:
      return { kind, path, version };
  }
}

function writeCreate(writer: BinaryWriter, operation: Create): void {
  const { path, data, acl, flags, ttlMs, isContainer } = operation;
  writeData(writer.text(path), data);
  writeNullableAcl(writer, acl);
  const ttl = ttlMs === undefined ? 0 : HAS_TTL;
  const container = isContainer === undefined ? 0 : SAYS_CONTAINER + (isContainer ? IS_CONTAINER : 0);
  writer.integer(flags).byte(ttl + container);
  if (ttlMs !== undefined) writer.integer(ttlMs);
}

function readCreate(reader: BinaryReader): Create {
  const path = reader.text();
  const data = readData(reader);
  const acl = readNullableAcl(reader);
  const flags = reader.integer();
  const said = reader.byte();
  if (said > 7 || (said & (SAYS_CONTAINER | IS_CONTAINER)) === IS_CONTAINER) {
    throw new DecodeError(`a create that says ${said}`);
  }
  return {
    kind: 'create',
    path,
    data,
    acl,
    flags,
    ...((said & HAS_TTL) !== 0 && { ttlMs: reader.integer() }),
    ...((said & SAYS_CONTAINER) !== 0 && { isContainer: (said & IS_CONTAINER) !== 0 }),
  };
}

function writeData(writer: BinaryWriter, data: Uint8Array | null): void {
  writer.flag(data !== null);
  if (data) writer.bytes(data);
}

function readData(reader: BinaryReader): Uint8Array | null {
  return reader.flag() ? reader.bytes() : null;
}

function writeNullableAcl(writer: BinaryWriter, acl: Acl | null): void {
  writer.flag(acl !== null);
  if (acl) writeAcl(writer, acl);
}

function readNullableAcl(reader: BinaryReader): Acl | null {
  return reader.flag() ? readAcl(reader) : null;
}

function readErrorCode(reader: BinaryReader): ErrorCode {
  const error = reader.integer();
  if (!isErrorCode(error)) throw new DecodeError(`a refusal with the error ${error}`);
  return error;
}
