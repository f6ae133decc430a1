// A segment as one value of bytes, for stores that keep bytes.

import { BinaryReader, BinaryWriter, DecodeError, readAll, writeAll } from '../../log/binary.ts';
import type { LogRules, Segment } from '../../log/segment.ts';

const SEGMENT_FORMAT = 1;

/** Which of the optional rules follow, one bit each. */
const HAS_CONTENT_TYPE = 1;
const HAS_FENCE = 2;
const IS_SEALED = 4;
const IS_DELETED = 8;

/** Expected, of numbers, rules, and the length of each entry. */
const BYTES_BESIDE_ENTRIES = 128;

export function encodeSegment(segment: Segment): Uint8Array {
  const { rules } = segment;
  const writer = new BinaryWriter(BYTES_BESIDE_ENTRIES + segment.bytes);
  writer.byte(SEGMENT_FORMAT).byte(flagsOf(rules));
  writer.unsigned(segment.base).unsigned(segment.tail).unsigned(segment.cap).unsigned(rules.start);
  if (rules.contentType !== undefined) writer.text(rules.contentType);
  if (rules.fence !== undefined) writer.unsigned(rules.fence);
  writeAll(writer, segment.entries, (to, entry) => to.bytes(entry));
  return writer.finish();
}

/** @throws DecodeError */
export function decodeSegment(value: Uint8Array): Segment {
  const reader = new BinaryReader(value);
  const format = reader.byte();
  if (format !== SEGMENT_FORMAT) throw new DecodeError(`segment format ${format} is not known here`);
  const flags = reader.byte();
  if (!isFlags(flags)) throw new DecodeError(`segment flags ${flags} are not known here`);
  const [base, tail, cap, start] = [
    reader.unsigned(),
    reader.unsigned(),
    reader.unsigned(),
    reader.unsigned(),
  ];
  const rules: LogRules = {
    start,
    ...(flags & HAS_CONTENT_TYPE ? { contentType: reader.text() } : {}),
    ...(flags & HAS_FENCE ? { fence: reader.unsigned() } : {}),
    ...(flags & IS_DELETED ? { ended: 'deleted' } : flags & IS_SEALED ? { ended: 'sealed' } : {}),
  };
  const entries = readAll(reader, (from) => from.bytes());
  reader.end();
  const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
  return { base, tail, entries, bytes, cap, rules };
}

function isFlags(flags: number): boolean {
  const endedTwice = (flags & IS_SEALED) !== 0 && (flags & IS_DELETED) !== 0;
  return flags < 2 * IS_DELETED && !endedTwice;
}

function flagsOf(rules: LogRules): number {
  return (
    (rules.contentType === undefined ? 0 : HAS_CONTENT_TYPE) |
    (rules.fence === undefined ? 0 : HAS_FENCE) |
    (rules.ended === 'sealed' ? IS_SEALED : 0) |
    (rules.ended === 'deleted' ? IS_DELETED : 0)
  );
}
