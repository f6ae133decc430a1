// Entries as bytes, as snapshots and remembered results hold them.

import type { BinaryReader, BinaryWriter } from '../../encoding/binary.ts';
import type { Entry } from './entry.ts';

export function writeEntry(writer: BinaryWriter, entry: Entry): void {
  writer.byteString(entry.key).byteString(entry.value);
  writer.unsigned(entry.version).unsigned(entry.created).unsigned(entry.modified);
  writer.unsigned(entry.createdRevision).unsigned(entry.modifiedRevision).text(entry.lease);
}

export function readEntry(reader: BinaryReader): Entry {
  return {
    key: reader.byteString(),
    value: reader.byteString(),
    version: reader.unsigned(),
    created: reader.unsigned(),
    modified: reader.unsigned(),
    createdRevision: reader.unsigned(),
    modifiedRevision: reader.unsigned(),
    lease: reader.text(),
  };
}
