// Keys and results as bytes, for snapshots. The numbers here are stored: they never change, new ones are added behind.

import { type BinaryReader, BinaryWriter, oneOf, readAll, writeAll } from '../../encoding/binary.ts';
import type { CommandResult, KeyEntry, OperationResult } from './command.ts';

const RESULTS = [
  'transaction',
  'invalid',
  'request-id-reused',
] as const satisfies readonly CommandResult['kind'][];
const OPERATIONS = ['put', 'delete', 'get', 'list'] as const satisfies readonly OperationResult['kind'][];

export function writeEntry(writer: BinaryWriter, entry: KeyEntry): void {
  writer.text(entry.key).bytes(entry.value);
  writer.unsigned(entry.created).unsigned(entry.modified).unsigned(entry.version);
}

export function readEntry(reader: BinaryReader): KeyEntry {
  const key = reader.text();
  const value = reader.bytes().slice();
  const created = reader.unsigned();
  const modified = reader.unsigned();
  return { key, value, created, modified, version: reader.unsigned() };
}

export function writeResult(writer: BinaryWriter, result: CommandResult): void {
  writer.byte(RESULTS.indexOf(result.kind)).unsigned(result.position);
  if (result.kind === 'invalid') writer.text(result.reason);
  if (result.kind === 'request-id-reused') writer.unsigned(result.earlier);
  if (result.kind !== 'transaction') return;
  writer.byte((result.succeeded ? 1 : 0) | (result.forgotten ? 2 : 0));
  writeAll(writer, result.results, writeOperationResult);
}

export function readResult(reader: BinaryReader): CommandResult {
  const kind = oneOf(RESULTS, reader.byte());
  const position = reader.unsigned();
  if (kind === 'invalid') return { kind, position, reason: reader.text() };
  if (kind === 'request-id-reused') return { kind, position, earlier: reader.unsigned() };
  const flags = reader.byte();
  const results = readAll(reader, readOperationResult);
  return { kind, position, succeeded: (flags & 1) !== 0, results, ...(flags & 2 ? { forgotten: true } : {}) };
}

/** The size of a result in a snapshot. */
export function resultBytes(result: CommandResult): number {
  const writer = new BinaryWriter();
  writeResult(writer, result);
  return writer.length;
}

function writeOperationResult(writer: BinaryWriter, result: OperationResult): void {
  writer.byte(OPERATIONS.indexOf(result.kind));
  switch (result.kind) {
    case 'put':
      writeEntry(writer, result.entry);
      writeOptionalEntry(writer, result.previous);
      return;
    case 'delete':
      writeOptionalEntry(writer, result.previous);
      return;
    case 'get':
      writeOptionalEntry(writer, result.entry);
      return;
    case 'list':
      writeAll(writer, result.entries, writeEntry);
      writer.byte(result.more ? 1 : 0);
  }
}

function readOperationResult(reader: BinaryReader): OperationResult {
  const kind = oneOf(OPERATIONS, reader.byte());
  switch (kind) {
    case 'put': {
      const entry = readEntry(reader);
      return { kind, entry, previous: readOptionalEntry(reader) };
    }
    case 'delete':
      return { kind, previous: readOptionalEntry(reader) };
    case 'get':
      return { kind, entry: readOptionalEntry(reader) };
    case 'list': {
      const entries = readAll(reader, readEntry);
      return { kind, entries, more: reader.byte() === 1 };
    }
  }
}

function writeOptionalEntry(writer: BinaryWriter, entry: KeyEntry | undefined): void {
  writer.byte(entry ? 1 : 0);
  if (entry) writeEntry(writer, entry);
}

function readOptionalEntry(reader: BinaryReader): KeyEntry | undefined {
  return reader.byte() === 1 ? readEntry(reader) : undefined;
}
