// Watches of etcd over gRPC: all on one stream of one session, as etcd's own clients multiplex them. Each
// watch has a response of its own for each change.

import { type ClientHttp2Stream, connect } from 'node:http2';
import { ask, framed, message, PUT } from '../peers/grpc-client.ts';
import type { Asked, Watching } from './watching.ts';

const WATCH = '/etcdserverpb.Watch/Watch';
const FRAME_HEAD_BYTES = 5;
/** Fields of a WatchResponse. */
const WATCH_ID = 2;
const CREATED = 3;

export async function etcdGrpcWatch({ port, key, watchers, heard, mark }: Asked): Promise<Watching> {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': WATCH,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const allCreated = new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    let created = 0;
    onMessages(stream, (content) => {
      const { watchId, isCreated } = headOf(content);
      if (isCreated) {
        created += 1;
        if (created === watchers) resolve();
      } else if (content.includes(mark.plain)) heard(watchId);
    });
  });
  const create = framed(message([1, message([1, key])]));
  for (let watcher = 0; watcher < watchers; watcher += 1) stream.write(create);
  await allCreated;
  return {
    put: (value) => ask(session, PUT, framed(message([1, key], [2, value]))),
    close: () => session.destroy(),
  };
}

/** Calls `take` with each message that comes. */
function onMessages(stream: ClientHttp2Stream, take: (content: Buffer) => void): void {
  let received: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    let at = 0;
    while (received.length >= at + FRAME_HEAD_BYTES) {
      const end = at + FRAME_HEAD_BYTES + received.readUInt32BE(at + 1);
      if (received.length < end) break;
      take(received.subarray(at + FRAME_HEAD_BYTES, end));
      at = end;
    }
    received = received.subarray(at);
  });
}

/** The watch that a WatchResponse is for, and whether it says that this watch has begun. */
export function headOf(content: Buffer): { watchId: number; isCreated: boolean } {
  let watchId = 0;
  let isCreated = false;
  for (let at = 0; at < content.length; ) {
    const tag = varint(content, at);
    const value = varint(content, tag.end);
    const field = tag.value >> 3;
    if (field === WATCH_ID) watchId = value.value;
    if (field === CREATED) isCreated = value.value === 1;
    // All fields of it are numbers, or have a length.
    at = (tag.value & 7) === 0 ? value.end : value.end + value.value;
  }
  return { watchId, isCreated };
}

function varint(bytes: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let end = at, factor = 1; ; end += 1, factor *= 128) {
    const byte = bytes[end] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, end: end + 1 };
  }
}
