// Operations that write, as they are in a request or in a multi.

import type { Acl, AclEntry } from '../tree/acl.ts';
import type { WriteOperation } from '../tree/command.ts';
import { OperationCode as Code } from './operation-code.ts';
import type { JuteReader } from './reader.ts';

/**
 * The operation of a write; undefined for all other types. In a multi the flags say whether it makes a
 * container, alone the type does.
 *
 * @throws MalformedError
 */
export function decodeOperation(
  type: number,
  reader: JuteReader,
  place: 'alone' | 'multi',
): WriteOperation | undefined {
  switch (type) {
    case Code.create:
    case Code.create2:
    case Code.createContainer: {
      const fields = createFields(reader);
      if (place === 'multi') return { kind: 'create', ...fields };
      return { kind: 'create', ...fields, isContainer: type === Code.createContainer };
    }
    case Code.createTtl:
      return { kind: 'create', ...createFields(reader), ttlMs: reader.number() };
    case Code.delete:
      return { kind: 'delete', path: reader.text(), version: reader.int() };
    case Code.setData:
      return { kind: 'set-data', path: reader.textOrNull(), data: reader.bytes(), version: reader.int() };
    case Code.setAcl:
      return { kind: 'set-acl', path: reader.textOrNull(), acl: acl(reader), version: reader.int() };
    default:
      return undefined;
  }
}

function createFields(reader: JuteReader) {
  return { path: reader.text(), data: reader.bytes(), acl: acl(reader), flags: reader.int() };
}

/** Four bytes of permissions, and two texts. */
const ACL_ENTRY_BYTES_MIN = 12;

function acl(reader: JuteReader): Acl | null {
  return reader.items(ACL_ENTRY_BYTES_MIN, aclEntry);
}

/** Schemes that look at their id. */
const SCHEMES_OF_IDS = ['world', 'digest', 'ip'];

function aclEntry(reader: JuteReader): AclEntry {
  const permissions = reader.int();
  const scheme = reader.textOrNull();
  const id = SCHEMES_OF_IDS.includes(scheme) ? reader.text() : reader.textOrNull();
  return { permissions, identity: { scheme, id } };
}
