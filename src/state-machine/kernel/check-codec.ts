// Ranges and checks as bytes. The numbers here are stored: they never change, new ones are added behind.

import { type BinaryReader, type BinaryWriter, oneOf } from '../../encoding/binary.ts';
import type { Check, Comparison } from './command.ts';
import type { Range } from './range.ts';

const TARGETS = [
  'version',
  'created',
  'modified',
  'createdRevision',
  'modifiedRevision',
  'value',
  'lease',
] as const satisfies readonly Check['target'][];
const COMPARISONS = ['=', '!=', '<', '>'] as const satisfies readonly Comparison[];

export function writeRange(writer: BinaryWriter, { key, end }: Range): void {
  writer.byteString(key).flag(end !== undefined);
  if (end !== undefined) writer.byteString(end);
}

export function readRange(reader: BinaryReader): Range {
  const key = reader.byteString();
  return reader.flag() ? { key, end: reader.byteString() } : { key };
}

export function writeCheck(writer: BinaryWriter, check: Check): void {
  writer.byte(TARGETS.indexOf(check.target)).byte(COMPARISONS.indexOf(check.is));
  writeRange(writer, check.range);
  switch (check.target) {
    case 'value':
      writer.byteString(check.to);
      return;
    case 'lease':
      writer.text(check.to);
      return;
    default:
      writer.integer(check.to);
  }
}

export function readCheck(reader: BinaryReader): Check {
  const target = oneOf(TARGETS, reader.byte());
  const is = oneOf(COMPARISONS, reader.byte());
  const range = readRange(reader);
  switch (target) {
    case 'value':
      return { target, range, is, to: reader.byteString() };
    case 'lease':
      return { target, range, is, to: reader.text() };
    default:
      return { target, range, is, to: reader.integer() };
  }
}
