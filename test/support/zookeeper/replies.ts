// What a server sends, as plain data that JSON can hold.

import { JuteReader } from './jute.ts';
import { type Request, typeOf } from './requests.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type Message =
  | Connected
  | {
      readonly kind: 'reply';
      readonly xid: number;
      /** What the request with this number was. */
      readonly of: string;
      readonly zxid: number;
      readonly error: number;
      /** Undefined: none. */
      readonly body?: Json;
    }
  | {
      readonly kind: 'event';
      readonly zxid: number;
      readonly error: number;
      readonly type: number;
      readonly state: number;
      readonly path: string | null;
    }
  /** The server closed the connection. */
  | { readonly kind: 'closed' }
  /** No message of ZooKeeper's. */
  | { readonly kind: 'garbled'; readonly fault: string; readonly frame: string };

export interface Connected {
  readonly kind: 'connected';
  readonly version: number;
  readonly timeoutMs: number;
  readonly session: string;
  /** In hexadecimal digits. */
  readonly password: string;
  /** Undefined: the answer does not say. */
  readonly readOnly?: boolean;
}

export function connectedIn(frame: Buffer): Connected {
  const reader = new JuteReader(frame);
  const connected: Connected = {
    kind: 'connected',
    version: reader.int(),
    timeoutMs: reader.int(),
    session: sessionText(reader.long()),
    password: reader.buffer()?.toString('hex') ?? '',
    ...(reader.left > 0 && { readOnly: reader.bool() }),
  };
  if (reader.left > 0) throw new RangeError(`${reader.left} bytes after the connect response`);
  return connected;
}

export const EVENT_XID = -1;

export function xidOf(frame: Buffer): number {
  return frame.readInt32BE(0);
}

export function eventIn(frame: Buffer): Message {
  const reader = new JuteReader(frame);
  reader.int();
  const event: Message = {
    kind: 'event',
    zxid: Number(reader.long()),
    error: reader.int(),
    type: reader.int(),
    state: reader.int(),
    path: reader.text(),
  };
  if (reader.left > 0) throw new RangeError(`${reader.left} bytes after an event`);
  return event;
}

export function replyIn(frame: Buffer, request: Request | undefined): Message {
  const reader = new JuteReader(frame);
  const xid = reader.int();
  const zxid = Number(reader.long());
  const error = reader.int();
  const reply = { kind: 'reply', xid, of: request ? nameOf(request) : 'nothing', zxid, error } as const;
  if (reader.left === 0) return reply;
  const rest = frame.subarray(frame.length - reader.left).toString('hex');
  if (!request || error !== 0) return { ...reply, body: { hex: rest } };
  const body = bodyIn(reader, typeOf(request));
  return { ...reply, body: reader.left === 0 && body !== undefined ? body : { hex: rest } };
}

function nameOf(request: Request): string {
  if (request.op === 'resized') return `resized ${nameOf(request.request)}`;
  return request.op === 'odd' ? `odd ${request.type}` : request.op;
}

/** Undefined: an answer of this type has none. */
function bodyIn(reader: JuteReader, type: number): Json | undefined {
  switch (type) {
    case 1:
      return { path: reader.text() };
    case 15:
    case 19:
    case 21:
      return { path: reader.text(), stat: statIn(reader) };
    case 3:
    case 5:
    case 7:
      return { stat: statIn(reader) };
    case 4:
      return { data: dataIn(reader), stat: statIn(reader) };
    case 6:
      return { acl: aclIn(reader), stat: statIn(reader) };
    case 8:
      return { children: childrenIn(reader) };
    case 12:
      return { children: childrenIn(reader), stat: statIn(reader) };
    case 9:
      return { path: reader.text() };
    case 14:
    case 22:
      return { results: resultsIn(reader) };
    case 102:
      return { token: dataIn(reader) };
    case 103:
      return { children: childrenIn(reader) };
    case 104:
      return { count: reader.int() };
    case 106:
      return { error: reader.int() };
    case 107:
      return { identities: identitiesIn(reader) };
    default:
      return undefined;
  }
}

function resultsIn(reader: JuteReader): Json {
  const results: Json[] = [];
  for (;;) {
    const [type, isLast, error] = [reader.int(), reader.bool(), reader.int()];
    if (isLast) return [...results, { type, error, last: true }];
    const body = type === -1 ? { error: reader.int() } : (bodyIn(reader, type) ?? null);
    results.push({ type, error, body });
  }
}

function childrenIn(reader: JuteReader): Json {
  return reader.vector(() => reader.text())?.sort() ?? null;
}

/** In no order of their own, so in that of their names. */
function identitiesIn(reader: JuteReader): Json {
  const all = reader.vector(() => ({ scheme: reader.text() ?? '', user: reader.text() ?? '' }));
  return (
    all?.sort((one, other) => (`${one.scheme}:${one.user}` < `${other.scheme}:${other.user}` ? -1 : 1)) ??
    null
  );
}

function aclIn(reader: JuteReader): Json {
  return reader.vector(() => ({ permissions: reader.int(), scheme: reader.text(), id: reader.text() }));
}

/** Long data by its length. */
function dataIn(reader: JuteReader): Json {
  const bytes = reader.buffer();
  if (bytes === null) return null;
  return bytes.length > 200 ? `${bytes.length} bytes` : bytes.toString('latin1');
}

function statIn(reader: JuteReader): Json {
  return {
    czxid: Number(reader.long()),
    mzxid: Number(reader.long()),
    ctime: Number(reader.long()),
    mtime: Number(reader.long()),
    version: reader.int(),
    cversion: reader.int(),
    aversion: reader.int(),
    ephemeralOwner: sessionText(reader.long()),
    dataLength: reader.int(),
    numChildren: reader.int(),
    pzxid: Number(reader.long()),
  };
}

function sessionText(session: bigint): string {
  return `0x${BigInt.asUintN(64, session).toString(16)}`;
}
