// HTTP/1.1 on one kept connection per client.

import { RECORD_TEXT, type Wire } from './wire.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
}

export function httpWire(
  port: number,
  prepare: Asked[],
  next: (client: number, index: number) => Asked,
): Wire {
  return {
    prepare: () => prepare.map((asked) => requestBytes(port, asked)),
    request: (client, index) => requestBytes(port, next(client, index)),
    answers: 1,
    answerLength,
  };
}

function constantWire(port: number, prepare: Asked[], asked: Asked): Wire {
  const bytes = requestBytes(port, asked);
  return { ...httpWire(port, prepare, () => asked), request: () => bytes };
}

export function requestBytes(port: number, asked: Asked): Buffer {
  const { method, path, accept, contentType, body = '' } = asked;
  const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`];
  if (accept) lines.push(`Accept: ${accept}`);
  if (contentType) lines.push(`Content-Type: ${contentType}`);
  if (body || method !== 'GET') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function answerLength(received: Buffer): number {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return 0;
  const head = received.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  if (status < 200 || status > 299) throw new Error(received.toString());
  const bodyAt = headEnd + 4;
  if (status === 204) return bodyAt;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const end = length === undefined ? lastChunkEnd(received, bodyAt) : bodyAt + Number(length);
  return received.length >= end ? end : 0;
}

/** Bodies here do not hold what ends a chunked one. */
function lastChunkEnd(received: Buffer, from: number): number {
  const at = received.indexOf(LAST_CHUNK, from);
  return at < 0 ? Number.POSITIVE_INFINITY : at + LAST_CHUNK.length;
}

const LAST_CHUNK = '0\r\n\r\n';
const STREAM = '/v1/stream/load';
const OCTETS = 'application/octet-stream';
export const JSON_TYPE = 'application/json';

export function ordinalAppend(port: number): Wire {
  return constantWire(port, [{ method: 'PUT', path: STREAM, contentType: OCTETS }], {
    method: 'POST',
    path: STREAM,
    contentType: OCTETS,
    body: RECORD_TEXT,
  });
}

/** Records per request of `ordinalAppendMany`. */
export const MANY = 100;

export function ordinalAppendMany(port: number): Wire {
  const path = '/v1/stream/load-many';
  const text = RECORD_TEXT.slice(2);
  const body = JSON.stringify(Array.from({ length: MANY }, () => text));
  return constantWire(port, [{ method: 'PUT', path, contentType: JSON_TYPE }], {
    method: 'POST',
    path,
    contentType: JSON_TYPE,
    body,
  });
}

export function ordinalLookUp(port: number): Wire {
  const path = '/v1/names/looked-up';
  const body = JSON.stringify({ owner: RECORD_TEXT });
  return constantWire(port, [{ method: 'PUT', path, contentType: JSON_TYPE, body }], { method: 'GET', path });
}

/** Every claim is of a name of its own. */
export function ordinalClaim(port: number): Wire {
  const run = Date.now().toString(36);
  const body = JSON.stringify({ owner: RECORD_TEXT });
  return httpWire(port, [], (client, index) => ({
    method: 'PUT',
    path: `/v1/names/${run}-${client}-${index}`,
    contentType: JSON_TYPE,
    body,
  }));
}

export const base64 = (text: string) => Buffer.from(text).toString('base64');

export function etcdGatewayPut(port: number): Wire {
  const value = base64(RECORD_TEXT);
  return httpWire(port, [], (client) => ({
    method: 'POST',
    path: '/v3/kv/put',
    contentType: JSON_TYPE,
    body: JSON.stringify({ key: base64(`load-${client}`), value }),
  }));
}

export function etcdGatewayRange(port: number): Wire {
  const key = base64('looked-up');
  const put = JSON.stringify({ key, value: base64(RECORD_TEXT) });
  return constantWire(port, [{ method: 'POST', path: '/v3/kv/put', contentType: JSON_TYPE, body: put }], {
    method: 'POST',
    path: '/v3/kv/range',
    contentType: JSON_TYPE,
    body: JSON.stringify({ key }),
  });
}

/** A constant answer, after a body as an append has it. */
export function bareHttp(port: number): Wire {
  return constantWire(port, [], { method: 'POST', path: STREAM, contentType: OCTETS, body: RECORD_TEXT });
}

export function bareHttpGet(port: number): Wire {
  return constantWire(port, [], { method: 'GET', path: '/v1/names/looked-up' });
}
