// Operations that write, as they are in a request or in a multi.

import type { Acl, AclEntry } from '../tree/acl.ts';
import type { Create, WriteOperation } from '../tree/command.ts';
import { ErrorCode } from '../tree/error-code.ts';
import { OperationCode as Code } from './operation-code.ts';
import type { JuteReader } from './reader.ts';

/** The flags of a create. */
const CONTAINER = 4;
const TTL_FLAGS = [5, 6];

/** Whether the create makes a container, or a znode with a time to live. */
export function lastsLess({ flags, ttlMs }: Create): boolean {
  return flags === CONTAINER || ttlMs !== undefined;
}

/** The operation of a write; undefined for all other types. @throws MalformedError */
export function decodeOperation(
  type: number,
  reader: JuteReader,
  place: 'alone' | 'multi',
): WriteOperation | undefined {
  switch (type) {
    case Code.create:
    case Code.create2:
    case Code.createContainer:
    case Code.createTtl: {
      const fields = createFields(reader);
      const ttlMs = type === Code.createTtl ? reader.number() : undefined;
      return place === 'multi' ? createInMulti(fields, ttlMs) : createAlone(type, fields, ttlMs);
    }
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

/** Alone, the type says whether it makes a container. */
function createAlone(type: number, fields: CreateFields, ttlMs: number | undefined): WriteOperation {
  if (ttlMs !== undefined) return { kind: 'create', ...fields, ttlMs };
  return { kind: 'create', ...fields, isContainer: type === Code.createContainer };
}

/**
 * In a multi, the flags alone say what is made: a time to live does not count without its flags. Flags that
 * want one, where the type has none, make the whole multi fail once it comes so far.
 */
function createInMulti(fields: CreateFields, ttlMs: number | undefined): WriteOperation {
  if (!TTL_FLAGS.includes(fields.flags)) return { kind: 'create', ...fields };
  if (ttlMs === undefined) return { kind: 'refuse', error: ErrorCode.marshallingError };
  return { kind: 'create', ...fields, ttlMs };
}

type CreateFields = Pick<Create, 'path' | 'data' | 'acl' | 'flags'>;

function createFields(reader: JuteReader): CreateFields {
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
