// Remembered results as bytes, for snapshots. The numbers here are stored: they never change, new ones are
// added behind.

import {
  type BinaryReader,
  type BinaryWriter,
  DecodeError,
  oneOf,
  readAll,
  writeAll,
} from '../../encoding/binary.ts';
import { TRANSACTION_OPERATIONS_MAX } from '../../limits.ts';
import type { Entry } from './entry.ts';
import { readEntry, writeEntry } from './entry-codec.ts';
import type { ConditionalResult, OperationResult, Refusal, RememberedResult } from './result.ts';
import { OPERATIONS } from './transaction-codec.ts';

const KINDS = ['transaction', 'refused'] as const satisfies readonly RememberedResult['kind'][];
const REFUSALS = [
  'lease-not-found',
  'key-not-found',
  'not-a-counter',
  'counter-overflow',
  'compacted',
  'future',
] as const satisfies readonly Refusal[];

const DEPTH_MAX = TRANSACTION_OPERATIONS_MAX + 1;

export function writeResult(writer: BinaryWriter, result: RememberedResult): void {
  writer.byte(KINDS.indexOf(result.kind)).unsigned(result.position);
  if (result.kind === 'refused') {
    writer.byte(REFUSALS.indexOf(result.reason)).text(result.path);
    return;
  }
  writer.unsigned(result.revision).flag(result.forgotten === true);
  writeConditional(writer, result);
}

export function readResult(reader: BinaryReader): RememberedResult {
  const kind = oneOf(KINDS, reader.byte());
  const position = reader.unsigned();
  if (kind === 'refused')
    return { kind, position, reason: oneOf(REFUSALS, reader.byte()), path: reader.text() };
  const revision = reader.unsigned();
  const forgotten = reader.flag();
  return { kind, position, revision, ...readConditional(reader), ...(forgotten ? { forgotten } : {}) };
}

/** The failed check is written as its index and one more, so that 0 is none. */
function writeConditional(writer: BinaryWriter, { failedCheck, results }: ConditionalResult): void {
  writer.unsigned(failedCheck === undefined ? 0 : failedCheck + 1);
  writeAll(writer, results, writeOperationResult);
}

function readConditional(reader: BinaryReader, depth = 1): ConditionalResult {
  if (depth > DEPTH_MAX) throw new DecodeError('results that are nested too deep');
  const failed = reader.unsigned();
  const results = readAll(reader, (from) => readOperationResult(from, depth));
  return failed === 0 ? { succeeded: true, results } : { succeeded: false, failedCheck: failed - 1, results };
}

function writeOperationResult(writer: BinaryWriter, result: OperationResult): void {
  writer.byte(OPERATIONS.indexOf(result.kind));
  switch (result.kind) {
    case 'put':
    case 'add':
    case 'put-numbered':
      writeEntry(writer, result.entry);
      writer.flag(result.previous !== undefined);
      if (result.previous) writeEntry(writer, result.previous);
      return;
    case 'delete':
      writer.unsigned(result.count);
      writeAll(writer, result.previous, writeEntry);
      return;
    case 'get':
      writeAll(writer, result.entries, writeEntry);
      writer.flag(result.more);
      return;
    case 'count':
    case 'revoke':
      writer.unsigned(result.count);
      return;
    case 'grant':
      writer.flag(result.granted).unsigned(result.ttlMs);
      return;
    case 'transaction':
      writeConditional(writer, result);
  }
}

function readOperationResult(reader: BinaryReader, depth: number): OperationResult {
  const kind = oneOf(OPERATIONS, reader.byte());
  switch (kind) {
    case 'put':
    case 'add':
    case 'put-numbered':
      return { kind, entry: readEntry(reader), previous: readOptionalEntry(reader) };
    case 'delete':
      return { kind, count: reader.unsigned(), previous: readAll(reader, readEntry) };
    case 'get':
      return { kind, entries: readAll(reader, readEntry), more: reader.flag() };
    case 'count':
    case 'revoke':
      return { kind, count: reader.unsigned() };
    case 'grant':
      return { kind, granted: reader.flag(), ttlMs: reader.unsigned() };
    case 'transaction':
      return { kind, ...readConditional(reader, depth + 1) };
  }
}

function readOptionalEntry(reader: BinaryReader): Entry | undefined {
  return reader.flag() ? readEntry(reader) : undefined;
}
