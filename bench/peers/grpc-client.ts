// etcd over gRPC on Node's own HTTP/2: one session for all clients, as etcd's clients do, and messages
// encoded once.

import { type ClientHttp2Session, connect } from 'node:http2';
import { RECORD_TEXT } from './wire.ts';

export type Call = (client: number, index: number) => Promise<void>;

export interface GrpcClient {
  readonly call: Call;
  close(): void;
}

/** A protobuf message of byte fields. */
export function message(...fields: readonly (readonly [number: number, content: string | Buffer])[]): Buffer {
  const parts = fields.map(([number, content]) => {
    const bytes = Buffer.from(content);
    return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  });
  return Buffer.concat(parts);
}

/** In a gRPC frame. */
export function framed(content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

export function ask(session: ClientHttp2Session, path: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status = '';
    stream.on('trailers', (trailers) => {
      status = String(trailers['grpc-status']);
    });
    stream.on('error', reject);
    stream.on('end', () => (status === '0' ? resolve() : reject(new Error(`gRPC status ${status}`))));
    stream.resume();
    stream.end(body);
  });
}

export const PUT = '/etcdserverpb.KV/Put';
const RANGE = '/etcdserverpb.KV/Range';

export function etcdGrpcPut(port: number, clients: number): GrpcClient {
  const session = connect(`http://127.0.0.1:${port}`);
  const bodies = Array.from({ length: clients }, (_, client) =>
    framed(message([1, `load-${client}`], [2, RECORD_TEXT])),
  );
  return {
    call: (client) => ask(session, PUT, bodies[client] ?? Buffer.alloc(0)),
    close: () => session.close(),
  };
}

export async function etcdGrpcRange(port: number): Promise<GrpcClient> {
  const session = connect(`http://127.0.0.1:${port}`);
  await ask(session, PUT, framed(message([1, 'looked-up'], [2, RECORD_TEXT])));
  const body = framed(message([1, 'looked-up']));
  return { call: () => ask(session, RANGE, body), close: () => session.close() };
}
