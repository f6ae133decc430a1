// ZooKeeper: the few requests that are measured. The clients on npm are abandoned or need a compiler; these
// are its messages as `zookeeper.jute` defines them.

import { RECORD_TEXT, type Wire } from './wire.ts';

const CREATE = 1;
export const GET_DATA = 4;
export const SET_DATA = 5;
const SYNC = 9;
const ALL_PERMISSIONS = 31;
const NODE_EXISTS = -110;
const SESSION_TIMEOUT_MS = 30_000;

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function sized(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  return Buffer.concat([int(content.length), content]);
}

/**
 * The session's first message is answered without a header; its answer is told from others by its version,
 * which is 0.
 */
export function connect(): Buffer {
  const zxidSeen = Buffer.alloc(8);
  const session = Buffer.alloc(8);
  return sized(
    Buffer.concat([
      int(0),
      zxidSeen,
      int(SESSION_TIMEOUT_MS),
      session,
      sized(Buffer.alloc(16)),
      Buffer.from([0]),
    ]),
  );
}

// Answers come in order on one connection, so every request may have the same number. It must not be 0, see
// above.
export const REQUEST_NUMBER = 1;

export function message(type: number, ...parts: Buffer[]): Buffer {
  return sized(Buffer.concat([int(REQUEST_NUMBER), int(type), ...parts]));
}

export function create(path: string): Buffer {
  const everybody = [int(1), int(ALL_PERMISSIONS), sized('world'), sized('anyone')];
  return message(CREATE, sized(path), sized(RECORD_TEXT), ...everybody, int(0));
}

export function answerLength(received: Buffer): number {
  if (received.length < 4) return 0;
  const end = 4 + received.readInt32BE(0);
  if (received.length < end) return 0;
  const number = received.readInt32BE(4);
  const error = number === REQUEST_NUMBER ? received.readInt32BE(16) : 0;
  if (error !== 0 && error !== NODE_EXISTS) throw new Error(`ZooKeeper answers with error ${error}`);
  return end;
}

export function zooKeeperSet(): Wire {
  return {
    prepare: (client) => [connect(), create(`/load-${client}`)],
    request: (client) => message(SET_DATA, sized(`/load-${client}`), sized(RECORD_TEXT), int(-1)),
    answers: 1,
    answerLength,
  };
}

/** A read is linearizable after a sync on the same connection; both are sent at once. */
export function zooKeeperSyncAndGet(): Wire {
  const path = sized('/looked-up');
  const request = Buffer.concat([message(SYNC, path), message(GET_DATA, path, Buffer.from([0]))]);
  return {
    prepare: () => [connect(), create('/looked-up')],
    request: () => request,
    answers: 2,
    answerLength,
  };
}
