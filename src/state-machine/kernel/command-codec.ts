// A command as a record. The numbers here are stored: they never change, new ones are added behind.

import { BinaryReader, BinaryWriter, DecodeError, oneOf, readAll, writeAll } from '../../encoding/binary.ts';
import type { Check, Command, Comparison, Operation, Transaction } from './command.ts';

const COMMAND_FORMAT = 1;

const KINDS = ['transaction'] as const satisfies readonly Command['kind'][];
const TARGETS = ['version', 'created', 'modified', 'value'] as const satisfies readonly Check['target'][];
const COMPARISONS = ['=', '!=', '<', '>'] as const satisfies readonly Comparison[];
const OPERATIONS = ['put', 'delete', 'get', 'list'] as const satisfies readonly Operation['kind'][];

/** Written by a later program. A replica stops there: to guess would be to diverge. */
export class NewerCommandFormatError extends DecodeError {
  constructor(format: number) {
    super(`command format ${format} is not known to this program, which knows ${COMMAND_FORMAT}: update it`);
  }
}

export function encodeCommand(command: Command): Uint8Array {
  const writer = new BinaryWriter().byte(COMMAND_FORMAT).byte(KINDS.indexOf(command.kind));
  writeTransaction(writer, command);
  return writer.finish();
}

/** @throws DecodeError when the bytes are no command; NewerCommandFormatError when they may be one of a later program. */
export function decodeCommand(record: Uint8Array): Command {
  const reader = new BinaryReader(record);
  const format = reader.byte();
  if (format !== COMMAND_FORMAT) throw new NewerCommandFormatError(format);
  oneOf(KINDS, reader.byte());
  const command: Command = readTransaction(reader);
  reader.end();
  return command;
}

function writeTransaction(writer: BinaryWriter, command: Transaction): void {
  writer.text(command.requestId ?? '');
  writeAll(writer, command.checks, writeCheck);
  writeAll(writer, command.then, writeOperation);
  writeAll(writer, command.else, writeOperation);
}

function readTransaction(reader: BinaryReader): Transaction {
  const requestId = reader.text();
  const checks = readAll(reader, readCheck);
  const then = readAll(reader, readOperation);
  const otherwise = readAll(reader, readOperation);
  return {
    kind: 'transaction',
    ...(requestId === '' ? {} : { requestId }),
    checks,
    then,
    else: otherwise,
  };
}

function writeCheck(writer: BinaryWriter, check: Check): void {
  writer.byte(TARGETS.indexOf(check.target)).byte(COMPARISONS.indexOf(check.is)).text(check.key);
  if (check.target === 'value') writer.bytes(check.to);
  else writer.unsigned(check.to);
}

function readCheck(reader: BinaryReader): Check {
  const target = oneOf(TARGETS, reader.byte());
  const is = oneOf(COMPARISONS, reader.byte());
  const key = reader.text();
  return target === 'value'
    ? { target, key, is, to: reader.bytes() }
    : { target, key, is, to: reader.unsigned() };
}

function writeOperation(writer: BinaryWriter, operation: Operation): void {
  writer.byte(OPERATIONS.indexOf(operation.kind));
  if (operation.kind === 'list') {
    writer
      .text(operation.prefix)
      .text(operation.after ?? '')
      .unsigned(operation.limit);
    return;
  }
  writer.text(operation.key);
  if (operation.kind === 'put') writer.bytes(operation.value);
}

function readOperation(reader: BinaryReader): Operation {
  const kind = oneOf(OPERATIONS, reader.byte());
  if (kind === 'list') {
    const prefix = reader.text();
    const after = reader.text();
    const limit = reader.unsigned();
    return { kind, prefix, ...(after === '' ? {} : { after }), limit };
  }
  const key = reader.text();
  return kind === 'put' ? { kind, key, value: reader.bytes() } : { kind, key };
}
