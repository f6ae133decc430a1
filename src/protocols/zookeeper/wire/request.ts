// Requests: bytes to what they ask for. Bytes behind a record are no fault, as in ZooKeeper.

import type { WriteOperation } from '../tree/command.ts';
import { decodeMulti, type MultiRead, type MultiWrite } from './multi.ts';
import { decodeOperation } from './operation.ts';
import { OperationCode as Code } from './operation-code.ts';
import { type JuteReader, MalformedError } from './reader.ts';

/** How the answer to a write looks. */
export type WriteForm = 'path' | 'path-and-stat' | 'stat' | 'nothing';

export interface WatchLists {
  /** Changes after this position are told at once. */
  readonly relativeZxid: number;
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
  readonly persistent: readonly string[];
  readonly recursive: readonly string[];
}

export type Request =
  | { readonly kind: 'write'; readonly operation: WriteOperation; readonly form: WriteForm }
  | MultiWrite
  | MultiRead
  | { readonly kind: 'exists' | 'get-data'; readonly path: string; readonly watch: boolean }
  | {
      readonly kind: 'get-children';
      readonly path: string;
      readonly watch: boolean;
      readonly withStat: boolean;
    }
  | {
      readonly kind: 'get-acl' | 'get-ephemerals' | 'count-descendants' | 'sync';
      readonly path: string;
    }
  | { readonly kind: 'add-watch'; readonly path: string; readonly mode: number }
  | {
      readonly kind: 'remove-watches' | 'check-watches';
      readonly path: string;
      readonly type: number;
    }
  | { readonly kind: 'set-watches'; readonly lists: WatchLists }
  | { readonly kind: 'auth'; readonly scheme: string; readonly credentials: Uint8Array | null }
  | { readonly kind: 'ping' | 'close-session' | 'who-am-i' | 'sasl' | 'reconfig' }
  /** A type that no client may send, or that does not exist. */
  | { readonly kind: 'unknown' };

/** @throws MalformedError when the bytes are no request of this type */
export function decodeRequest(type: number, reader: JuteReader): Request {
  switch (type) {
    case Code.exists:
      return { kind: 'exists', path: reader.text(), watch: reader.flag() };
    case Code.getData:
      return { kind: 'get-data', path: reader.text(), watch: reader.flag() };
    case Code.getChildren:
    case Code.getChildren2: {
      const withStat = type === Code.getChildren2;
      return { kind: 'get-children', path: reader.text(), watch: reader.flag(), withStat };
    }
    case Code.getAcl:
      return { kind: 'get-acl', path: reader.text() };
    case Code.getEphemerals:
      return { kind: 'get-ephemerals', path: reader.textOrNull() };
    case Code.getAllChildrenNumber:
      return { kind: 'count-descendants', path: reader.text() };
    case Code.sync:
      return { kind: 'sync', path: reader.text() };
    case Code.multi:
      return decodeMulti(reader);
    case Code.multiRead:
      return decodeMulti(reader, 'read');
    default:
      return decodeWrite(type, reader) ?? decodeOther(type, reader);
  }
}

function decodeWrite(type: number, reader: JuteReader): Request | undefined {
  const operation = decodeOperation(type, reader, 'alone');
  return operation && { kind: 'write', operation, form: formOf(type) };
}

function formOf(type: number): WriteForm {
  switch (type) {
    case Code.create:
      return 'path';
    case Code.create2:
    case Code.createContainer:
    case Code.createTtl:
      return 'path-and-stat';
    case Code.setData:
    case Code.setAcl:
      return 'stat';
    default:
      return 'nothing';
  }
}

function decodeOther(type: number, reader: JuteReader): Request {
  switch (type) {
    case Code.ping:
      return { kind: 'ping' };
    case Code.closeSession:
      return { kind: 'close-session' };
    case Code.whoAmI:
      return { kind: 'who-am-i' };
    case Code.sasl:
      reader.bytes();
      return { kind: 'sasl' };
    case Code.reconfig:
      return { kind: 'reconfig' };
    case Code.auth: {
      // The type of the packet, which nobody uses.
      reader.int();
      return { kind: 'auth', scheme: reader.textOrNull(), credentials: reader.bytes() };
    }
    case Code.setWatches:
    case Code.setWatches2:
      return { kind: 'set-watches', lists: watchLists(reader, type === Code.setWatches2) };
    case Code.addWatch:
      return { kind: 'add-watch', path: reader.text(), mode: reader.int() };
    case Code.checkWatches:
      return { kind: 'check-watches', path: reader.text(), type: reader.int() };
    case Code.removeWatches:
      return { kind: 'remove-watches', path: reader.textOrNull(), type: reader.int() };
    default:
      return { kind: 'unknown' };
  }
}

/** Its length. */
const TEXT_BYTES_MIN = 4;

function watchLists(reader: JuteReader, withPersistent: boolean): WatchLists {
  const lists = {
    relativeZxid: reader.number(),
    data: texts(reader),
    exist: texts(reader),
    child: texts(reader),
  };
  if (!withPersistent) return { ...lists, persistent: [], recursive: [] };
  return { ...lists, persistent: texts(reader), recursive: texts(reader) };
}

function texts(reader: JuteReader): readonly string[] {
  const list = reader.items(TEXT_BYTES_MIN, (one) => one.text());
  if (!list) throw new MalformedError('a list of watches is null');
  return list;
}
