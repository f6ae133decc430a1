// A znode in a snapshot. Lists of access control are numbered in the order in which they come first, and are
// written where they do.

import { type BinaryReader, type BinaryWriter, DecodeError, oneOf } from '../../../encoding/binary.ts';
import type { Acl } from './acl.ts';
import { readAcl, writeAcl } from './acl-codec.ts';
import type { SharedAcl } from './acl-table.ts';
import { readSessionId, writeSessionId } from './session-codec.ts';
import { CONTAINER, type Lifetime, PERSISTENT, type Znode } from './znode.ts';

const LIFETIMES = [
  'persistent',
  'session',
  'container',
  'ttl',
] as const satisfies readonly Lifetime['kind'][];

/** Writes the znodes of one snapshot. */
export class ZnodeWriter {
  readonly #numbers = new Map<string, number>();

  write(writer: BinaryWriter, node: Znode): void {
    const { path, data, czxid, mzxid, pzxid, ctimeMs, mtimeMs } = node;
    writer.text(path).flag(data !== null);
    if (data !== null) writer.byteString(data);
    this.#writeAcl(writer, node.acl);
    writeLifetime(writer, node.lifetime);
    writer.unsigned(czxid).unsigned(mzxid).unsigned(pzxid).unsigned(ctimeMs).unsigned(mtimeMs);
    writer.integer(node.version).integer(node.aversion).integer(node.childrenCreated);
  }

  #writeAcl(writer: BinaryWriter, { key, acl }: SharedAcl): void {
    const known = this.#numbers.get(key);
    writer.unsigned(known ?? this.#numbers.size);
    if (known !== undefined) return;
    this.#numbers.set(key, this.#numbers.size);
    writeAcl(writer, acl);
  }
}

/** Reads the znodes of one snapshot. */
export class ZnodeReader {
  readonly #share: (acl: Acl) => SharedAcl;
  readonly #lists: SharedAcl[] = [];
  readonly #keys = new Set<string>();

  constructor(share: (acl: Acl) => SharedAcl) {
    this.#share = share;
  }

  /** Without children, which the caller counts. */
  read(reader: BinaryReader): Znode {
    return {
      path: reader.text(),
      data: reader.flag() ? reader.byteString() : null,
      acl: this.#readAcl(reader),
      lifetime: readLifetime(reader),
      czxid: reader.unsigned(),
      mzxid: reader.unsigned(),
      pzxid: reader.unsigned(),
      ctimeMs: reader.unsigned(),
      mtimeMs: reader.unsigned(),
      version: readInt32(reader),
      aversion: readInt32(reader),
      childrenCreated: readInt32(reader),
      numChildren: 0,
    };
  }

  #readAcl(reader: BinaryReader): SharedAcl {
    const number = reader.unsigned();
    if (number < this.#lists.length) return oneOf(this.#lists, number);
    if (number > this.#lists.length) throw new DecodeError(`the list ${number} comes too early`);
    const list = this.#share(readAcl(reader));
    if (this.#keys.has(list.key)) throw new DecodeError('a list that is there twice');
    this.#keys.add(list.key);
    this.#lists.push(list);
    return list;
  }
}

function writeLifetime(writer: BinaryWriter, lifetime: Lifetime): void {
  writer.byte(LIFETIMES.indexOf(lifetime.kind));
  if (lifetime.kind === 'session') writeSessionId(writer, lifetime.session);
  if (lifetime.kind === 'ttl') writer.unsigned(lifetime.ttlMs);
}

function readLifetime(reader: BinaryReader): Lifetime {
  const kind = oneOf(LIFETIMES, reader.byte());
  switch (kind) {
    case 'persistent':
      return PERSISTENT;
    case 'container':
      return CONTAINER;
    case 'session':
      return { kind, session: readSessionId(reader) };
    case 'ttl':
      return { kind, ttlMs: reader.unsigned() };
  }
}

function readInt32(reader: BinaryReader): number {
  const value = reader.integer();
  if (value !== (value | 0)) throw new DecodeError(`${value} has more than 32 bits`);
  return value;
}
