import { type BinaryReader, type BinaryWriter, readAll, writeAll } from '../../../encoding/binary.ts';
import type { Acl, AclEntry, Identity } from './acl.ts';

export function writeAcl(writer: BinaryWriter, acl: Acl): void {
  writeAll(writer, acl, (to, { permissions, identity }) => {
    writeIdentity(to.integer(permissions), identity);
  });
}

export function readAcl(reader: BinaryReader): Acl {
  return readAll(reader, readEntry);
}

function readEntry(reader: BinaryReader): AclEntry {
  const permissions = reader.integer();
  return { permissions, identity: readIdentity(reader) };
}

export function writeIdentity(writer: BinaryWriter, { scheme, id }: Identity): void {
  writer.text(scheme).text(id);
}

export function readIdentity(reader: BinaryReader): Identity {
  const scheme = reader.text();
  return { scheme, id: reader.text() };
}
