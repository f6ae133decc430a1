// Replies: a header, and a body when nothing failed.

import type { Acl, Identity } from '../tree/acl.ts';
import type { WriteOperation } from '../tree/command.ts';
import type { OperationResult } from '../tree/result.ts';
import type { Stat } from '../tree/stat.ts';
import { lastsLess } from './operation.ts';
import { OperationCode as Code, type EventType, Xid } from './operation-code.ts';
import type { WriteForm } from './request.ts';
import type { JuteWriter } from './writer.ts';

/** SyncConnected: the state in all events of a server. */
const CONNECTED = 3;
/** As in 3.8: the header of an event names no change. */
const NO_ZXID = -1;

export function writeHeader(writer: JuteWriter, xid: number, zxid: number, error: number): void {
  writer.int(xid).number(zxid).int(error);
}

export function writeEvent(writer: JuteWriter, type: EventType, path: string): void {
  const frame = writer.beginFrame();
  writeHeader(writer, Xid.event, NO_ZXID, 0);
  writer.int(type).int(CONNECTED).text(path);
  writer.endFrame(frame);
}

export function writeStat(writer: JuteWriter, stat: Stat): void {
  writer.number(stat.czxid).number(stat.mzxid).number(stat.ctimeMs).number(stat.mtimeMs);
  writer.int(stat.version).int(stat.cversion).int(stat.aversion).long(stat.ephemeralOwner);
  writer.int(stat.dataLength).int(stat.numChildren).number(stat.pzxid);
}

export function writeAcl(writer: JuteWriter, acl: Acl): void {
  writer.items(acl, (to, { permissions, identity: { scheme, id } }) =>
    to.int(permissions).text(scheme).text(id),
  );
}

/** What `whoAmI` answers. */
export function writeIdentities(writer: JuteWriter, identities: readonly Identity[]): void {
  writer.items(identities, (to, { scheme, id }) => to.text(scheme).text(id));
}

export function writeTexts(writer: JuteWriter, texts: readonly string[]): void {
  writer.items(texts, (to, text) => to.text(text));
}

/** The body of the answer to a write that is no multi. */
export function writeResult(writer: JuteWriter, form: WriteForm, result: OperationResult | undefined): void {
  if (form === 'nothing' || !result) return;
  if (result.kind === 'created') {
    writer.text(result.path);
    if (form === 'path-and-stat') writeStat(writer, result.stat);
  } else if (result.kind === 'set') {
    writeStat(writer, result.stat);
  }
}

function writeMultiHeader(writer: JuteWriter, type: number, isEnd: boolean, error: number): void {
  writer.int(type).flag(isEnd).int(error);
}

export function writeMultiEnd(writer: JuteWriter): void {
  writeMultiHeader(writer, Code.error, true, -1);
}

/**
 * Of an operation in a multi that was done. A container and a znode with a time to live show their `Stat`.
 */
export function writeMultiResult(
  writer: JuteWriter,
  operation: WriteOperation,
  result: OperationResult,
): void {
  const withStat = operation.kind === 'create' && lastsLess(operation);
  writeMultiHeader(writer, withStat ? Code.create2 : MULTI_TYPES[operation.kind], false, 0);
  writeResult(writer, result.kind === 'created' && !withStat ? 'path' : 'path-and-stat', result);
}

const MULTI_TYPES = {
  create: Code.create,
  delete: Code.delete,
  'set-data': Code.setData,
  'set-acl': Code.setAcl,
  check: Code.check,
  refuse: Code.error,
} as const;

/** Of an operation in a multi that failed, or that was not done because another one failed. */
export function writeMultiError(writer: JuteWriter, error: number): void {
  writeMultiHeader(writer, Code.error, false, error);
  writer.int(error);
}

export function writeMultiData(writer: JuteWriter, data: string | null, stat: Stat): void {
  writeMultiHeader(writer, Code.getData, false, 0);
  writer.byteString(data);
  writeStat(writer, stat);
}

export function writeMultiChildren(writer: JuteWriter, children: readonly string[]): void {
  writeMultiHeader(writer, Code.getChildren, false, 0);
  writeTexts(writer, children);
}
